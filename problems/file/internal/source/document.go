// Package source is the text of a file that people write: its YAML as lists, mappings and
// texts with their places, and one message with a caret for what is wrong with it.
package source

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// The limits of a file. They keep a hostile one from filling the memory or the day and
// are far above what a real one needs.
const (
	MaxSize   = 1 << 20 // bytes
	maxLevels = 8       // of nested lists and mappings
	maxText   = 20_000  // bytes of a title, a citation or the like
)

// Read is the text of a file, cut off after the size that New refuses. what names the
// kind of file.
func Read(path, what string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, fmt.Errorf("%s is a directory, want a %s", path, what)
	}
	return io.ReadAll(io.LimitReader(f, MaxSize+1))
}

// Document is the text of a file.
type Document struct {
	Name, Text string
	Lines      []string // without their ends
}

// New checks what must hold before YAML can be read with positions: UTF-8 and no
// control characters, which could also play with the terminal that shows an error.
func New(name string, text []byte) (*Document, *Error) {
	s := &Document{Name: name}
	if len(text) > MaxSize {
		return nil, s.ErrorAt(1, 1, "the file has more than %d bytes", MaxSize)
	}
	s.Text = strings.TrimPrefix(string(text), "\ufeff")
	s.Lines = strings.Split(s.Text, "\n")
	for i, line := range s.Lines {
		s.Lines[i] = strings.TrimSuffix(line, "\r")
	}
	for i, line := range s.Lines {
		column := 0
		for j, r := range line {
			column++
			if r == utf8.RuneError {
				if _, size := utf8.DecodeRuneInString(line[j:]); size == 1 {
					return nil, s.ErrorAt(i+1, column, "the byte %#02x, want a text in UTF-8", line[j])
				}
			}
			// The separators of lines and paragraphs and NEL are line ends for YAML.
			if r != '\t' && unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == '\ufeff' {
				return nil, s.ErrorAt(i+1, column, "the character %U, want a text without control characters", r)
			}
		}
	}
	return s, nil
}

// Root is the node at the top of the only document of the text. what is it that the
// file should hold, and example a command that prints such a file.
func (s *Document) Root(what, example string) (*yaml.Node, *Error) {
	nothing := func() *Error {
		return s.ErrorAt(1, 1, "the file is empty, want a %s; '%s' prints one to start from", what, example)
	}
	loader := yaml.NewDecoder(strings.NewReader(s.Text))
	var document, second yaml.Node
	switch err := loader.Decode(&document); {
	case errors.Is(err, io.EOF):
		return nil, nothing()
	case err != nil:
		return nil, s.yamlError(err)
	case document.Kind != yaml.DocumentNode || len(document.Content) != 1:
		return nil, nothing()
	}
	switch err := loader.Decode(&second); {
	case errors.Is(err, io.EOF):
	case err != nil:
		return nil, s.yamlError(err)
	default:
		return nil, s.ErrorAt(second.Line, second.Column, "a second document, want one a file")
	}
	root := document.Content[0]
	if wrong := s.plain(root, 0); wrong != nil {
		return nil, wrong
	}
	return root, nil
}

// plain refuses what YAML has beyond lists, mappings and texts.
func (s *Document) plain(n *yaml.Node, level int) *Error {
	switch {
	case n.Kind == yaml.AliasNode:
		return s.ErrorAt(n.Line, n.Column, "an alias (*%s), want the value itself; a formula that begins with * must be in quotes", n.Value)
	case n.Anchor != "":
		return s.ErrorAt(n.Line, n.Column, "an anchor (&%s), want the value alone", n.Anchor)
	case n.Style&yaml.TaggedStyle != 0:
		return s.ErrorAt(n.Line, n.Column, "a tag (%s), want the value alone; a formula that begins with ! must be in quotes", n.Tag)
	case n.Kind == yaml.ScalarNode && strings.ContainsFunc(n.Value, escape):
		return s.ErrorAt(n.Line, n.Column, "a control character, written as an escape, want a text without them")
	case level > maxLevels:
		return s.ErrorAt(n.Line, n.Column, "lists and mappings nested %d deep, want at most %d levels", level, maxLevels)
	}
	for _, c := range n.Content {
		if wrong := s.plain(c, level+1); wrong != nil {
			return wrong
		}
	}
	return nil
}

// escape tells whether a character of a text is one that New refuses where it stands as it is.
func escape(r rune) bool { return r != '\n' && r != '\t' && unicode.IsControl(r) }

// yamlError locates an error of the YAML library and adds the usual cause.
func (s *Document) yamlError(err error) *Error {
	var e *yaml.LoadError
	if !errors.As(err, &e) {
		return s.ErrorAt(1, 1, "YAML: %v", err)
	}
	mark, msg := e.Mark, e.Message
	if mark.Line == 0 || mark.Line > len(s.Lines) || s.Lines[mark.Line-1] == "" && e.ContextMark.Line > 0 {
		mark = e.ContextMark // the end of the file; where the construct begins says more
	}
	if strings.Contains(msg, "could not find expected ':'") && e.ContextMark.Line > 0 {
		mark = e.ContextMark // the line without a colon, not the one after it
	}
	switch {
	case strings.Contains(msg, "mapping values are not allowed"):
		msg += "; a formula with \": \" must be in quotes, and keys of one mapping stand below one another"
	case strings.Contains(msg, "cannot start any token"):
		msg += "; a formula that begins with a sign of YAML must be in quotes, and tabs do not indent"
	case strings.Contains(e.ContextMsg, "flow sequence"), strings.Contains(e.ContextMsg, "flow mapping"):
		msg += "; a formula with brackets or commas inside [ ] or { } must be in quotes"
	case strings.Contains(msg, "could not find expected ':'"):
		msg += "; every line is KEY: VALUE"
	case strings.Contains(msg, "unknown anchor"):
		msg += "; a formula that begins with * must be in quotes"
	}
	if e.ContextMsg != "" {
		msg = e.ContextMsg + ": " + msg
	}
	return s.ErrorAt(mark.Line, mark.Column, "YAML: %s", msg)
}
