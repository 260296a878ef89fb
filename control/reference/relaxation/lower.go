// Package relaxation bounds the optimal cost of a control problem from below: it lets the
// actions know the noise of the whole path, and charges for that by a penalty of mean 0 under
// every policy that does not. What is left on each path is a deterministic problem.
//
// Source: Rogers (2002), Math. Finance 12; Brown, Smith, Sun (2010), Oper. Res. 58.
package relaxation

import (
	"context"
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/autodiff/parallel"
	"github.com/deepbsde/deepbsde/autodiff/parallel/ranks"
	"github.com/deepbsde/deepbsde/autodiff/random"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/control/reference/linearquadratic"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/grid"
	"gonum.org/v1/gonum/stat"
)

const (
	mostIterations = 400  // of the first-order method on a path
	closeEnough    = 1e-5 // gap between cost and certificate on a path, relative, at which it ends
	pairsAtATime   = 8
)

// Lower is the mean over simulated pairs of paths of
//
//	min over a₀ … a_{N−1} in the box of ( cost − M(a) ),   M = Σ m_n·(w_n Q_n) + ½ (s_n·(w_n Q_n) − E[s_n·(w_n Q_n)])
//
// with its standard error: for any Q_n, noise×d numbers a step, it is at most the optimal cost of the
// linear-quadratic problem l with actions in the box, on the grid g. The form must be convex with
// additive noise alone, and the box bounded; the error of another one is a *pde.Error. Each minimum is
// replaced by a number below it, min_b f(a) + ∇f(a)·(b − a), at the last a of an accelerated projected
// gradient method (Beck, Teboulle 2009; Frank, Wolfe 1956).
func Lower(ctx context.Context, l *linearquadratic.Form, g *grid.Grid, box control.Box, q [][]float64, s pde.Sampling) (mean, stderr float64, err error) {
	p, err := newProblem(l, g, box, q)
	if err != nil {
		return 0, 0, err
	}
	pairs := max(s.Paths/2, 2)
	values := make([]float64, pairs)
	stream := random.Stream{Key: random.Key(s.Seed, purpose)}
	err = parallel.Share(ctx, max(s.Workers, 1), (pairs+pairsAtATime-1)/pairsAtATime, func(chunk int) error {
		w := newWork(p)
		for i := chunk * pairsAtATime; i < min((chunk+1)*pairsAtATime, pairs); i++ {
			own := stream
			own.Path = uint32(i)
			for n := range p.steps {
				own.Step = uint32(n)
				own.Normals(w.noise[n*p.k:(n+1)*p.k], 1)
			}
			values[i] = w.minimum() / 2
			for j := range w.noise {
				w.noise[j] = -w.noise[j]
			}
			values[i] += w.minimum() / 2
		}
		return nil
	}, ranks.Each(values, pairsAtATime))
	if err != nil {
		return 0, 0, err
	}
	mean, std := stat.MeanStdDev(values, nil)
	if math.IsNaN(mean) || math.IsInf(mean, 0) {
		return 0, 0, fmt.Errorf("relaxation: the mean is %g", mean)
	}
	return mean, std / math.Sqrt(float64(pairs)), nil
}

// purpose keeps the numbers apart from those of other uses of a seed.
const purpose = 1<<16 + 2
