package letters

import (
	"math"
	"strings"
	"testing"

	_ "gonum.org/v1/plot" // the fonts
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// TestPath: an outline of words stands where they begin, as wide as gonum/plot measures them
// and as high as letters are.
func TestPath(t *testing.T) {
	face := font.DefaultCache.Lookup(font.Font{Typeface: "Liberation", Variant: "Sans"}, 10)
	at := vg.Point{X: 100, Y: 50}
	for _, words := range []string{"∂u/∂x[0]", "Σ H", "AVAV"} {
		lo, hi := vg.Point{X: math.MaxFloat64, Y: math.MaxFloat64}, vg.Point{}
		path := Path(face, at, words)
		for _, c := range path {
			if c.Type != vg.CloseComp {
				lo.X, lo.Y = min(lo.X, c.Pos.X), min(lo.Y, c.Pos.Y)
				hi.X, hi.Y = max(hi.X, c.Pos.X), max(hi.Y, c.Pos.Y)
			}
		}
		if width := face.Width(words); math.Abs(float64(hi.X-lo.X-width)) > 2 || math.Abs(float64(lo.X-at.X)) > 1 {
			t.Errorf("%s: from %g to %g, want %g from %g on", words, lo.X, hi.X, width, at.X)
		}
		if hi.Y < at.Y+6 || hi.Y > at.Y+10 || lo.Y < at.Y-3 || lo.Y > at.Y+1 {
			t.Errorf("%s: from %g to %g above the line of %g", words, lo.Y, hi.Y, at.Y)
		}
	}
	if len(Path(face, at, " ")) != 0 {
		t.Error("a blank has an outline")
	}
}

// TestOtherFonts: the letters of each font have names of their own.
func TestOtherFonts(t *testing.T) {
	text := func(family string) string {
		return `<text x="1" y="-2" transform="scale(1, -1)"` + "\n\t" + `style="font-family:Liberation ` + family + `;font-variant:normal;font-weight:normal;font-style:normal;font-size:10px;fill:#123456">x</text>`
	}
	got := string(Outline([]byte(`<svg width="1">`+text("Sans")+text("Serif")+"</svg>"), "a & b", ""))
	for _, want := range []string{`<path id="Sans78"`, `<path id="Serif78"`, "<title>a &amp; b</title>", `fill="#123456"`, `translate(1,2)`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	if strings.Contains(got, "<text") {
		t.Error(got)
	}
}
