package figure

import (
	"cmp"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"

	"github.com/deepbsde/deepbsde/bsde/words"
)

// Run is the training of one run.
type Run struct {
	Name    string
	History []Moment
	Final   *Final // nil for none
}

// Moment is the state of a training, NaN where something is not known.
type Moment struct{ Step, Seconds, Value, Loss, Rate float64 }

// Final is the estimate at the end of a run with the half-widths of its 95 % intervals: of
// all errors together, and of sampling alone. NaN where one is not known.
type Final struct {
	Value, Error, Sampling float64
	Doubt                  bool // it says of itself that it is not trustworthy
}

// SamplingAlone tells that the error of everything is not known.
func (f *Final) SamplingAlone() bool { return !words.Known(f.Error) }

// Reference is a value to compare with; the error is NaN where it is not known.
type Reference struct{ Value, StdErr float64 }

// Training is runs of one problem.
type Training struct {
	Title     string
	Value     string // what the value is, such as Y0
	Steps     string // what the steps are called, such as gradient steps
	HasLoss   bool   // the loss is not the value itself
	Loss      string // what the loss is, such as the variance that a fit leaves
	Runs      []Run
	Reference *Reference // nil for none
}

// axis is something that can be read off a line of the metrics.
type axis struct {
	label string
	get   func(Moment) float64
	whole bool // it counts something
}

var overSeconds = axis{label: "time in seconds", get: func(m Moment) float64 { return m.Seconds }}

// Figure draws value and loss, or what is asked for of these: training, value, close-up or
// loss. They are drawn over steps or seconds; "" is over steps, and for several runs over
// seconds too: those of one run are the same curves again.
func (t Training) Figure(what, over string) *Figure {
	f := &Figure{Title: t.Title}
	overSteps := axis{t.Steps, func(m Moment) float64 { return m.Step }, true}
	value := axis{label: t.Value, get: func(m Moment) float64 { return m.Value }}
	loss := axis{label: "loss", get: func(m Moment) float64 { return m.Loss }}
	var axes []axis
	if over != "seconds" {
		axes = append(axes, overSteps)
	}
	if over == "seconds" || over == "" && len(t.Runs) > 1 {
		axes = append(axes, overSeconds)
	}
	if what == "close-up" {
		f.panels = append(f.panels, f.valuePanel(t, overSteps, value, 0.5))
	}
	if what == "training" || what == "value" {
		for _, x := range axes {
			f.panels = append(f.panels, f.valuePanel(t, x, value, 0))
		}
	}
	if (what == "training" || what == "loss") && t.HasLoss {
		for _, x := range axes {
			f.panels = append(f.panels, f.lossPanel(t, x, loss))
		}
	}
	return f
}

// ClosesUp tells whether the second half shows more at a larger scale: not of a fit of a few passes.
func (t Training) ClosesUp() bool { return len(t.Runs[0].History) > 20 }

// panel is an empty one of y over x.
func (x axis) panel(y axis) *plot.Plot {
	p := newPanel(x.label, y.label)
	if x.whole {
		p.X.Tick.Marker = wholeTicks{}
	}
	return p
}

// valuePanel draws the value of each run with its final interval, and the reference,
// from the given share of the steps on.
func (f *Figure) valuePanel(t Training, x, y axis, from float64) *plot.Plot {
	p := x.panel(y)
	first, last := from*lastOf(t.Runs, x), lastOf(t.Runs, x)
	if first == last { // nothing but the state before training
		last++
	}
	wide, narrow := make([]*plotter.Polygon, len(t.Runs)), make([]*plotter.Polygon, len(t.Runs))
	for i, r := range t.Runs { // below all lines
		if f, shade := r.Final, runColors[i%len(runColors)]; f != nil {
			if !f.SamplingAlone() {
				wide[i] = band(p, faint(shade), first, last, f.Value-f.Error, f.Value+f.Error)
			}
			if words.Known(f.Sampling) {
				color := darker(shade)
				if !t.HasLoss { // a policy, whose cost has no other error
					color = faint(shade)
				}
				narrow[i] = band(p, color, first, last, f.Value-f.Sampling, f.Value+f.Sampling)
			}
		}
	}
	for i, r := range t.Runs {
		shade := runColors[i%len(runColors)]
		f.curve(p, t.named(r, ""), r.points(x, y, first, false), shade)
		if r.Final == nil {
			continue
		}
		point := marks(plotter.XYs{{X: lastOf([]Run{r}, x), Y: r.Final.Value}}, shade, glyph(Neither))
		p.Add(point)
		switch {
		case wide[i] != nil:
			f.explain(t.named(r, "final estimate, all errors, "+stated(r.Final.Doubt)), wide[i], point)
			if narrow[i] != nil {
				f.explain(t.named(r, "sampling alone, 95 %"), wide[i], narrow[i]) // as it looks inside
			}
		case narrow[i] != nil && t.HasLoss:
			f.explain(t.named(r, "final estimate, sampling alone, 95 %"), narrow[i], point)
		case narrow[i] != nil:
			f.explain(t.named(r, "final estimate, 95 % interval"), narrow[i], point)
		default:
			f.explain(t.named(r, "final estimate, error unknown"), point)
		}
	}
	if ref := t.Reference; ref != nil {
		name := "reference"
		if half := 1.96 * ref.StdErr; half > 0.005*(math.Max(p.Y.Max, ref.Value)-math.Min(p.Y.Min, ref.Value)) {
			band(p, faint(black), first, last, ref.Value-half, ref.Value+half)
			name = "reference, its 95 % error in grey"
		}
		if line, err := plotter.NewLine(plotter.XYs{{X: first, Y: ref.Value}, {X: last, Y: ref.Value}}); err == nil {
			line.Dashes, line.Width = dashes, vg.Points(1)
			p.Add(line)
			f.explain(name, line)
		}
	}
	p.X.Min, p.X.Max = first, last
	addMargin(p)
	return p
}

// named is what something of a run is called in the key, "" for its training: with its name where there are others.
func (t Training) named(r Run, what string) string {
	if len(t.Runs) == 1 {
		return cmp.Or(what, "training")
	}
	return ofRun(r.Name, what)
}

// stated is what an interval of all errors is worth.
func stated(doubt bool) string {
	if doubt {
		return "not trustworthy"
	}
	return "95 %"
}

// lossPanel draws the loss of each run, on a logarithmic axis where it covers a decade.
func (f *Figure) lossPanel(t Training, x, y axis) *plot.Plot {
	p := x.panel(y)
	for i, r := range t.Runs {
		f.curve(p, t.named(r, ""), r.points(x, y, 0, true), runColors[i%len(runColors)])
	}
	if p.Y.Min > 0 && p.Y.Max > 10*p.Y.Min {
		p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, logTicks{}
		p.Y.Min, p.Y.Max = p.Y.Min/1.1, p.Y.Max*1.1
	} else {
		addMargin(p)
	}
	p.X.Min = 0
	return p
}

// points are the known points of a run from some x on; those of a logarithmic axis are
// positive.
func (r Run) points(x, y axis, from float64, logarithmic bool) (list plotter.XYs) {
	for _, l := range r.History {
		if v := y.get(l); words.Known(v) && x.get(l) >= from && (!logarithmic || v > 0) {
			list = append(list, plotter.XY{X: x.get(l), Y: v})
		}
	}
	return list
}

// lastOf is the end of the longest run.
func lastOf(runs []Run, x axis) (last float64) {
	for _, r := range runs {
		for _, l := range r.History {
			last = math.Max(last, x.get(l))
		}
	}
	return last
}
