// Package along draws runs that were evaluated at the points of a line or of a plane.
package along

import (
	"fmt"
	"math"
	"strings"

	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/points"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/simulated"
	"github.com/deepbsde/deepbsde/cmd/internal/figure"
	"github.com/deepbsde/deepbsde/control"
)

// Run is a run evaluated at points of a line or a plane.
type Run struct {
	Name string
	*points.Evaluation
	Control *control.Problem // of a policy, else nil
}

// state is the name of component k.
func (r Run) state(k int) string { return words.Component(r.States, k, "x") }

// Line draws u along a line with its 95 % interval of all errors, beside the exact
// solution where that is known, the derivative along the line with that of sampling, and the
// action.
func Line(r points.Scan, runs []Run) *figure.Figure {
	first := runs[0]
	f := &figure.Figure{Title: fmt.Sprintf("%s, t = %s", first.Identity, words.Exact(first.Values[0].Time))}
	along, derivative := "all components of x", "Σ ∂u/∂x[k]"
	if k := r.Component; k >= 0 {
		along, derivative = first.state(k)+", the other components as in x0", fmt.Sprintf("∂u/∂x[%d]", k)
		if len(first.Start) == 1 {
			along, derivative = words.Component(append(first.States, "x"), k, "x"), "∂u/∂x"
		}
	}
	if first.Control != nil {
		derivative = "its derivative " + strings.ReplaceAll(derivative, "∂u", "∂")
	}
	curve := func(run Run, get func(*points.Value) figure.Valued) figure.Curve {
		c := figure.Curve{Name: run.Name, Policy: run.Control != nil}
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
		return figure.Valued{Value: r.Slope(p.Gradient), Error: math.NaN(), StdErr: math.Abs(r.Slope(p.GradientStdErr)), Exact: r.Slope(p.ExactGradient)}
	})
	if first.Control == nil {
		return f
	}
	action := func(k int) func(p *points.Value) figure.Valued {
		return func(p *points.Value) figure.Valued {
			v := figure.Valued{Value: math.NaN(), Error: math.NaN(), StdErr: math.NaN(), Exact: math.NaN()}
			if p.Action != nil {
				v.Value = p.Action[k]
			}
			return v
		}
	}
	if n := first.ActionDim; n > simulated.MostDrawn { // all in one
		line := figure.Line{X: along, Y: simulated.Together("actions", n, func(k int) string { return words.Component(first.Actions, k, "action a") })}
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
func (r Run) valueName() string {
	switch {
	case r.Control == nil:
		return "u(t, x)"
	case r.Control.Maximize:
		return "reward of the policy"
	}
	return "cost of the policy"
}

// Plane draws u in a plane through x0, a panel for each run.
func Plane(plane [2]points.Scan, runs []Run) (*figure.Figure, error) {
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
		s := figure.Surface{Name: r.Name, N: int(math.Round(math.Sqrt(float64(len(r.Values))))),
			Centre: figure.Point{X: r.Start[plane[0].Component], Y: r.Start[plane[1].Component]}}
		for _, v := range r.Values {
			s.Values = append(s.Values, v.Value)
			if v.Rule != "" {
				s.Stop = append(s.Stop, v.Rule == "stop")
			}
		}
		if len(s.Stop) < len(s.Values) { // no date of exercise
			s.Stop = nil
		}
		p.Runs = append(p.Runs, s)
	}
	return p.Figure()
}
