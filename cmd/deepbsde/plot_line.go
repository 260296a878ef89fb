package main

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/urfave/cli/v2"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/words"
	"github.com/deepbsde/deepbsde/control"
)

// scannedRun is a run evaluated at points of a line or a plane.
type scannedRun struct {
	name string
	*evaluation
}

// scanRuns evaluates the runs at the points that the flags give; a line or a plane that is
// not given goes through x0, as far as two standard deviations of X at the horizon.
func (a *app) scanRuns(c *cli.Context, f *plotFlags, runs []*plottedRun) (list []scannedRun, err error) {
	paths := bsde.DefaultPointPaths
	if f.what.Value == "plane" {
		paths = 512
	}
	for _, r := range runs {
		e, err := a.newEvaluator(c.Context, r.rundir, 0)
		if err != nil {
			return nil, err
		}
		if len(list) == 0 {
			if err := a.defaultScan(c.Context, f, r, e); err != nil {
				return nil, err
			}
		}
		points, err := f.points(c, e.start(), e.horizon())
		if err != nil {
			return nil, err
		}
		v, err := a.evaluate(c.Context, e, points, f.paths.Or(paths), false)
		if err != nil {
			return nil, err
		}
		list = append(list, scannedRun{r.name, v})
	}
	return list, nil
}

// defaultScan fills in the line or the plane.
func (a *app) defaultScan(ctx context.Context, f *plotFlags, r *plottedRun, e *evaluator) error {
	if f.line.Given || f.plane.Given {
		return nil
	}
	ends, err := a.lastStates(ctx, r, e)
	if err != nil {
		return err
	}
	around := func(k int) scan {
		reach := 1.0 // where the component does not vary
		column := make([]float64, len(ends))
		for i, x := range ends {
			column[i] = x[k]
		}
		if std := stat.StdDev(column, nil); std > 0 && words.Known(std) {
			reach = 2 * std
		}
		return scan{k, e.start()[k] - reach, e.start()[k] + reach}
	}
	first := around(0)
	if f.what.Value == "line" {
		f.line = flags.Opt[scan]{first, true}
		return nil
	}
	if len(e.start()) < 2 {
		return &exitError{status: exitUsage, err: fmt.Errorf("%s has one component, and no plane: draw --what line", e.family.Name)}
	}
	f.plane = flags.Opt[[2]scan]{[2]scan{first, around(1)}, true}
	return nil
}

// lastStates are the states at the horizon of sample paths of a run.
func (a *app) lastStates(ctx context.Context, r *plottedRun, e *evaluator) (list [][]float64, err error) {
	if e.policy == nil {
		paths, _, err := a.valuePaths(ctx, r)
		for _, path := range paths {
			list = append(list, path.X[len(path.X)-1])
		}
		return list, err
	}
	d, err := e.grid(e.Settings.Steps)
	if err != nil {
		return nil, err
	}
	o, err := control.Simulate(ctx, d, e.policy, control.Simulation{Paths: 2 * measuredPaths, Record: measuredPaths, Seed: 1, Purpose: freshStates})
	if err != nil {
		return nil, err
	}
	for _, record := range o.Records {
		list = append(list, record.States[len(record.States)-1])
	}
	return list, nil
}

// lineFigure draws u along a line with its 95 % interval, beside the exact solution where
// that is known, the derivative along the line, and the action.
func lineFigure(r scan, runs []scannedRun) *figure {
	first := runs[0]
	f := &figure{title: fmt.Sprintf("%s, t = %s", identity(first.member), words.Exact(first.points[0].Time))}
	along := fmt.Sprintf("x[%d], the other components as in x0", r.component)
	derivative := fmt.Sprintf("∂u/∂x[%d]", r.component)
	if len(first.start()) == 1 {
		along = "x"
	}
	if r.component < 0 {
		along, derivative = "all components of x", "Σ ∂u/∂x[k]"
	}
	value := "u(t, x)"
	if first.policy != nil {
		value = "cost of the policy"
		if first.control.Problem.Maximize {
			value = "reward of the policy"
		}
		derivative = "its derivative " + derivative
	}
	f.panels = append(f.panels,
		f.linePanel(r, runs, along, value, func(p *evaluated) (y, err, exact float64) { return p.Value, p.StdErr, p.exact }),
		f.linePanel(r, runs, along, derivative, func(p *evaluated) (y, err, exact float64) {
			return slopeAlong(r, p.Gradient), slopeError(r, p.GradientStdErr), slopeAlong(r, p.exactGradient)
		}))
	if first.policy == nil {
		return f
	}
	for k := range min(drawnComponents, first.control.Problem.ActionDim) {
		name := fmt.Sprintf("action a[%d]", k)
		if names := first.control.Problem.ActionNames; names != nil {
			name = names[k]
		}
		f.panels = append(f.panels, f.linePanel(r, runs, along, name, func(p *evaluated) (y, err, exact float64) {
			if p.action == nil {
				return nan, nan, nan
			}
			return p.action[k], 0, nan
		}))
	}
	return f
}

// slopeAlong is the component of a gradient along the line, slopeError a bound of its
// standard error.
func slopeAlong(r scan, gradient []float64) float64 {
	switch {
	case gradient == nil:
		return nan
	case r.component >= 0:
		return gradient[r.component]
	}
	sum := 0.0
	for _, v := range gradient {
		sum += v
	}
	return sum
}

func slopeError(r scan, stderr []float64) float64 { return math.Abs(slopeAlong(r, stderr)) }

// linePanel draws something along a line, for each run with its band.
func (f *figure) linePanel(r scan, runs []scannedRun, x, y string, get func(*evaluated) (y, err, exact float64)) *plot.Plot {
	p := newPanel(x, y)
	var exact plotter.XYs
	for i, run := range runs {
		shade := runColors[i%len(runColors)]
		var line, upper, lower plotter.XYs
		for n, point := range run.points {
			at := r.at(n, len(run.points))
			v, stderr, u := get(point)
			if words.Known(u) && i == 0 {
				exact = append(exact, plotter.XY{X: at, Y: u})
			}
			if words.Known(v) && words.Known(stderr) {
				line = append(line, plotter.XY{X: at, Y: v})
				upper = append(upper, plotter.XY{X: at, Y: v + 1.96*stderr})
				lower = append(lower, plotter.XY{X: at, Y: v - 1.96*stderr})
			}
		}
		slices.Reverse(lower)
		if area, err := plotter.NewPolygon(append(upper, lower...)); err == nil && len(upper) > 1 {
			area.Color, area.LineStyle.Width = faint(shade), 0
			p.Add(area)
			if upper[0].Y > line[0].Y {
				f.explain(run.name+": 95 % interval", area)
			}
		}
		f.curve(p, run.name, line, shade)
	}
	if dashed, err := plotter.NewLine(exact); err == nil && len(exact) > 1 {
		dashed.Dashes, dashed.Width = dashes, vg.Points(1)
		p.Add(dashed)
		f.explain("exact", dashed)
	}
	addMargin(p)
	return p
}
