package figure

import "gonum.org/v1/plot"

// Empty tells whether there is nothing to draw.
func (f *Figure) Empty() bool { return len(f.panels) == 0 }

// Append adds the panels and the key of another figure, each panel under the title if
// that is not empty.
func (f *Figure) Append(other *Figure, title string) {
	for _, p := range other.panels {
		if title != "" {
			p.Title.Text = title
		}
		f.panels = append(f.panels, p)
	}
	for _, e := range other.key {
		f.explain(e.name, e.thumbs...)
	}
}

// Single is a figure of one panel.
type Single struct {
	*Figure
	Name string // what its vertical axis counts
}

// Split is each panel as a figure of its own, with the key of all.
func (f *Figure) Split() (list []Single) {
	for _, p := range f.panels {
		list = append(list, Single{&Figure{panels: []*plot.Plot{p}, key: f.key}, p.Y.Label.Text})
	}
	return list
}

// InPage is the figure in SVG to stand in a page, which has a title of its own and letters
// smaller than those of a picture that stands alone.
func (f *Figure) InPage() ([]byte, error) {
	f.Title, f.small = "", true
	return f.Draw(Size{}, "svg")
}
