package estimate

import (
	"fmt"
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/autodiff/random"
	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"gonum.org/v1/gonum/stat"
)

// fewest paths that may decide a variance: with the 4th moment of n_e equal contributions its
// relative standard error is 1/√n_e.
const fewestDeciding = 30

// manyDeciding paths leave no doubt about their variance.
const manyDeciding = 200

// fewestRanked is the number of the largest deviations that tell how they decay, within a
// fifth. Farther in the network may have learnt g, and the tail look lighter than it is.
const fewestRanked = 20

// FewDecide is heavy for values whose mean is asked for.
func FewDecide(values []float64) string { return heavy(values) }

// heavy tells in words that few of the mismatches decide their mean and its standard error, ""
// where they do not: (Σδ²)²/Σδ⁴ is the number of paths that share the variance, and the
// largest deviations, 20 or 40 and so on, shrink so slowly with their rank (Hill 1975) that the
// variance does not exist.
func heavy(delta []float64) string {
	mean := stat.Mean(delta, nil)
	dev := make([]float64, len(delta))
	two, four := 0.0, 0.0
	for i, v := range delta {
		dev[i] = math.Abs(v - mean)
		sq := dev[i] * dev[i]
		two, four = two+sq, four+sq*sq
	}
	if two == 0 {
		return ""
	}
	deciding := two * two / four
	if n := float64(len(delta)); deciding < math.Min(fewestDeciding, n/8) {
		return fmt.Sprintf("%.0f of %d paths share the variance", deciding, len(delta))
	}
	if deciding > manyDeciding {
		return ""
	}
	slices.Sort(dev)
	for top := fewestRanked; top <= max(len(dev)/200, fewestRanked) && 2*top <= int(deciding); top *= 2 {
		last := dev[len(dev)-top-1:]
		hill := 0.0
		for _, v := range last[1:] {
			hill += math.Log(v / last[0])
		}
		if index := float64(top) / hill; index < 2 {
			return fmt.Sprintf("the largest %d deviations decay like a power %.2g, which has no variance", top, index)
		}
	}
	return ""
}

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
