package cost

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/control/reference/linearquadratic"
	"github.com/deepbsde/deepbsde/control/reference/relaxation"
	"github.com/deepbsde/deepbsde/control/reference/riccati"
	"github.com/deepbsde/deepbsde/pde"
)

const (
	// mostExact is the number of states up to which the optimum of a linear-quadratic problem is
	// found along the way, and mostRelaxed that of states and actions together, times steps, up to
	// which it is bounded where the actions lie in a box.
	mostExact   = 300
	mostInTime  = 100 // states, where the optimum in continuous time is found as well
	mostRelaxed = 1000
	// relaxedPaths are those of that bound.
	relaxedPaths = 2048
)

// below fills in a lower bound of the optimal cost on the grid of a problem whose operations prove it
// linear-quadratic: the optimum itself, less its rounding; or where the actions lie in a box what a
// relaxation leaves with the penalty Q_n of the variate, less 1.96 standard errors. It gives the form of
// a problem of the first kind, else nil.
func (p policy) below(ctx context.Context, e *estimate.Estimate, q [][]float64, doubt func(estimate.Kind, string, ...any)) (*linearquadratic.Form, error) {
	d := p.Problem
	free := d.Problem
	box, inBox := d.Actions.(control.Box)
	if inBox {
		free.Actions, free.ActionScale = nil, nil
	}
	if d.StateDim > mostExact {
		e.NoBounds = fmt.Sprintf("not looked for beyond %d states", mostExact)
		return nil, nil
	}
	l, err := linearquadratic.Find(&free)
	if err != nil {
		e.NoBounds = notThat("not linear-quadratic", err)
		return nil, nil
	}
	if inBox {
		return nil, p.relaxed(ctx, e, l, box, q)
	}
	r, err := riccati.On(l, d.Grid)
	if err != nil {
		e.NoBounds = err.Error()
		return nil, nil
	}
	// The policy's own cost may miss the optimum by chance.
	gap, side, size := e.Value-r.Value, "above", math.Abs(r.Value)
	if d.Maximize {
		side = "below"
		e.Upper, e.Lower, gap = r.Value+3*r.Error, math.Min(e.Lower, r.Value-3*r.Error), -gap
	} else {
		e.Lower, e.Upper = r.Value-3*r.Error, math.Max(e.Upper, r.Value+3*r.Error)
	}
	e.Optimal = gap <= nearOptimum*size
	if gap-estimate.Normal95*e.StdErr > nearOptimum*size {
		doubt(estimate.NotOptimal, "the cost is %.3g %s the optimum, %.2g %%", gap, side, 100*gap/size)
	}
	return l, nil
}

// notThat is why a problem is none of a kind, without its name.
func notThat(kind string, err error) string {
	var told *pde.Error
	if errors.As(err, &told) {
		return kind + ": " + told.Field + " " + told.Reason
	}
	return kind + ": " + err.Error()
}

// relaxed fills in the lower bound where the actions lie in a box.
func (p policy) relaxed(ctx context.Context, e *estimate.Estimate, l *linearquadratic.Form, box control.Box, q [][]float64) error {
	d := p.Problem
	if (d.StateDim+d.ActionDim)*d.Steps > mostRelaxed || q == nil {
		e.NoBounds = "too large for the relaxation, or there is no variate"
		return nil
	}
	mean, stderr, err := relaxation.Lower(context.WithoutCancel(ctx), l, d.Grid, box, q, pde.Sampling{Paths: relaxedPaths, Seed: p.Seed, Workers: p.Workers})
	if err != nil {
		e.NoBounds = err.Error()
		return nil
	}
	e.Lower = mean - estimate.Normal95*stderr
	if e.Lower > e.Upper { // by chance: the optimum may lie on either side of both
		e.Lower, e.Upper = e.Upper, e.Lower
	}
	e.Optimal = e.Value-e.Lower <= nearOptimum*math.Abs(e.Lower)
	return nil
}

// exact is the optimum in continuous time of a linear-quadratic problem, with three times its rounding; not known without a form
// or beyond mostInTime states.
func exact(l *linearquadratic.Form) (optimum, rounding float64, known bool) {
	if l == nil || len(l.A) > mostInTime {
		return 0, 0, false
	}
	r, err := riccati.Continuous(l)
	if err != nil {
		return 0, 0, false
	}
	return r.Value, 3 * r.Error, true
}
