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

var page = template.Must(template.New("page").Parse(text))

// Write writes the page. It depends on the data alone, not on the time.
func Write(w io.Writer, d *Data) error {
	if err := page.Execute(w, d); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}
