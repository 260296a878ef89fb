package letters

import (
	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	plotfont "gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// letter is a letter in a line of words: where it begins, and its outline with y downwards,
// in the units of the font.
type letter struct {
	is      rune
	at      int
	missing bool // the font does not have it
	outline sfnt.Segments
}

// set is the letters of words, spaced as gonum/plot measures words.
func set(face *sfnt.Font, words string) (list []letter) {
	var buffer sfnt.Buffer
	units := fixed.Int26_6(face.UnitsPerEm()) // an em of as many units: outlines as they are in the font
	at, before := 0, sfnt.GlyphIndex(0)
	for _, r := range words {
		glyph, err := face.GlyphIndex(&buffer, r)
		l := letter{is: r, missing: err != nil || glyph == 0}
		if kern, err := face.Kern(&buffer, before, glyph, units, font.HintingNone); err == nil && before != 0 {
			at += int(kern)
		}
		l.at = at
		if outline, err := face.LoadGlyph(&buffer, glyph, units, nil); err == nil {
			l.outline = append(l.outline, outline...) // which lies in the buffer
		}
		if advance, err := face.GlyphAdvance(&buffer, glyph, units, font.HintingNone); err == nil {
			at += int(advance)
		}
		before = glyph
		list = append(list, l)
	}
	return list
}

// Path is words as an outline to be filled, which begins at a point.
func Path(face plotfont.Face, at vg.Point, words string) (p vg.Path) {
	scale := face.Font.Size / vg.Length(face.Face.UnitsPerEm())
	for _, l := range set(face.Face, words) {
		point := func(q fixed.Point26_6) vg.Point {
			return vg.Point{X: at.X + scale*vg.Length(l.at+int(q.X)), Y: at.Y - scale*vg.Length(q.Y)}
		}
		for i, s := range l.outline {
			switch s.Op {
			case sfnt.SegmentOpMoveTo:
				if i > 0 {
					p.Close()
				}
				p.Move(point(s.Args[0]))
			case sfnt.SegmentOpLineTo:
				p.Line(point(s.Args[0]))
			case sfnt.SegmentOpQuadTo:
				p.QuadTo(point(s.Args[0]), point(s.Args[1]))
			case sfnt.SegmentOpCubeTo:
				p.CubeTo(point(s.Args[0]), point(s.Args[1]), point(s.Args[2]))
			}
		}
		if len(l.outline) > 0 {
			p.Close()
		}
	}
	return p
}
