package stopping

import (
	"testing"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/pde"
)

// TestSide: claims on the largest component have the vectors of that one, and claims on the smallest those of that, also
// in two and three dimensions, where both have the same order statistics: for any seed.
func TestSide(t *testing.T) {
	pool := autodiff.NewPool(2)
	defer pool.Close()
	for _, dim := range []int{2, 3} {
		for seed := range uint64(3) {
			for _, top := range []bool{true, false} {
				pay := func(x expr.Value) expr.Value {
					if top {
						return x.MaxComponent().AddConst(-100).Max(expr.Const(0))
					}
					return x.MinComponent().Neg().AddConst(100).Max(expr.Const(0))
				}
				start := make([]float64, dim)
				for i := range start {
					start[i] = 100
				}
				p := pde.Problem{
					Name: "claim", Dim: dim, Horizon: 3, Start: start, Drift: pde.LinearDrift(-0.05), Diffusion: pde.Geometric(0.2),
					Generator: func(_, _, y, _ expr.Value) expr.Value { return y.Scale(-0.05) },
					Terminal:  pay, Obstacle: func(_, x expr.Value) expr.Value { return pay(x) }, Exercise: pde.EqualDates(3, 3),
				}
				m, err := Method{Samples: 2048}.Resolve(p)
				if err != nil {
					t.Fatal(err)
				}
				tr, err := newTraining(t.Context(), p, m.(Method), bsde.Settings{Steps: 6, Seed: seed, Workers: 2}.WithDefaults(), pool)
				if err != nil {
					t.Fatal(err)
				}
				if g := tr.basis.Groups; g.Top != top || g.Bottom == top {
					t.Errorf("d = %d, seed %d: from above %v, from below %v, want %v and %v", dim, seed, g.Top, g.Bottom, top, !top)
				}
			}
		}
	}
}
