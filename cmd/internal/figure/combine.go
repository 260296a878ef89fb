package figure

import (
	"slices"
	"strings"

	"gonum.org/v1/plot"

	"github.com/deepbsde/deepbsde/bsde/words"
)

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

// Rescale gives the panels that show the same, such as those of several runs, the same range of y.
func (f *Figure) Rescale() {
	same := func(p, q *plot.Plot) bool {
		return p.Y.Label.Text == q.Y.Label.Text && p.X.Label.Text == q.X.Label.Text
	}
	for _, p := range f.panels {
		for _, q := range f.panels {
			if same(p, q) {
				p.Y.Min, p.Y.Max = min(p.Y.Min, q.Y.Min), max(p.Y.Max, q.Y.Max)
			}
		}
	}
}

// Split is a figure for each panel, under the same key: on a page they stand as the page is wide.
func (f *Figure) Split() (list []*Figure) {
	for i := range f.panels {
		one := *f
		one.panels = f.panels[i : i+1]
		list = append(list, &one)
	}
	return list
}

// ofRun is what something of one of several runs is called in the key, "" for its line.
func ofRun(name, what string) string {
	if what == "" {
		return name
	}
	return name + ": " + what
}

// summary is what the figure shows in a few words: its title or what its panels show.
func (f *Figure) summary() string {
	if f.Title != "" || f.small {
		return f.Title
	}
	var list []string
	for _, p := range f.panels {
		name := strings.ReplaceAll(p.Y.Label.Text, "\n", " ")
		if p.Title.Text != "" {
			name = p.Title.Text
		}
		if name != "" && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return words.Enumerate(list)
}

// InPage is the figure in SVG to stand in a page, which has a title of its own and letters
// smaller than those of a picture that stands alone. The prefix tells its names from those
// of the other pictures there.
func (f *Figure) InPage(prefix string) ([]byte, error) {
	f.Title, f.small, f.prefix = "", true, prefix
	return f.Draw(Size{}, "svg")
}
