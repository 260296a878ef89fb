package compared

import (
	"math"

	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/cmd/internal/figure"
)

// Figure draws each problem in a panel.
func Figure(all []Comparison) *figure.Figure {
	f := &figure.Figure{}
	for _, c := range all {
		f.AddDeviations(c.Deviations())
	}
	return f
}

// Deviations is the comparison for a picture.
func (c *Comparison) Deviations() figure.Deviations {
	d := figure.Deviations{Title: c.Identity}
	if c.Best != nil {
		d.Best, d.StdErr = &c.Best.Value, c.Best.StdErr
	}
	for _, r := range c.Rows {
		dot := figure.Dot{Name: r.Name, Value: r.Value, Half: r.Error, Sampling: words.Normal95 * r.Sampling, Solver: r.Solver, Doubt: r.Trust == "no"}
		switch r.Bound {
		case "lower": // the value lies above it
			dot.Side = figure.Above
		case "upper":
			dot.Side = figure.Below
		}
		if r.Failed != nil {
			dot.Value = math.NaN()
		}
		d.Dots = append(d.Dots, dot)
	}
	return d
}
