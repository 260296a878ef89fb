package bench

import (
	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/cmd/internal/figure"
)

// Figure draws for each problem the relative error, the mean over the seeds, against the
// seconds since the start; for problem files only where there is nothing else.
func Figure(cells []Cell) *figure.Figure {
	f := &figure.Figure{}
	if named, _ := apart(cells); len(named) > 0 {
		cells = named
	}
	for i := 0; i < len(cells); {
		t := figure.Times{Title: cells[i].Identity}
		if p := cells[i].Published; p != nil {
			t.Published = &figure.Point{X: p.Seconds, Y: p.Error}
		}
		for place := cells[i].Place; i < len(cells) && cells[i].Place == place; i++ {
			t.Settings = append(t.Settings, cells[i].timed())
		}
		f.AddTimes(t)
	}
	return f
}

// timed is the relative error in training and that of the estimate against time, without
// the start, which no logarithmic axis has room for.
func (c *Cell) timed() figure.Timed {
	t := figure.Timed{Name: c.Preset, Solver: c.Preset == "default"}
	for _, at := range c.Runs[0].Checkpoints {
		var values, seconds []float64
		for _, r := range c.Runs {
			if p := r.at(at.Iteration); p != nil {
				values, seconds = append(values, p.Value), append(seconds, p.Seconds)
			}
		}
		if r := c.row("", values, seconds); r.seconds > 0 && r.err > 0 && words.Known(r.err) && at.Iteration > 0 {
			t.Training = append(t.Training, figure.Point{X: r.seconds, Y: r.err})
		}
	}
	rows := c.rows()
	if r := rows[len(rows)-1]; r.err > 0 && r.seconds > 0 && words.Known(r.err) {
		t.Estimate = []figure.Point{{X: r.seconds, Y: r.err}}
	}
	return t
}
