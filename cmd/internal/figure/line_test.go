package figure

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// names are the entries of the key.
func (f *Figure) names() string {
	var list []string
	for _, e := range f.key {
		list = append(list, e.name)
	}
	return strings.Join(list, "; ")
}

// TestLineBands: the band is that of all errors with sampling inside, and says which of the
// two it is.
func TestLineBands(t *testing.T) {
	nan := math.NaN()
	points := func(err float64) (list []Valued) {
		for i := range 4 {
			list = append(list, Valued{X: float64(i), Value: 1, Error: err, StdErr: 0.1, Exact: nan})
		}
		return list
	}
	gap, doubtful := points(0.5), points(0.5)
	doubtful[1].Doubt = true
	gap[2].Error = nan
	for _, c := range []struct {
		curve Curve
		want  string
		high  float64 // where the panel ends
	}{
		{Curve{Name: "run", Points: points(0.5)}, "all errors, 95 %; sampling alone, 95 %; estimate", 1.5},
		{Curve{Name: "run", Points: doubtful}, "all errors, 95 %; sampling alone, 95 %; estimate; not trustworthy", 1.5},
		{Curve{Name: "run", Points: points(nan)}, "sampling alone, 95 %; estimate", 1.196},
		{Curve{Name: "run", Points: gap}, "all errors, 95 %; sampling alone, 95 %; estimate", 1.5},
		{Curve{Name: "run", Points: points(nan), Policy: true}, "95 % interval; estimate", 1.196},
	} {
		f := &Figure{}
		f.AddLine(Line{X: "x", Y: "u", Curves: []Curve{c.curve}})
		if got := f.names(); got != c.want {
			t.Errorf("key %q, want %q", got, c.want)
		}
		if p := f.panels[0]; math.Abs(p.Y.Max-c.high-0.04/1.08*(p.Y.Max-p.Y.Min)) > 1e-9 {
			t.Errorf("%s: the panel ends at %g, want a little above %g", c.want, p.Y.Max, c.high)
		}
	}
}

// TestNamesOfRuns: where there are several runs the key names them, and panels that show the same have one scale.
func TestNamesOfRuns(t *testing.T) {
	curve := func(name string, top float64) Curve {
		return Curve{Name: name, Points: []Valued{{X: 0, Value: 0, Error: 0.1, Exact: math.NaN()}, {X: 1, Value: top, Error: 0.1, Exact: math.NaN()}}}
	}
	f := &Figure{}
	f.AddLine(Line{X: "x", Y: "u", Curves: []Curve{curve("first", 1), curve("second", 2)}})
	if got, want := f.names(), "first: all errors, 95 %; first; second: all errors, 95 %; second"; got != want {
		t.Errorf("key %q, want %q", got, want)
	}
	f = &Figure{}
	for _, top := range []float64{1, 3} {
		f.AddLine(Line{X: "x", Y: "u", Curves: []Curve{curve("run", top)}})
	}
	f.AddLine(Line{X: "x", Y: "du", Curves: []Curve{curve("run", 9)}})
	f.Rescale()
	if a, b, c := f.panels[0].Y, f.panels[1].Y, f.panels[2].Y; a.Max != b.Max || a.Min != b.Min || b.Max > 4 || c.Max < 9 {
		t.Errorf("the panels end at %g, %g and %g", a.Max, b.Max, c.Max)
	}
	if list := f.Split(); len(list) != 3 || list[2].panels[0] != f.panels[2] || list[2].names() != f.names() {
		t.Errorf("%d figures", len(list))
	}
}

