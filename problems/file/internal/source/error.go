package problems

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// FileError is a mistake in a problem file and its place.
type FileError struct {
	File         string
	Line, Column int    // counted from 1, the column in characters
	Message      string // what was wrong and what was expected, one line
	Excerpt      string // two lines: that of the file, and a caret below the place
}

// Error is FILE:LINE:COLUMN: MESSAGE and the excerpt on two more lines.
func (e *FileError) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s\n%s", e.File, e.Line, e.Column, e.Message, e.Excerpt)
}

// source is the text of a problem file.
type source struct {
	name, text string
	lines      []string
}

// newSource checks what must hold before YAML can be read with positions: UTF-8 and no
// control characters, which could also play with the terminal that shows an error.
func newSource(name string, text []byte) (*source, *FileError) {
	s := &source{name: name}
	if len(text) > maxFileSize {
		return nil, s.errorAt(1, 1, "the file has more than %d bytes", maxFileSize)
	}
	s.text = strings.TrimPrefix(string(text), "\ufeff")
	s.lines = strings.Split(s.text, "\n")
	for i, line := range s.lines {
		s.lines[i] = strings.TrimSuffix(line, "\r")
	}
	for i, line := range s.lines {
		column := 0
		for j, r := range line {
			column++
			if r == utf8.RuneError {
				if _, size := utf8.DecodeRuneInString(line[j:]); size == 1 {
					return nil, s.errorAt(i+1, column, "the byte %#02x, want a text in UTF-8", line[j])
				}
			}
			// The separators of lines and paragraphs and NEL are line ends for YAML.
			if r != '\t' && unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == '\ufeff' {
				return nil, s.errorAt(i+1, column, "the character %U, want a text without control characters", r)
			}
		}
	}
	return s, nil
}

// errorAt is a FileError with its excerpt. A place outside the text is moved into it.
func (s *source) errorAt(line, column int, format string, args ...any) *FileError {
	line = min(max(line, 1), max(len(s.lines), 1))
	column = max(column, 1)
	e := &FileError{File: s.name, Line: line, Message: strings.Map(oneLine, fmt.Sprintf(format, args...))}
	var text []rune
	if len(s.lines) > 0 {
		text = []rune(s.lines[line-1])
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

// didYouMean names the known name nearest to a wrong one, or lists them all.
func didYouMean(name string, known []string) string {
	if near := Nearest(name, known); near != "" && isNear(name, near) {
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
		return distance(name, near) <= 1
	}
	return true
}

// oneLine keeps what a file says, also by escapes, from breaking lines or steering the
// terminal.
func oneLine(r rune) rune {
	switch {
	case unicode.IsSpace(r):
		return ' '
	case !unicode.IsPrint(r):
		return '·'
	}
	return r
}
