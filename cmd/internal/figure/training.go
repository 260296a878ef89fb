package figure

import (
	"cmp"
	"image/color"
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
	Doubt                  bool   // it says of itself that it is not trustworthy
	Grid                   string // where the answer is another one, on what grid this one is, in words
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
	if len(t.Runs) == 1 {
		f.finalBand(p, t, first, last)
	}
	for i, r := range t.Runs {
		shade := runColors[i%len(runColors)]
		f.curve(p, t.named(r, ""), r.points(x, y, first, false), shade)
		if r.Final == nil {
			continue
		}
		end := Valued{X: lastOf([]Run{r}, x), Value: r.Final.Value, Error: r.Final.Error, StdErr: r.Final.Sampling}
		point := marks(plotter.XYs{{X: end.X, Y: end.Value}}, shade, glyph(Neither))
		if len(t.Runs) > 1 { // bands of several colours would lie on one another
			end.X -= 0.015 * float64(i) * (last - first)
			point.XYs[0].X = end.X
			f.finalBars(p, t, r, end, shade, point)
		}
		p.Add(point)
		if len(t.Runs) == 1 && r.Final.SamplingAlone() && !words.Known(r.Final.Sampling) {
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

// finalBand shades the intervals of the one run's final estimate.
func (f *Figure) finalBand(p *plot.Plot, t Training, first, last float64) {
	r, shade := t.Runs[0], runColors[0]
	end := r.Final
	if end == nil {
		return
	}
	point := marks(plotter.XYs{{}}, shade, glyph(Neither))
	var wide *plotter.Polygon
	if !end.SamplingAlone() {
		wide = band(p, faint(shade), first, last, end.Value-end.Error, end.Value+end.Error)
		f.explain(t.named(r, "final estimate, all errors, "+stated(end.Doubt)), wide, point)
	}
	if !words.Known(end.Sampling) {
		return
	}
	inside := darker(shade)
	if !t.HasLoss { // a policy, whose cost has no other error
		inside = faint(shade)
	}
	narrow := band(p, inside, first, last, end.Value-end.Sampling, end.Value+end.Sampling)
	if wide != nil {
		f.explain(t.named(r, "sampling alone, 95 %"), wide, narrow) // as it looks inside
		return
	}
	f.explain(t.named(r, t.ofSampling(end)), narrow, point)
}

// finalBars draws these intervals of one of several runs as bars.
func (f *Figure) finalBars(p *plot.Plot, t Training, r Run, end Valued, shade color.Color, point plot.Thumbnailer) {
	all := bars(p, []Valued{end}, shade, thinBar, func(v Valued) float64 { return v.Error })
	sampling := bars(p, []Valued{end}, shade, thickBar, func(v Valued) float64 { return v.StdErr })
	switch {
	case all != nil:
		f.explain(t.named(r, "final estimate, all errors, "+stated(r.Final.Doubt)+" (thick: sampling)"), append(all, point)...)
	case sampling != nil:
		f.explain(t.named(r, t.ofSampling(r.Final)), append(sampling, point)...)
	default:
		f.explain(t.named(r, "final estimate, error unknown"), point)
	}
}

// ofSampling is what the interval of sampling is called where it stands alone.
func (t Training) ofSampling(end *Final) string {
	name := "final estimate"
	if end.Grid != "" {
		name += " " + end.Grid
	}
	switch {
	case t.HasLoss:
		return name + ", sampling alone, 95 %"
	case end.Doubt:
		return name + ", not trustworthy"
	}
	return name + ", 95 % interval"
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
