// Package letters makes SVG pictures of gonum/plot independent of fonts. gonum/plot writes
// words as text in a Liberation font. Where that is missing they are set in another one, wider
// than the room that was left for them. So words are drawn here: every letter's outline stands
// in the file once, and is used wherever it occurs. What the letters say is the label of their
// group, for search and for those who do not see them.
package letters

import (
	"bytes"
	"fmt"
	"html"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	plotfont "gonum.org/v1/plot/font"
)

// The parts of a text as gonum/plot writes it.
var (
	svgText   = regexp.MustCompile(`<text x="([^"]*)" y="([^"]*)" transform="scale\(1, -1\)"\s+style="([^"]*)">([^<]*)</text>`)
	svgSize   = regexp.MustCompile(`font-size:([0-9.e+-]+)px`)
	svgFill   = regexp.MustCompile(`;fill:(#[0-9A-Fa-f]+)`)
	svgFamily = regexp.MustCompile(`font-family:([^;]*)`)
	svgRoot   = regexp.MustCompile(`<svg [^>]*>`)
)

// Outline is a picture with the outlines of letters in place of its text, and with a title if
// that is not empty. The names of the outlines begin with the prefix, so that several pictures
// can stand in one page.
func Outline(svg []byte, title, prefix string) []byte {
	a := &alphabet{prefix: prefix, shapes: map[string]string{}}
	svg = svgText.ReplaceAllFunc(svg, func(text []byte) []byte {
		m := svgText.FindSubmatch(text)
		return a.draw(string(m[1]), string(m[2]), string(m[3]), html.UnescapeString(string(m[4])), text)
	})
	svg = bytes.ReplaceAll(svg, []byte("data:image/jpg"), []byte("data:image/png"))              // which it is
	svg = bytes.ReplaceAll(svg, []byte("<image "), []byte(`<image preserveAspectRatio="none" `)) // or it does not fill its place
	root := svgRoot.FindIndex(svg)
	if root == nil {
		return svg
	}
	var b bytes.Buffer
	b.Write(svg[:root[1]])
	if title != "" {
		fmt.Fprintf(&b, "\n<title>%s</title>", html.EscapeString(title))
	}
	b.WriteString("\n<defs>\n")
	for _, id := range slices.Sorted(maps.Keys(a.shapes)) {
		fmt.Fprintf(&b, "<path id=\"%s\" d=\"%s\"/>\n", id, a.shapes[id])
	}
	b.WriteString("</defs>")
	b.Write(svg[root[1]:])
	return b.Bytes()
}

// alphabet is the letters of a picture.
type alphabet struct {
	prefix string
	shapes map[string]string // the outlines used so far by their names
}

// draw is a text as uses of its letters. A text with a letter that the font does not have stays
// one, in whatever font there is.
func (a *alphabet) draw(x, y, style, words string, otherwise []byte) []byte {
	size, err := strconv.ParseFloat(firstGroup(svgSize, style, "10"), 64)
	up, err2 := strconv.ParseFloat(y, 64)
	if err != nil || err2 != nil {
		return otherwise
	}
	variant := strings.TrimPrefix(firstGroup(svgFamily, style, ""), "Liberation ")
	face := plotfont.DefaultCache.Lookup(plotfont.Font{Typeface: "Liberation", Variant: plotfont.Variant(variant)}, 1).Face
	var b bytes.Buffer
	fmt.Fprintf(&b, `<g role="img" aria-label="%s" transform="translate(%s,%.5g) scale(%.5g)"`, html.EscapeString(words), x, -up, size/float64(face.UnitsPerEm()))
	if fill := firstGroup(svgFill, style, "#000000"); fill != "#000000" {
		fmt.Fprintf(&b, ` fill="%s"`, fill)
	}
	b.WriteString(">")
	for _, l := range set(face, words) {
		if l.missing {
			return svgFamily.ReplaceAll(otherwise, []byte("font-family:sans-serif"))
		}
		if len(l.outline) == 0 { // a blank
			continue
		}
		id := fmt.Sprintf("%s%s%x", a.prefix, variant, l.is)
		if a.shapes[id] == "" {
			a.shapes[id] = pathData(l.outline)
		}
		fmt.Fprintf(&b, `<use xlink:href="#%s"`, id)
		if l.at != 0 {
			fmt.Fprintf(&b, ` x="%d"`, l.at)
		}
		b.WriteString("/>")
	}
	b.WriteString("</g>")
	return b.Bytes()
}

// pathData is an outline in steps from point to point, which are shorter than coordinates,
// with y upwards as in all of gonum/plot's pictures.
func pathData(segments sfnt.Segments) string {
	var b strings.Builder
	var at fixed.Point26_6
	number := func(v fixed.Int26_6, first bool) {
		if v >= 0 && !first {
			b.WriteByte(' ')
		}
		b.WriteString(strconv.Itoa(int(v)))
	}
	for _, s := range segments {
		op, points := "M", 1 // the only one that is not relative
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			at = fixed.Point26_6{}
		case sfnt.SegmentOpLineTo:
			op = "l"
		case sfnt.SegmentOpQuadTo:
			op, points = "q", 2
		case sfnt.SegmentOpCubeTo:
			op, points = "c", 3
		}
		b.WriteString(op)
		for k, p := range s.Args[:points] {
			number(p.X-at.X, k == 0)
			number(at.Y-p.Y, false)
		}
		at = s.Args[points-1]
	}
	return b.String() + "z"
}

// firstGroup is what the pattern finds in s.
func firstGroup(pattern *regexp.Regexp, s, otherwise string) string {
	if m := pattern.FindStringSubmatch(s); m != nil {
		return m[1]
	}
	return otherwise
}
