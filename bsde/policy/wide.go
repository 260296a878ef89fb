package policy

import (
	"context"
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"github.com/deepbsde/deepbsde/control"
	"gonum.org/v1/gonum/stat"
)

// wide are how far off, in raw numbers, constant actions are tried: training goes downhill from one start, and does not
// see a better valley behind a ridge. widePaths are the paths of each, and mostWide the number of actions whose
// components are tried one by one.
var wide = []float64{1, 3, 10}

const (
	widePaths = 256
	mostWide  = 8
)

// widen puts the best of some constant actions far from the start in the place of the trained one in a list of
// baselines, where it is better on the same noise.
func (e *engine[T]) widen(ctx context.Context, list *[]estimate.Baseline) error {
	d := e.problem
	cost := func(p control.Policy) (float64, error) {
		o, err := control.Simulate(ctx, d, p, control.Simulation{Paths: widePaths, Seed: e.set.Seed, Purpose: uint64(walk.ForValidation), Workers: e.set.Workers})
		if err != nil {
			return math.NaN(), err
		}
		mean := stat.Mean(o.Costs, nil)
		if d.Maximize {
			mean = -mean
		}
		return mean, nil
	}
	at := slices.IndexFunc(*list, func(b estimate.Baseline) bool { return b.Name == constant{}.Name() })
	best, least := control.Policy(nil), math.Inf(1)
	if at >= 0 {
		v, err := cost((*list)[at].Policy)
		if err != nil {
			return err
		}
		least = v
	}
	t, x := expr.Input("t", 1), expr.Input("x", d.StateDim)
	for _, raw := range wideActions(d.ActionDim) {
		f, err := expr.Compile(d.Admit(t, x, expr.Vector(raw)).Add(x.At(0).Scale(0)), t, x)
		if err != nil {
			return err
		}
		v, err := cost(constantRaw{f})
		if err != nil {
			return err
		}
		if v < least || math.IsNaN(least) {
			best, least = constantRaw{f}, v
		}
	}
	switch {
	case best == nil:
	case at >= 0:
		(*list)[at].Policy = best
	default:
		*list = append(*list, estimate.Baseline{Name: constant{}.Name(), Policy: best})
	}
	return nil
}

// wideActions are raw actions of so many components: all of one size, and one of them alone where there are few.
func wideActions(m int) (list [][]float64) {
	for _, size := range wide {
		for _, v := range []float64{size, -size} {
			list = append(list, slices.Repeat([]float64{v}, m))
			for k := range m {
				if m > 1 && m <= mostWide {
					one := make([]float64, m)
					one[k] = v
					list = append(list, one)
				}
			}
		}
	}
	return list
}
