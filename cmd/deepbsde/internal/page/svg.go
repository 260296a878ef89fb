package page

import (
	"bytes"
	"fmt"
	"html/template"
	"regexp"

	"github.com/deepbsde/deepbsde/cmd/internal/figure"
)

// Figure is a picture of the page.
type Figure struct {
	SVG     template.HTML
	Alt     string // what it shows, for those who do not see it
	Caption string
}

// draw draws a figure to stand in the page, which has its own title.
func (d *Data) draw(f *figure.Figure, alt, caption string) (Figure, error) {
	d.drawn++
	text, err := f.InPage(fmt.Sprintf("f%d", d.drawn))
	if err != nil {
		return Figure{}, err
	}
	return Figure{inlineSVG(text), alt, caption}, nil
}

var svgSize = regexp.MustCompile(`<svg width="[^"]*" height="[^"]*" (viewBox="[^"]*")[^>]*>`)

// inlineSVG is a picture without what an element of a page neither needs nor may have:
// the head of a file of its own, and a size that is not the page's.
func inlineSVG(text []byte) template.HTML {
	if at := bytes.Index(text, []byte("<svg")); at > 0 {
		text = text[at:]
	}
	return template.HTML(svgSize.ReplaceAll(text, []byte(`<svg $1 aria-hidden="true">`))) // gonum/plot escapes all words
}
