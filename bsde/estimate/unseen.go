package estimate

import (
	"github.com/deepbsde/deepbsde/autodiff/random"
	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
)

// farther is how many times as far from the mean as the paths go g is looked at.
const farther = 10

// unseen tells whether g, the same number on all paths, is another one farther out: then no path
// has seen what it pays for.
func (e *engine[T]) unseen() (bool, error) {
	eq := e.Eq
	if !equation.DependsOn(eq.GList, 0, false)[len(eq.GList)-1] {
		return false, nil
	}
	const rows = 1024
	last := e.Grid.Steps() - 1
	x, g := make([]float64, rows*eq.Dim), make([]float64, rows)
	s := random.Stream{Key: random.Key(e.Seed, uint64(walk.ForCurvature)), Batch: 1 << 20}
	s.Normals(x, farther)
	for i := range x {
		j := i % eq.Dim
		if spread := e.Scales.InvStd[last][j]; spread > 0 {
			x[i] /= spread
		} else {
			x[i] = 0
		}
		x[i] += e.Scales.Mean[last][j]
	}
	if err := eq.G.Eval(rows, g, x); err != nil {
		return false, err
	}
	for _, v := range g {
		if v != g[0] && v == v {
			return true, nil
		}
	}
	return false, nil
}
