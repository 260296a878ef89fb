package estimate

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"github.com/deepbsde/deepbsde/pde"
)

// Exponential is the solution u = e^v of an equation, from that of v; it takes v over. Intervals and bounds of v are
// carried over by their ends, so that they hold what those do. ResidualRatio stays that of v. The error of a wrong
// problem is a *pde.Error.
func Exponential(p pde.Problem, v *Solution) (*Solution, error) {
	eq, err := equation.New(p)
	if err != nil {
		return nil, err
	}
	return &Solution{core: exponential{v.core}, eq: eq, workers: v.workers}, nil
}

// exponential is e^v of what a core finds for v.
type exponential struct{ core }

func (e exponential) estimate(ctx context.Context, from *walk.Origin, paths, slopes int, progress func(done int)) (*Estimate, error) {
	return exponentialOf(e.core.estimate(ctx, from, paths, slopes, progress))
}

func (e exponential) at(ctx context.Context, pool *autodiff.Pool, t float64, x []float64, paths int) (*Estimate, error) {
	return exponentialOf(e.core.at(ctx, pool, t, x, paths))
}

func (e exponential) trained(from *walk.Origin) float64 { return math.Exp(e.core.trained(from)) }

func (e exponential) paths(count int) ([]Path, error) {
	list, err := e.core.paths(count)
	for i := range list {
		p := &list[i]
		p.G = math.Exp(p.G)
		for n, v := range p.Y {
			p.Y[n] = math.Exp(v)
		}
		for n, z := range p.Z {
			for k := range z {
				z[k] *= p.Y[n]
			}
		}
	}
	return list, err
}

// exponentialOf is the estimate of u = e^v from that of v.
func exponentialOf(v *Estimate, err error) (*Estimate, error) {
	if err != nil {
		return nil, err
	}
	u := *v
	u.Value = math.Exp(v.Value)
	part := func(of float64) float64 { return u.Value * math.Expm1(of) } // the larger side of the interval
	u.Error, u.StdErr = part(v.Error), part(v.StdErr)
	u.DiscretizationError, u.NetworkError = part(v.DiscretizationError), part(v.NetworkError)
	u.NetworkBias = part(v.NetworkBias)
	u.CI95 = [2]float64{u.Value - u.Error, u.Value + u.Error}
	u.Lower, u.Upper, u.Trained = math.Exp(v.Lower), math.Exp(v.Upper), math.Exp(v.Trained)
	u.slope(v)
	u.doubt()
	return &u, nil
}

// slope is ∇u = u ∇v, with the errors of both.
func (u *Estimate) slope(v *Estimate) {
	if v.Gradient == nil {
		return
	}
	u.Gradient, u.GradientStdErr = slices.Clone(v.Gradient), slices.Clone(v.GradientStdErr)
	steepest := 0.0
	for i, s := range v.Gradient {
		u.Gradient[i] *= u.Value
		u.GradientStdErr[i] = math.Hypot(u.Value*v.GradientStdErr[i], s*u.StdErr)
		steepest = math.Max(steepest, math.Abs(s))
	}
	u.GradientDiscretization = u.Value*v.GradientDiscretization + steepest*u.DiscretizationError
	u.GradientNetworkBias = u.Value*v.GradientNetworkBias + steepest*u.NetworkError
}

// doubt adds that an error, small beside v, is large beside e^v.
func (u *Estimate) doubt() {
	if len(u.Reasons) > 0 {
		return
	}
	switch large := largeBias * u.Value; {
	case u.DiscretizationError > large:
		u.Reasons = []Reason{{NotAsymptotic, fmt.Sprintf("the time step's error is %.2g", u.DiscretizationError)}}
	case u.NetworkError > large:
		u.Reasons = []Reason{{BiasNotSmall, fmt.Sprintf("up to %.2g", u.NetworkError)}}
	default:
		return
	}
	u.Lower, u.Upper, u.NoBounds = math.NaN(), math.NaN(), "the estimate that gives them is not to be trusted, "+string(u.Reasons[0].Kind)
}
