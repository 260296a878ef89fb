package problems

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v4"
)

// The limits of a problem file. They keep a hostile file from filling the memory or the
// day and are far above what a real one needs.
const (
	maxFileSize   = 1 << 20                   // bytes
	maxLevels     = 8                         // of nested lists and mappings
	maxFormula    = 10_000                    // bytes of one formula
	maxBrackets   = 100                       // nested in a formula
	maxNodes      = 10_000                    // operations and operands of a formula
	maxComponents = 1 << 20                   // of all intermediate results of a formula and what it uses
	maxMatrix     = 3000                      // rows of a dense matrix
	maxMatrices   = 20                        // named ones
	maxEntries    = 4 * maxMatrix * maxMatrix // of the named matrices together, and of those that a formula uses
	maxWork       = 1 << 27                   // entries in all intermediate results of the formulas of matrices
	operationWork = 500                       // what one operation on a row takes beside its entries, in entries
	maxText       = 20_000                    // bytes of a title, a citation or the like
	maxNames      = 200                       // parameters, and as many helpers
	maxWishes     = 20                        // constraints of a control problem
)

// ReadFile reads a problem file, a text in YAML that describes an equation or a control
// problem (docs/files.md), as a family like the named ones: every parameter can be
// changed, and the dimension where the file does not fix it. What is wrong with the file
// is a *FileError.
func ReadFile(path string) (*Family, error) {
	text, err := readText(path, "problem file")
	if err != nil {
		return nil, err
	}
	return Read(path, text)
}

// readText is the text of a file, cut off after the size that newSource refuses.
func readText(path, what string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, fmt.Errorf("%s is a directory, want a %s", path, what)
	}
	return io.ReadAll(io.LimitReader(f, maxFileSize+1))
}

// Read is ReadFile for a text. The name appears in errors, and a file without the key
// "name" is called by it, less its folder and ending. A file can neither read other
// files nor reach the network.
func Read(name string, text []byte) (*Family, error) {
	s, wrong := newSource(name, text)
	if wrong != nil {
		return nil, wrong
	}
	root, wrong := s.document("problem", "deepbsde init hjb")
	if wrong != nil {
		return nil, wrong
	}
	r := &reader{source: s}
	f := r.family(root)
	if r.err != nil {
		return nil, r.err
	}
	f.Text = append([]byte(nil), text...)
	var err error
	if f.IsControl() {
		_, err = f.MakeControl(0, nil)
	} else {
		_, err = f.Make(0, nil)
	}
	if err != nil {
		return nil, err
	}
	return f, nil
}

// IsFile tells whether a name on the command line is the path of a problem file and not
// the name of a problem: it has a separator of folders or ends in .yaml or .yml.
func IsFile(name string) bool {
	ext := strings.ToLower(filepath.Ext(name))
	return ext == ".yaml" || ext == ".yml" || strings.ContainsRune(name, '/') || strings.ContainsRune(name, filepath.Separator)
}

// document is the node at the top of the only document of the text. what is it that the
// file should hold, and example a command that prints such a file.
func (s *source) document(what, example string) (*yaml.Node, *FileError) {
	nothing := func() *FileError {
		return s.errorAt(1, 1, "the file is empty, want a %s; '%s' prints one to start from", what, example)
	}
	loader := yaml.NewDecoder(strings.NewReader(s.text))
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
		return nil, s.errorAt(second.Line, second.Column, "a second document, want one a file")
	}
	root := document.Content[0]
	if wrong := s.plain(root, 0); wrong != nil {
		return nil, wrong
	}
	return root, nil
}

// plain refuses what YAML has beyond lists, mappings and texts.
func (s *source) plain(n *yaml.Node, level int) *FileError {
	switch {
	case n.Kind == yaml.AliasNode:
		return s.errorAt(n.Line, n.Column, "an alias (*%s), want the value itself; a formula that begins with * must be in quotes", n.Value)
	case n.Anchor != "":
		return s.errorAt(n.Line, n.Column, "an anchor (&%s), want the value alone", n.Anchor)
	case n.Style&yaml.TaggedStyle != 0:
		return s.errorAt(n.Line, n.Column, "a tag (%s), want the value alone; a formula that begins with ! must be in quotes", n.Tag)
	case level > maxLevels:
		return s.errorAt(n.Line, n.Column, "lists and mappings nested %d deep, want at most %d levels", level, maxLevels)
	}
	for _, c := range n.Content {
		if wrong := s.plain(c, level+1); wrong != nil {
			return wrong
		}
	}
	return nil
}

// yamlError locates an error of the YAML library and adds the usual cause.
func (s *source) yamlError(err error) *FileError {
	var e *yaml.LoadError
	if !errors.As(err, &e) {
		return s.errorAt(1, 1, "YAML: %v", err)
	}
	mark, msg := e.Mark, e.Message
	if mark.Line == 0 || mark.Line > len(s.lines) || s.lines[mark.Line-1] == "" && e.ContextMark.Line > 0 {
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
	return s.errorAt(mark.Line, mark.Column, "YAML: %s", msg)
}
