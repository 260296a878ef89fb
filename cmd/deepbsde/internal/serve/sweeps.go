package serve

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/sweep"
)

// mostRows is how many rows of a sweep are shown.
const mostRows = 500

// swept is a sweep for its page.
type swept struct {
	Definition *sweep.Definition
	Name       string
	Done, Of   int
	Rows       []sweptRow
	Left       int // rows that are not shown
	Picture    shot
}

// sweptRow is a run of it, with its page if it has begun.
type sweptRow struct {
	Columns []string
	Run     string
	Reasons []string
}

// readSweep is a sweep of the folder with its rows.
func (s *Server) readSweep(name string) (*sweep.Definition, []sweep.Row, error) {
	root, err := s.folder.findSweep(name)
	if err != nil {
		return nil, nil, err
	}
	d, err := sweep.Read(root)
	if err != nil {
		return nil, nil, err
	}
	var rows []sweep.Row
	for cells := d.Next(nil); len(cells) > 0; cells = d.Next(rows) {
		for _, cell := range cells {
			row, err := sweep.RowOf(cell, root)
			if err != nil { // one run that cannot be read is no reason to hide the others
				row.Status = "unreadable"
			}
			rows = append(rows, row)
		}
	}
	return d, rows, nil
}

// sweepPage is the table and the picture of a sweep.
func (s *Server) sweepPage(_ context.Context, q url.Values) (*view, error) {
	name := q.Get("sweep")
	d, rows, err := s.readSweep(name)
	if err != nil {
		return nil, err
	}
	body := &swept{Definition: d, Name: name, Of: len(rows)}
	prefix := name + "/"
	if name == "." {
		prefix = ""
	}
	for _, r := range rows {
		if r.Done() {
			body.Done++
		}
		if len(body.Rows) == mostRows {
			body.Left++
			continue
		}
		line := sweptRow{Columns: d.Words(r), Reasons: r.Reasons}
		if run := prefix + r.Dir(""); s.folder.has(run) {
			line.Run = run
		}
		body.Rows = append(body.Rows, line)
	}
	v, err := s.watching(&view{Title: words.Printable(d.Problem) + ": sweep", Up: true, Body: body}, nil, name)
	if err == nil {
		if _, no := d.Figure(rows); no == nil {
			body.Picture = shot{"sweep.svg?" + url.Values{"sweep": {name}, "v": {v.Stamp}}.Encode(),
				"Plot: the value along the first parameter with several values.", fmt.Sprintf("The %d answers so far, with 95 %% intervals.", body.Done)}
		}
	}
	return v, err
}

// sweepPicture is the values along a parameter.
func (s *Server) sweepPicture(w http.ResponseWriter, r *http.Request) {
	d, rows, err := s.readSweep(r.URL.Query().Get("sweep"))
	if err == nil {
		f, no := d.Figure(rows)
		if err = no; err == nil {
			var text []byte
			if text, err = f.InPage(""); err == nil {
				writeSVG(w, text)
				return
			}
		}
	}
	refuse(w, err)
}

// has tells whether there is a run of that name.
func (f *folder) has(name string) bool {
	_, err := f.find(name)
	return err == nil
}