// TestFinalBands: the same for the estimate at the end of a training.
func TestFinalBands(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		final Final
		loss  bool
		want  string
	}{
		{Final{1, 0.5, 0.1, false, ""}, true, "training; final estimate, all errors, 95 %; sampling alone, 95 %"},
		{Final{1, 0.5, 0.1, true, ""}, true, "training; final estimate, all errors, not trustworthy; sampling alone, 95 %"},
		{Final{1, nan, 0.1, true, ""}, true, "training; final estimate, sampling alone, 95 %"},
		{Final{1, nan, nan, true, ""}, true, "training; final estimate, error unknown"},
		{Final{1, nan, 0.1, false, ""}, false, "training; final estimate, 95 % interval"},
		{Final{1, nan, 0.1, true, "on the grid of 20 steps"}, false, "training; final estimate on the grid of 20 steps, not trustworthy"},
	} {
		run := Run{Name: "run", Final: &c.final, History: []Moment{{Step: 0, Value: 1.1}, {Step: 10, Value: 1}}}
		f := Training{Value: "Y0", Steps: "gradient steps", HasLoss: c.loss, Runs: []Run{run}}.Figure("value", "steps")
		got := strings.Split(f.names(), "; ")
		want := strings.Split(c.want, "; ")
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("key %q, want %q", got, want)
		}
	}
	two := []Run{{Name: "a", Final: &Final{Value: 1, Error: 0.5, Sampling: 0.1}, History: []Moment{{Value: 1}, {Step: 10, Value: 1}}}}
	two = append(two, two[0])
	two[1].Name = "b"
	key := Training{Value: "Y0", Steps: "gradient steps", HasLoss: true, Runs: two}.Figure("value", "steps").names()
	for _, name := range []string{"a", "b: final estimate, all errors, 95 % (thick: sampling)"} {
		if !strings.Contains(key, name) {
			t.Errorf("no %q in the key %q", name, key)
		}
	}
}

// TestDeviations: a dot without an error says so.
func TestDeviations(t *testing.T) {
	best := 1.0
	f := &Figure{}
	f.AddDeviations(Deviations{Best: &best, Dots: []Dot{{Name: "exact", Value: 1}, {Name: "run", Value: 1.01, Half: 0.02, Sampling: 0.01, Solver: true}, {Name: "third", Value: 1, Half: 0.1, Doubt: true}, {Name: "other", Value: 1.1, Half: math.NaN(), Solver: true}}})
	text, err := f.Draw(Size{}, "svg")
	if err != nil || !strings.Contains(string(text), "other (error unknown)") || !strings.Contains(string(text), "third (not trustworthy)") || strings.Contains(string(text), "run (error") {
		t.Errorf("%v, %s", err, text)
	}
}

// TestDigitsOfTheBest: the value that others are compared with has the digits that matter
// beside their errors and its own.
func TestDigitsOfTheBest(t *testing.T) {
	for _, c := range []struct {
		best, stderr, half float64
		want               string
	}{
		{15.40331899, 0, 0.09, "15.4033"},
		{15.40331899, 4e-13, 0.09, "15.4033"},
		{15.40331899, 0.02, 0.001, "15.403"},
		{15.40331899, 0, math.NaN(), "15.4033"},
		{0.5, 0, 0.01, "0.5"},
	} {
		d := Deviations{Best: &c.best, StdErr: c.stderr, Dots: []Dot{{Value: c.best, Half: c.stderr}, {Value: c.best + 0.1, Half: c.half}}}
		if got := d.best(); got != c.want {
			t.Errorf("%g, its standard error %g, others %g: %s, want %s", c.best, c.stderr, c.half, got, c.want)
		}
	}
}

// TestNothingTwice: the figures of one run show each thing once, those of several runs over
// steps and over seconds.
func TestNothingTwice(t *testing.T) {
	run := Run{Name: "run", History: []Moment{{Value: 1.1, Loss: 2}, {Step: 10, Seconds: 1, Value: 1, Loss: 1}}}
	for _, c := range []struct {
		runs int
		over string
		want string
	}{
		{1, "", "Y0 over gradient steps; loss over gradient steps"},
		{1, "seconds", "Y0 over time in seconds; loss over time in seconds"},
		{2, "steps", "Y0 over gradient steps; loss over gradient steps"},
		{2, "", "Y0 over gradient steps; Y0 over time in seconds; loss over gradient steps; loss over time in seconds"},
	} {
		var list []string
		for _, p := range (Training{Value: "Y0", Steps: "gradient steps", HasLoss: true, Runs: slices.Repeat([]Run{run}, c.runs)}).Figure("training", c.over).panels {
			list = append(list, p.Y.Label.Text+" over "+p.X.Label.Text)
		}
		if got := strings.Join(list, "; "); got != c.want {
			t.Errorf("%d runs over %q: %s, want %s", c.runs, c.over, got, c.want)
		}
	}
}
