package source

import (
	"fmt"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/deepbsde/deepbsde/problems"
	"go.yaml.in/yaml/v4"
)

// Error is a mistake in a file and its place.
type Error struct {
	File         string
	Line, Column int    // counted from 1, the column in characters
	Message      string // what was wrong and what was expected, one line
	Excerpt      string // two lines: that of the file, and a caret below the place
}

// Error is FILE:LINE:COLUMN: MESSAGE and the excerpt on two more lines.
func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s\n%s", e.File, e.Line, e.Column, e.Message, e.Excerpt)
}

// ErrorAt is an Error with its excerpt. A place outside the text is moved into it.
func (s *Document) ErrorAt(line, column int, format string, args ...any) *Error {
	line = min(max(line, 1), max(len(s.Lines), 1))
	column = max(column, 1)
	e := &Error{File: s.Name, Line: line, Message: strings.Map(OneLine, fmt.Sprintf(format, args...))}
	var text []rune
	if len(s.Lines) > 0 {
		text = []rune(s.Lines[line-1])
	}
	e.Column = min(column, len(text)+1)
	// Of a long line only what surrounds the place.
	const most = 100
	from := 0
	if len(text) > most {
		from = max(0, min(e.Column-1-most/2, len(text)-most))
		text = text[from : from+most]
	}
	caret := make([]rune, 0, most)
	for i, r := range text {
		if r != '\t' && !unicode.IsPrint(r) {
			text[i] = '·'
		}
		if i < e.Column-1-from {
			if r != '\t' {
				r = ' '
			}
			caret = append(caret, r)
		}
	}
	e.Excerpt = string(text) + "\n" + string(caret) + "^"
	return e
}

// TheEnd is the place after the last character of any scalar.
const TheEnd = math.MaxInt32

// ErrorIn is an error at a character of a scalar.
func (s *Document) ErrorIn(n *yaml.Node, at int, format string, args ...any) *Error {
	line, column := n.Line, n.Column
	if places := s.places(n); len(places) > 0 {
		p := places[min(max(at, 0), len(places)-1)]
		line, column = p[0], p[1]
		if at >= len(places) {
			column++
		}
	}
	return s.ErrorAt(line, column, format, args...)
}

// places finds every character of a scalar in the file, nil where it cannot: they stand there in
// the same order, whatever the style, but for blanks, line breaks, and escapes in double
// quotes, for which there are no places.
func (s *Document) places(n *yaml.Node) [][2]int {
	line, column := n.Line, n.Column
	switch {
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		line, column = line+1, 1
	case n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0:
		column++
	}
	var here []rune
	load := func() {
		here = nil
		if line <= len(s.Lines) {
			here = []rune(s.Lines[line-1])
		}
	}
	load()
	var places [][2]int
	last := [2]int{line, column}
	for _, c := range strings.TrimRight(n.Value, " \t\r\n") {
		if unicode.IsSpace(c) {
			places = append(places, [2]int{last[0], last[1] + 1})
			continue
		}
		for line <= len(s.Lines) && (column > len(here) || unicode.IsSpace(here[column-1])) {
			if column++; column > len(here) {
				line, column = line+1, 1
				load()
			}
		}
		if line > len(s.Lines) || here[column-1] != c {
			return nil
		}
		last = [2]int{line, column}
		places = append(places, last)
		column++
	}
	return places
}

// DidYouMean names the known name nearest to a wrong one, or lists them all.
func DidYouMean(name string, known []string) string {
	if near := problems.Nearest(name, known); near != "" && isNear(name, near) {
		return fmt.Sprintf(", did you mean %q?", near)
	}
	return " (known: " + strings.Join(known, ", ") + ")"
}

// isNear refuses suggestions for names that are too short for any: of three letters one
// may differ, of one or two only the case.
func isNear(name, near string) bool {
	name, near = strings.ToLower(name), strings.ToLower(near)
	switch {
	case utf8.RuneCountInString(name) <= 2:
		return name == near
	case utf8.RuneCountInString(name) <= 3:
		return problems.Distance(name, near) <= 1
	}
	return true
}

// OneLine keeps what a file says, also by escapes, from breaking lines or steering the
// terminal.
func OneLine(r rune) rune {
	switch {
	case unicode.IsSpace(r):
		return ' '
	case !unicode.IsPrint(r):
		return '·'
	}
	return r
}
