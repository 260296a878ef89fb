package main

import (
	"context"
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/figure"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/points"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/report"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/saved"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/simulated"
	"github.com/deepbsde/deepbsde/control"
	"github.com/urfave/cli/v2"
	"gonum.org/v1/gonum/stat"
)

// scannedRun is a run evaluated at points of a line or a plane.
type scannedRun struct {
	name string
	*points.Evaluation
	policy *control.Problem // of a policy, else nil
}

// state is the name of component k.
func (r scannedRun) state(k int) string { return words.Component(r.States, k, "x") }

// scanRuns evaluates the runs at the points that the flags give; a line or a plane that is
// not given goes through x0, as far as two standard deviations of X at the horizon.
func (a *app) scanRuns(c *cli.Context, f *plotFlags, runs []*saved.Run) (list []scannedRun, err error) {
	paths := estimate.DefaultPaths
	if f.what.Value == "plane" {
		paths = 512
	}
	for _, r := range runs {
		e, err := a.newEvaluator(c.Context, r.Run, 0)
		if err != nil {
			return nil, err
		}
		if len(list) == 0 {
			if err := a.defaultScan(c.Context, f, r, e); err != nil {
				return nil, err
			}
		}
		at, err := pointList(c, &f.Choice, e.start())
		if err != nil {
			return nil, err
		}
		v, err := a.evaluate(c.Context, e, at, f.paths.Or(paths), false)
		if err != nil {
			return nil, err
		}
		list = append(list, scannedRun{r.Name, v, e.policyProblem()})
	}
	return list, nil
}

// defaultScan fills in the line or the plane.
func (a *app) defaultScan(ctx context.Context, f *plotFlags, r *saved.Run, e *evaluator) error {
	if f.Line.Given || f.Plane.Given {
		return nil
	}
	ends, err := a.lastStates(ctx, r, e)
	if err != nil {
		return err
	}
	around := func(k int) points.Scan {
		reach := 1.0 // where the component does not vary
		column := make([]float64, len(ends))
		for i, x := range ends {
			column[i] = x[k]
		}
		if std := stat.StdDev(column, nil); std > 0 && words.Known(std) {
			reach = 2 * std
		}
		return points.Scan{Component: k, Low: e.start()[k] - reach, High: e.start()[k] + reach}
	}
	first := around(0)
	if f.what.Value == "line" {
		f.Line = flags.Given(first)
		return nil
	}
	if len(e.start()) < 2 {
		return &exitError{status: exitUsage, err: fmt.Errorf("%s has one component, and no plane: draw --what line", e.Family.Name)}
	}
	f.Plane = flags.Given([2]points.Scan{first, around(1)})
	return nil
}

// lastStates are the states at the horizon of sample paths of a run.
func (a *app) lastStates(ctx context.Context, r *saved.Run, e *evaluator) (list [][]float64, err error) {
	if e.policy == nil {
		paths, _, err := a.valuePaths(ctx, r)
		for _, path := range paths {
			list = append(list, path.X[len(path.X)-1])
		}
		return list, err
	}
	d := e.policy.Problem
	o, err := control.Simulate(ctx, d, e.policy, control.Simulation{Paths: 2 * measuredPaths, Record: measuredPaths, Seed: 1, Purpose: report.FreshStates})
	if err != nil {
		return nil, err
	}
	for _, record := range o.Records {
		list = append(list, record.States[len(record.States)-1])
	}
	return list, nil
}

// lineFigure draws u along a line with its 95 % interval of all errors, beside the exact
// solution where that is known, the derivative along the line with that of sampling, and the
// action.
func lineFigure(r points.Scan, runs []scannedRun) *figure.Figure {
	first := runs[0]
	f := &figure.Figure{Title: fmt.Sprintf("%s, t = %s", first.Identity, words.Exact(first.Values[0].Time))}
	along, derivative := "all components of x", "Σ ∂u/∂x[k]"
	if k := r.Component; k >= 0 {
		along, derivative = first.state(k)+", the other components as in x0", fmt.Sprintf("∂u/∂x[%d]", k)
		if len(first.Start) == 1 {
			along, derivative = words.Component(append(first.States, "x"), k, "x"), "∂u/∂x"
		}
	}
	if first.policy != nil {
		derivative = "its derivative " + derivative
	}
	curve := func(run scannedRun, get func(*points.Value) figure.Valued) figure.Curve {
		c := figure.Curve{Name: run.name, Policy: run.policy != nil}
		for n, p := range run.Values {
			v := get(p)
			v.X = r.At(n, len(run.Values))
			c.Points = append(c.Points, v)
		}
		return c
	}
	panel := func(y string, get func(*points.Value) figure.Valued) {
		line := figure.Line{X: along, Y: y}
		for _, run := range runs {
			line.Curves = append(line.Curves, curve(run, get))
		}
		f.AddLine(line)
	}
	panel(first.valueName(), func(p *points.Value) figure.Valued {
		return figure.Valued{Value: p.Value, Error: p.Error, StdErr: p.StdErr, Exact: p.Exact, Doubt: p.Trust == "no"}
	})
	panel(derivative, func(p *points.Value) figure.Valued {
		return figure.Valued{Value: r.Slope(p.Gradient), Error: nan, StdErr: math.Abs(r.Slope(p.GradientStdErr)), Exact: r.Slope(p.ExactGradient)}
	})
	if first.policy == nil {
		return f
	}
	action := func(k int) func(p *points.Value) figure.Valued {
		return func(p *points.Value) figure.Valued {
			v := figure.Valued{Value: nan, Error: nan, StdErr: nan, Exact: nan}
			if p.Action != nil {
				v.Value = p.Action[k]
			}
			return v
		}
	}
	if n := first.ActionDim; n > simulated.MostDrawn { // all in one
		line := figure.Line{X: along, Y: fmt.Sprintf("the %d actions", n)}
		for _, run := range runs {
			for k := range n {
				line.Curves = append(line.Curves, curve(run, action(k)))
			}
		}
		f.AddLine(line)
		return f
	}
	for k := range first.ActionDim {
		panel(words.Component(first.Actions, k, "action a"), action(k))
	}
	return f
}

// valueName is what is drawn over points.
func (r scannedRun) valueName() string {
	switch {
	case r.policy == nil:
		return "u(t, x)"
	case r.policy.Maximize:
		return "reward of the policy"
	}
	return "cost of the policy"
}

// planeFigure draws u in a plane through x0, a panel for each run.
func planeFigure(plane [2]points.Scan, runs []scannedRun) (*figure.Figure, error) {
	first, others := runs[0], ""
	if len(first.Start) > 2 {
		others = ", the other components as in x0"
	}
	axis := func(s points.Scan) figure.Axis {
		return figure.Axis{Name: first.state(s.Component), Low: s.Low, High: s.High}
	}
	p := figure.Plane{
		Title: fmt.Sprintf("%s: %s at t = %s%s", first.Identity, first.valueName(), words.Exact(first.Values[0].Time), others),
		Value: first.valueName(), X: axis(plane[0]), Y: axis(plane[1]),
	}
	for _, r := range runs {
		s := figure.Surface{Name: r.name, N: int(math.Round(math.Sqrt(float64(len(r.Values))))),
			Centre: figure.Point{X: r.Start[plane[0].Component], Y: r.Start[plane[1].Component]}}
		for _, v := range r.Values {
			s.Values = append(s.Values, v.Value)
		}
		p.Runs = append(p.Runs, s)
	}
	return p.Figure()
}
