package bench

import (
	"math"
	"strconv"

	"gonum.org/v1/gonum/stat"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/words"
)

// row is a line of a table: all seeds at one moment of training, or the final
// estimates.
type row struct {
	label       string // steps, or estimate
	runs        int    // that got there
	value, std  float64
	err, errStd float64 // relative error
	seconds     float64
	published   *Published // at the same moment, nil for none
}

// rows are the papers' checkpoints, quarters of the training, and the estimate.
func (c *Cell) rows() (rows []row) {
	n := c.Runs[0].Settings.Iterations
	for quarter := range 5 {
		at := n * quarter / 4
		var values, seconds []float64
		for _, r := range c.Runs {
			if p := r.at(at); p != nil {
				values, seconds = append(values, p.Value), append(seconds, p.Seconds)
			}
		}
		rows = append(rows, c.row(strconv.Itoa(at), values, seconds))
	}
	var values, seconds []float64
	for _, r := range c.Runs {
		if r.Value != nil {
			values, seconds = append(values, *r.Value), append(seconds, r.Seconds)
		}
	}
	rows = append(rows, c.row("estimate", values, seconds))
	if p := c.Published; p != nil && c.Preset == "paper" {
		for i := range rows {
			if rows[i].label == strconv.Itoa(p.Iterations) {
				rows[i].published = p
			}
		}
	}
	return rows
}

func (c *Cell) row(label string, values, seconds []float64) row {
	r := row{label: label, runs: len(values), err: math.NaN(), errStd: math.NaN()}
	r.value, r.std = meanStd(values)
	r.seconds, _ = meanStd(seconds)
	if ref := c.Reference; ref != nil {
		errs := make([]float64, len(values))
		for i, v := range values {
			errs[i] = words.RelativeError(v, ref.Value)
		}
		r.err, r.errStd = meanStd(errs)
	}
	return r
}

// meanStd is NaN where there are too few values.
func meanStd(v []float64) (mean, std float64) {
	switch len(v) {
	case 0:
		return math.NaN(), math.NaN()
	case 1:
		return v[0], math.NaN()
	}
	return stat.MeanStdDev(v, nil)
}
