package figure

import (
	"regexp"
	"strings"
	"testing"
)

// TestOutlines: an SVG needs no font. Its letters are outlines that stand in it, and what they
// say is written at them.
func TestOutlines(t *testing.T) {
	f := &Figure{Title: "Ünits & <signs>: ∂u/∂x[0], Σ √x ± 5 %"}
	f.AddLine(Line{X: "x", Y: "u", Curves: []Curve{{Name: "run", Points: []Valued{{X: 0, Value: 1}, {X: 1, Value: 2}}}}})
	svg, err := f.Draw(Size{}, "svg")
	if err != nil {
		t.Fatal(err)
	}
	text := string(svg)
	for _, absent := range []string{"<text", "font-family"} {
		if strings.Contains(text, absent) {
			t.Errorf("the picture has %s", absent)
		}
	}
	for _, want := range []string{`aria-label="estimate"`, "<title>Ünits &amp; &lt;signs&gt;", `aria-label="Ünits &amp; &lt;signs&gt;: ∂u/∂x[0], Σ √x ± 5 %"`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
	outlines := map[string]bool{}
	for _, m := range regexp.MustCompile(`<path id="([^"]*)" d="M[^"]+z"/>`).FindAllStringSubmatch(text, -1) {
		if outlines[m[1]] {
			t.Errorf("the outline %s stands there twice", m[1])
		}
		outlines[m[1]] = true
	}
	uses := regexp.MustCompile(`xlink:href="#([^"]*)"`).FindAllStringSubmatch(text, -1)
	if len(uses) < 40 {
		t.Errorf("%d letters", len(uses))
	}
	for _, m := range uses {
		if !outlines[m[1]] {
			t.Errorf("no outline %s", m[1])
		}
	}
}

// TestUnknownLetters: words in letters that the font does not have are left to the fonts of
// whoever looks at them.
func TestUnknownLetters(t *testing.T) {
	f := &Figure{Title: "水位"}
	f.AddLine(Line{X: "x", Y: "u"})
	svg, err := f.Draw(Size{}, "svg")
	if text := string(svg); err != nil || strings.Count(text, "<text") != 1 || !strings.Contains(text, "font-family:sans-serif") || !strings.Contains(text, ">水位</text>") {
		t.Errorf("%v, %s", err, text)
	}
}

// TestNamesInAPage: pictures of one page do not share names.
func TestNamesInAPage(t *testing.T) {
	f := &Figure{}
	f.AddLine(Line{X: "x", Y: "u"})
	svg, err := f.InPage("f7")
	if err != nil || !strings.Contains(string(svg), `id="f7Sans78"`) || !strings.Contains(string(svg), `"#f7Sans78"`) || strings.Contains(string(svg), "<title>") {
		t.Errorf("%v, %s", err, svg)
	}
}
