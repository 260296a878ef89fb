package points

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
)

// read reads a file of points in d components, as CSV or, where its name ends in
// .json, as JSON.
func read(name string, d int) ([]Point, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	parse := readCSVPoints
	if strings.EqualFold(filepath.Ext(name), ".json") {
		parse = readJSONPoints
	}
	list, err := parse(name, text, d)
	if err == nil && len(list) == 0 {
		err = fmt.Errorf("%s: there is no point in it", name)
	}
	if err != nil {
		return nil, &FileError{err}
	}
	return list, nil
}

// FileError is a mistake in a file of points, with its place.
type FileError struct{ err error }

// Error is the mistake.
func (e *FileError) Error() string { return e.err.Error() }

// Unwrap is the mistake.
func (e *FileError) Unwrap() error { return e.err }

// readCSVPoints reads lines of d components, or of the time and d components. The first
// line may be a header; its "t" then tells which column is the time.
func readCSVPoints(name string, text []byte, d int) (list []Point, err error) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	r.Comment, r.TrimLeadingSpace, r.FieldsPerRecord = '#', true, -1
	time := -1 // its column, −1 for none
	for first := true; ; first = false {
		fields, err := r.Read()
		if err == io.EOF {
			return list, nil
		}
		var wrong *csv.ParseError
		if errors.As(err, &wrong) {
			return nil, fmt.Errorf("%s:%d: %w", name, wrong.Line, wrong.Err)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		line, _ := r.FieldPos(0)
		at := fmt.Sprintf("%s:%d", name, line)
		if len(fields) != d && len(fields) != d+1 {
			hint := ""
			if len(fields) == 1 && strings.ContainsAny(strings.TrimSpace(fields[0]), "; \t") {
				hint = "; commas separate them"
			}
			return nil, fmt.Errorf("%s: %d columns, want the %d components of x, or the time and them%s", at, len(fields), d, hint)
		}
		if first {
			header, column, err := timeColumn(fields, d)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", at, err)
			}
			if time = column; header {
				r.FieldsPerRecord = len(fields)
				continue
			}
		}
		if (len(fields) == d+1) != (time >= 0) {
			return nil, fmt.Errorf("%s: %d columns, those above have another number", at, len(fields))
		}
		p := Point{Source: at}
		for i, field := range fields {
			v, err := flags.FiniteNumber(field)
			if err != nil {
				_, column := r.FieldPos(i)
				return nil, fmt.Errorf("%s:%d: %q: %w", at, column, field, err)
			}
			if i == time {
				p.T = v
			} else {
				p.X = append(p.X, v)
			}
		}
		list = append(list, p)
	}
}

// timeColumn tells whether the first line is a header, and which column is the time.
func timeColumn(fields []string, d int) (header bool, column int, err error) {
	column = -1
	if len(fields) == d+1 {
		column = 0
	}
	numbers, named := 0, -1
	for i, field := range fields {
		if _, err := flags.FiniteNumber(field); err == nil {
			numbers++
		}
		if strings.EqualFold(strings.TrimSpace(field), "t") || strings.EqualFold(strings.TrimSpace(field), "time") {
			named = i
		}
	}
	switch {
	case numbers > 0:
		return false, column, nil // a line of numbers; a wrong one among them is told there
	case len(fields) == d+1 && named < 0:
		return true, column, fmt.Errorf("a header of %d columns without t, want t and the %d components of x", len(fields), d)
	case len(fields) == d && named >= 0:
		return true, column, fmt.Errorf("a header with t and %d other columns, want the %d components of x", d-1, d)
	}
	return true, named, nil
}

func readJSONPoints(name string, text []byte, d int) (list []Point, err error) {
	var points []struct {
		T float64   `json:"t"`
		X []float64 `json:"x"`
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	err = decoder.Decode(&points)
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) { // whose own words name types of Go
		err = fmt.Errorf("there is a JSON %s in the wrong place", wrong.Value)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w; want a list of {\"t\": number, \"x\": [numbers]}", name, err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, fmt.Errorf("%s: there is more after the list", name)
	}
	for i, p := range points {
		source := fmt.Sprintf("%s: point %d", name, i)
		if len(p.X) != d {
			return nil, fmt.Errorf("%s: x has %d components, want %d", source, len(p.X), d)
		}
		list = append(list, Point{p.T, p.X, source})
	}
	return list, nil
}
