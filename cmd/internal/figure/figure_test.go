package figure

import (
	"bytes"
	"image/png"
	"math"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// TestRoundTicks: the words on an axis are the numbers where they stand, and not more
// than there is room for.
func TestRoundTicks(t *testing.T) {
	for _, c := range []struct {
		lo, hi float64
		want   string
	}{
		{2.917, 2.983, "2.92 2.93 2.94 2.95 2.96 2.97 2.98"},
		{0, 300, "0 50 100 150 200 250 300"},
		{0, 1, "0.0 0.2 0.4 0.6 0.8 1.0"},
		{-0.7, 0.6, "-0.6 -0.4 -0.2 0.0 0.2 0.4 0.6"},
		{0.84068, 0.84171, "0.8408 0.8410 0.8412 0.8414 0.8416"},
		{9.96, 10.04, "9.96 9.98 10.00 10.02 10.04"},
		{0, 5e7, "0 1e+07 2e+07 3e+07 4e+07 5e+07"},
		{0, 3e-7, "0 5e-08 1.0e-07 1.5e-07 2.0e-07 2.5e-07 3.0e-07"},
		{5, 5, "5"},
	} {
		var words []string
		for _, tick := range (roundTicks{6}).Ticks(c.lo, c.hi) {
			words = append(words, tick.Label)
			if v, err := strconv.ParseFloat(tick.Label, 64); err != nil || math.Abs(v-tick.Value) > 1e-9*(c.hi-c.lo) {
				t.Errorf("%g is called %s", tick.Value, tick.Label)
			}
		}
		if got := strings.Join(words, " "); got != c.want {
			t.Errorf("from %g to %g: %s, want %s", c.lo, c.hi, got, c.want)
		}
	}
	labels := func(list []plot.Tick) (s []string) {
		for _, tick := range list {
			s = append(s, tick.Label)
		}
		return s
	}
	for _, c := range []struct {
		lo, hi float64
		want   string
	}{{2, 4, "2 3 4"}, {0, 1, "0 1"}, {150, 300, "150 200 250 300"}, {0, 5e7, "0 1e+07 2e+07 3e+07 4e+07 5e+07"}} {
		if got := strings.Join(labels(wholeTicks{roundTicks{6}}.Ticks(c.lo, c.hi)), " "); got != c.want {
			t.Errorf("whole numbers from %g to %g: %s, want %s", c.lo, c.hi, got, c.want)
		}
	}
	for most := 2; most <= 6; most++ {
		for hi := 1.0; hi < 10; hi += 0.07 {
			if n := len(roundTicks{most}.Ticks(0, hi)); n > most+1 || n < 2 {
				t.Errorf("%d marks from 0 to %g, want 2 to %d", n, hi, most+1)
			}
		}
	}
	var words []string
	for _, tick := range (logTicks{}).Ticks(6.7e-5, 1.04e-3) {
		if tick.Label != "" {
			words = append(words, tick.Label)
		}
	}
	if got, want := strings.Join(words, " "), "0.0001 0.0002 0.0005 0.001"; got != want {
		t.Errorf("logarithmic: %s, want %s", got, want)
	}
}

func TestParseSize(t *testing.T) {
	for s, want := range map[string]Size{
		"10x7":         {10 * vg.Inch, 7 * vg.Inch},
		"4x3.5in":      {4 * vg.Inch, 3.5 * vg.Inch},
		"25.4x12.70cm": {10 * vg.Inch, 5 * vg.Inch},
	} {
		if got, err := ParseSize(s); err != nil || math.Abs(float64(got.Width-want.Width)) > 1e-9 || math.Abs(float64(got.Height-want.Height)) > 1e-9 {
			t.Errorf("%s: %v, %v, want %v", s, got, err, want)
		}
	}
	for _, s := range []string{"", "10", "10x", "x7", "10x7mm", "-4x3", "1x3", "4x31", "1e1x7", "NaNxNaN", "4 x 3"} {
		if got, err := ParseSize(s); err == nil {
			t.Errorf("%q is %v, want an error", s, got)
		}
	}
}

// TestFigureSizes: the picture has the size asked for, and the key lies above the panels
// and within the picture, whatever the size and the names.
func TestFigureSizes(t *testing.T) {
	f := &Figure{Title: strings.Repeat("a long title ", 20)}
	for i := range 5 {
		p := newPanel("time in seconds", strings.Repeat("something with a long name ", 3))
		line, err := plotter.NewLine(plotter.XYs{{X: 0, Y: 0}, {X: float64(i + 1), Y: 12345}})
		if err != nil {
			t.Fatal(err)
		}
		p.Add(line)
		f.panels = append(f.panels, p)
		f.explain(strings.Repeat("run ", 7*i)+strconv.Itoa(i), line)
		f.explain("twice", line)
	}
	if len(f.key) != 6 {
		t.Errorf("%d entries in the key, want 6", len(f.key))
	}
	for _, s := range []string{"4x3", "10x7", "3x9", "9x3"} {
		size, err := ParseSize(s)
		if err != nil {
			t.Fatal(err)
		}
		list, lines := f.placeKey(size.Width)
		last := -1
		for _, e := range list {
			if right := e.x + keyThumb + keyGap + keyWords.Rectangle(e.name).Size().X; right > size.Width {
				t.Errorf("%s: %q ends at %g of %g points", s, e.name, right, size.Width)
			}
			if e.line > last+1 || e.line >= lines {
				t.Errorf("%s: %q stands in line %d of %d", s, e.name, e.line, lines)
			}
			last = e.line
		}
		picture, err := f.Draw(size, "png")
		if err != nil {
			t.Fatal(err)
		}
		config, err := png.DecodeConfig(bytes.NewReader(picture))
		if err != nil || math.Abs(float64(config.Width)/float64(size.Width/vg.Inch*pixels)-1) > 0.01 || math.Abs(float64(config.Height)/float64(size.Height/vg.Inch*pixels)-1) > 0.01 {
			t.Errorf("%s: %d×%d pixels, %v", s, config.Width, config.Height, err)
		}
	}
	if rows, cols := (&Figure{panels: make([]*plot.Plot, 4)}).grid(Size{10 * vg.Inch, 7 * vg.Inch}); rows != 2 || cols != 2 {
		t.Errorf("%d×%d panels in a picture of the usual shape, want 2×2", rows, cols)
	}
	if rows, cols := (&Figure{panels: make([]*plot.Plot, 4)}).grid(Size{20 * vg.Inch, 3 * vg.Inch}); rows != 1 || cols != 4 {
		t.Errorf("%d×%d panels in a wide picture, want 1×4", rows, cols)
	}
}

// TestNoEmptyPlace: the last row of panels fills the width.
func TestNoEmptyPlace(t *testing.T) {
	for n := 1; n <= 7; n++ {
		f := &Figure{}
		for range n {
			f.panels = append(f.panels, newPanel("x", "y"))
		}
		rows, cols := f.grid(Size{})
		area := draw.NewCanvas(vgimg.New(20*vg.Centimeter, 20*vg.Centimeter), 20*vg.Centimeter, 20*vg.Centimeter)
		places := f.arrange(area, rows, cols)
		if len(places) != n {
			t.Fatalf("%d places for %d panels", len(places), n)
		}
		var covered vg.Length
		for _, p := range places {
			covered += p.area.Size().X * p.area.Size().Y
		}
		if share := covered / (area.Size().X * area.Size().Y); share < 0.8 {
			t.Errorf("%d panels cover %.0f %% of the picture", n, 100*share)
		}
	}
}

// TestLongLabels: a label that is longer than its axis takes no room from the data.
func TestLongLabels(t *testing.T) {
	f := &Figure{}
	best := 1.25
	f.AddDeviations(Deviations{Best: &best, StdErr: 1e-13, Dots: []Dot{
		{Name: "run", Value: 1.26, Half: 0.02, Sampling: 0.01}, {Name: strings.Repeat("a name without end ", 20), Value: 1.25},
	}})
	side := vg.Length(300)
	places := f.arrange(draw.NewCanvas(vgimg.New(side, side), side, side), 1, 1)
	if w := places[0].DataCanvas(places[0].area).Size().X; w < 0.3*side {
		t.Errorf("the data have %g of %g points", w, side)
	}
	if f.Empty() || !strings.Contains(f.panels[0].X.Label.Text, "\n") {
		t.Errorf("the label is %q", f.panels[0].X.Label.Text)
	}
	title := "energy-storage, d = 3: reward of the policy at t = 0, the other components as in x0"
	f.Title = title
	for width, want := range map[vg.Length]int{side: 2, 5 * side: 1} {
		if lines := f.titleLines(width); len(lines) != want || strings.Join(lines, " ") != title {
			t.Errorf("a title over %g points has the lines %q, want %d", width, lines, want)
		}
	}
	for s, want := range map[string]string{
		"deviation from 3662.9 in %, with 95 % interval": "deviation from 3662.9 in %,\nwith 95 % interval",
		"a, words that have no comma near the middle":    "a, words that have no\ncomma near the middle",
		"word": "word",
	} {
		if got := inTwoLines(s); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
