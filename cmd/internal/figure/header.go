package figure

import (
	"errors"
	"regexp"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Measures of the title and the key of a figure.
const (
	keyThumb = 18 * vg.Length(1) // points
	keyGap   = 5 * vg.Length(1)
	keyLine  = 15 * vg.Length(1)
)

var titleWords, keyWords = lettering(13), lettering(11)

// placed is an entry of the key, its distance from the left and the line it is in.
type placed struct {
	keyEntry
	x    vg.Length
	line int
}

// placeKey fills lines with the entries of the key.
func (f *Figure) placeKey(width vg.Length) (list []placed, lines int) {
	x := vg.Length(pad)
	for _, e := range f.key {
		e.name = shorten(e.name, keyWords, width-2*pad-keyThumb-keyGap)
		w := keyThumb + keyGap + keyWords.Rectangle(e.name).Size().X
		if x > pad && x+w > width-pad {
			x = pad
			lines++
		}
		list = append(list, placed{e, x, lines})
		x += w + 3*keyGap
	}
	if len(list) > 0 {
		lines++
	}
	return list, lines
}

// titleLines are the lines of the title, as many as it needs over the width of the figure.
func (f *Figure) titleLines(width vg.Length) (lines []string) {
	room := width - 2*pad
	for _, word := range strings.Fields(f.Title) {
		if last := len(lines) - 1; last >= 0 && titleWords.Rectangle(lines[last]+" "+word).Size().X <= room {
			lines[last] += " " + word
			continue
		}
		lines = append(lines, shorten(word, titleWords, room))
	}
	return lines
}

// headerHeight is what title and key need above the panels.
func (f *Figure) headerHeight(width vg.Length) (height vg.Length) {
	_, lines := f.placeKey(width)
	height = vg.Length(lines) * keyLine
	if lines := len(f.titleLines(width)); lines > 0 {
		height += vg.Length(lines)*keyLine + keyGap
	}
	if height > 0 {
		height += pad / 2
	}
	return height
}

func (f *Figure) drawHeader(c draw.Canvas) {
	y := c.Max.Y - pad/2
	if lines := f.titleLines(c.Size().X); len(lines) > 0 {
		for _, line := range lines {
			y -= keyLine
			c.FillText(titleWords, vg.Point{X: c.Min.X + pad, Y: y}, line)
		}
		y -= keyGap
	}
	list, _ := f.placeKey(c.Size().X)
	for _, e := range list {
		at := vg.Point{X: c.Min.X + e.x, Y: y - vg.Length(e.line+1)*keyLine}
		icon := draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{Min: at, Max: vg.Point{X: at.X + keyThumb, Y: at.Y + 8}}}
		for _, t := range e.thumbs {
			t.Thumbnail(&icon)
		}
		c.FillText(keyWords, vg.Point{X: at.X + keyThumb + keyGap, Y: at.Y}, e.name)
	}
}

// Size is the size of a picture; zero leaves it to the panels.
type Size struct{ Width, Height vg.Length }

var sizePattern = regexp.MustCompile(`^(\d+(?:\.\d+)?)x(\d+(?:\.\d+)?)(in|cm)?$`)

// ParseSize reads a size such as 10x7 or 4x3in, in inches, or 25x18cm.
func ParseSize(s string) (Size, error) {
	wrong := errors.New("want WIDTHxHEIGHT in inches, such as 10x7, or with a unit 25x18cm, from 2 to 30 inches each")
	m := sizePattern.FindStringSubmatch(s)
	if m == nil {
		return Size{}, wrong
	}
	unit := vg.Inch
	if m[3] == "cm" {
		unit = vg.Centimeter
	}
	var sides [2]vg.Length
	for i := range sides {
		x, err := strconv.ParseFloat(m[i+1], 64)
		sides[i] = vg.Length(x) * unit
		if err != nil || sides[i] < 2*vg.Inch || sides[i] > 30*vg.Inch {
			return Size{}, wrong
		}
	}
	return Size{sides[0], sides[1]}, nil
}
