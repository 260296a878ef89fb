package figure

import (
	"bytes"
	"encoding/base64"
	"image/png"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// bowl is x² + y² on n×n points.
func bowl(n int) (v []float64) {
	for i := range n {
		for j := range n {
			x, y := 2*float64(i)/float64(n-1)-1, 2*float64(j)/float64(n-1)-1
			v = append(v, x*x+y*y)
		}
	}
	return v
}

// TestPlane: values are colours in small steps that fill the panel, a bar says which, and
// contours stand at its numbers.
func TestPlane(t *testing.T) {
	p := Plane{Value: "u(t, x)", X: Axis{"x[0]", -1, 1}, Y: Axis{"x[1]", -1, 1}, Runs: []Surface{{Name: "run", N: 9, Values: bowl(9)}}}
	f, err := p.Figure()
	if err != nil {
		t.Fatal(err)
	}
	if len(f.key) != 1 || f.bar == nil || f.bar.lo != 0 || f.bar.hi != 2 {
		t.Fatalf("key %s, bar %+v", f.names(), f.bar)
	}
	svg, err := f.Draw(Size{}, "svg")
	if err != nil {
		t.Fatal(err)
	}
	text := string(svg)
	for _, want := range []string{`"u(t, x)"`, `"0.5"`, `"1.5"`, `<image preserveAspectRatio="none"`, "stroke:#FEFEFE"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in the picture", want)
		}
	}
	images := regexp.MustCompile(`base64,([^"]*)"`).FindAllStringSubmatch(text, -1)
	if len(images) != 2 {
		t.Fatalf("%d images, want the plane and the bar", len(images))
	}
	for _, m := range images {
		raw, err := base64.StdEncoding.DecodeString(m[1])
		if err != nil {
			t.Fatal(err)
		}
		picture, err := png.Decode(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		seen, box := map[[3]uint32]bool{}, picture.Bounds()
		for x := box.Min.X; x < box.Max.X; x++ {
			for y := box.Min.Y; y < box.Max.Y; y++ {
				r, g, b, _ := picture.At(x, y).RGBA()
				seen[[3]uint32{r, g, b}] = true
			}
		}
		if len(seen) < 200 {
			t.Errorf("%d colours", len(seen))
		}
	}
}

// TestPalette: every colour is lighter than the one before.
func TestPalette(t *testing.T) {
	p, err := newPalette()
	if err != nil {
		t.Fatal(err)
	}
	var light []float64
	for _, c := range p.list {
		r, g, b, _ := c.RGBA()
		light = append(light, 0.2126*math.Pow(float64(r), 2.2)+0.7152*math.Pow(float64(g), 2.2)+0.0722*math.Pow(float64(b), 2.2))
	}
	if len(light) != shades || !slices.IsSorted(light) {
		t.Error("not in the order of their lightness")
	}
}

// TestPlaneOfAnything: values that are all the same, some that are not known, none.
func TestPlaneOfAnything(t *testing.T) {
	hole := bowl(5)
	hole[12] = math.NaN()
	for name, v := range map[string][]float64{"same": make([]float64, 4), "hole": hole} {
		f, err := (Plane{X: Axis{"x", 0, 1}, Y: Axis{"y", 0, 1}, Runs: []Surface{{N: int(math.Sqrt(float64(len(v)))), Values: v}}}).Figure()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, format := range formats {
			if _, err := f.Draw(Size{}, format); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	nothing := []float64{math.NaN(), math.Inf(1), math.NaN(), math.NaN()}
	if _, err := (Plane{Runs: []Surface{{N: 2, Values: nothing}}}).Figure(); err == nil {
		t.Error("no error where no value is known")
	}
}

// TestSurface: through the values, and unknown only beside what is.
func TestSurface(t *testing.T) {
	s := newSurface(Axis{"x", -1, 1}, Axis{"y", -1, 1}, 9, bowl(9), 97)
	for c := 0; c < 97; c += 4 {
		for r := 0; r < 97; r += 4 {
			if x, y := s.X(c), s.Y(r); math.Abs(s.Z(c, r)-x*x-y*y) > 0.02 {
				t.Errorf("%g at (%g, %g)", s.Z(c, r), x, y)
			}
		}
	}
	hole := bowl(9)
	hole[4*9+4] = math.NaN()
	if s := newSurface(s.x, s.y, 9, hole, 97); s.known() || !math.IsNaN(s.Z(48, 48)) || math.IsNaN(s.Z(30, 48)) || math.IsNaN(s.Z(62, 62)) {
		t.Error("a hole is not one")
	}
}

// TestPlaneOfARule marks where a rule stops, and nothing where it never does.
func TestPlaneOfARule(t *testing.T) {
	p := Plane{Value: "u(t, x)", X: Axis{"x[0]", -1, 1}, Y: Axis{"x[1]", -1, 1}, Runs: []Surface{{Name: "run", N: 9, Values: bowl(9), Stop: make([]bool, 81)}}}
	drawn := func() (string, int) {
		f, err := p.Figure()
		if err != nil {
			t.Fatal(err)
		}
		svg, err := f.Draw(Size{}, "svg")
		if err != nil {
			t.Fatal(err)
		}
		return f.names(), len(svg)
	}
	names, without := drawn()
	if strings.Contains(names, "exercise") {
		t.Errorf("the key of a rule that never stops is %s", names)
	}
	for i := range 40 {
		p.Runs[0].Stop[i] = true
	}
	if names, with := drawn(); !strings.Contains(names, "exercise") || with <= without {
		t.Errorf("the key is %s, the picture has %d bytes and %d before", names, with, without)
	}
	if size := (&Figure{bar: &bar{}}).Column(); size.Width <= panelWidth {
		t.Errorf("a column with a bar is %v wide", size.Width)
	}
}
