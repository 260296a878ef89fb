// Package page writes a run as one HTML page that needs nothing else. What a page says is
// plain data; the room puts it into words, tables and pictures.
package page

import (
	_ "embed" // of the page's template
	"fmt"
	"html/template"
	"io"
)

//go:embed page.html
var text string

// Style is how pages look.
//
//go:embed style.css
var Style string

var page = template.Must(template.New("page").Parse(text))

// Style is for the template.
func (*Data) Style() template.CSS { return template.CSS(Style) }

// Parts are the templates of this page by their names, for other pages: table takes a Table,
// comparison a *Data.
func Parts() *template.Template { return template.Must(template.New("page").Parse(text)) }

// Write writes the page. It depends on the data alone, not on the time.
func Write(w io.Writer, d *Data) error {
	if err := page.Execute(w, d); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}
