package figure

import (
	"image/color"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
)

func lettering(size float64) text.Style {
	return text.Style{Color: color.Black, Font: sans(size), Handler: plot.DefaultTextHandler}
}

// letter sets the letters of a panel and the numbers on its axes, as many as there is
// room for.
func letter(p *plot.Plot, width, height vg.Length) {
	for _, w := range []struct {
		style *text.Style
		size  float64
	}{
		{&p.Title.TextStyle, 12}, {&p.X.Label.TextStyle, 11}, {&p.Y.Label.TextStyle, 11},
		{&p.X.Tick.Label, 10}, {&p.Y.Tick.Label, 10},
	} {
		w.style.Font = sans(w.size)
	}
	p.X.Label.Padding, p.Y.Label.Padding, p.Title.Padding = vg.Points(3), vg.Points(3), vg.Points(4)
	width, height = width-50, height-40 // what is left for the axes, about
	for _, l := range []struct {
		axis *plot.Axis
		room vg.Length
	}{{&p.X, width}, {&p.Y, height}} {
		fitLabel(l.axis, l.room)
	}
	for _, a := range []struct {
		axis *plot.Axis
		room float64 // numbers
	}{{&p.X, float64(width / 45)}, {&p.Y, float64(height / 22)}} {
		most := int(max(2, min(6, a.room)))
		for a.axis == &p.X && most > 2 && tooWide(a.axis, most, width) {
			most--
		}
		switch marks := a.axis.Tick.Marker.(type) {
		case plot.DefaultTicks, roundTicks:
			a.axis.Tick.Marker = roundTicks{most}
		case wholeTicks:
			a.axis.Tick.Marker = wholeTicks{roundTicks{most}}
		case plot.ConstantTicks: // names, which leave room for the data
			for i := range marks {
				marks[i].Label = shorten(marks[i].Label, a.axis.Tick.Label, width*3/5)
			}
		}
	}
}

// tooWide tells whether the numbers of an axis with so many steps would touch.
func tooWide(a *plot.Axis, most int, room vg.Length) bool {
	total := vg.Length(0)
	for _, tick := range (roundTicks{most}).Ticks(a.Min, a.Max) {
		total += a.Tick.Label.Rectangle(tick.Label).Size().X + vg.Points(10)
	}
	return total > room
}

// fitLabel breaks the label of an axis that is longer than the axis in two lines, and makes it
// smaller where they are too long still: it would take the room from the data.
func fitLabel(a *plot.Axis, room vg.Length) {
	style := &a.Label.TextStyle
	length := func() vg.Length { return style.Rectangle(a.Label.Text).Size().X }
	if length() > room {
		a.Label.Text = inTwoLines(a.Label.Text)
	}
	if long := length(); long > room {
		style.Font = sans(max(6, float64(11*room/long)))
	}
}

// inTwoLines breaks a label at a blank next to its middle, rather at one after a comma.
func inTwoLines(s string) string {
	at, least := -1, math.MaxInt
	for i, c := range s {
		if c != ' ' {
			continue
		}
		misfit := max(i-len(s)/2, len(s)/2-i)
		if !strings.HasSuffix(s[:i], ",") {
			misfit += len(s) / 5
		}
		if misfit < least {
			at, least = i, misfit
		}
	}
	if at < 0 {
		return s
	}
	return s[:at] + "\n" + s[at+1:]
}

func sans(size float64) font.Font {
	return font.Font{Typeface: "Liberation", Variant: "Sans", Size: vg.Points(size)}
}

// shorten cuts words that are wider than the room for them.
func shorten(s string, style text.Style, room vg.Length) string {
	if style.Rectangle(s).Size().X <= room {
		return s
	}
	runes := []rune(s)
	for len(runes) > 1 && style.Rectangle(string(runes)+"…").Size().X > room {
		runes = runes[:len(runes)-1]
	}
	return strings.TrimSpace(string(runes)) + "…"
}
