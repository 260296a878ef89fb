// Package file reads the files that people write: problem files, texts in YAML with formulas
// that become families like the named ones, settings files, and configurations of the
// reference implementation. What is wrong with one is an *Error that shows the place.
package file

import (
	"path/filepath"
	"strings"

	"github.com/deepbsde/deepbsde/problems"
	"github.com/deepbsde/deepbsde/problems/file/internal/formula"
	"github.com/deepbsde/deepbsde/problems/file/internal/source"
)

// Error is a mistake in a file: File, Line and Column, counted from 1, are its place, Message
// is one line, and Excerpt the line of the file with a caret in the line below it.
type Error = source.Error

// The limits of a problem file beside those of texts and formulas. They keep a hostile
// file from filling the memory or the day and are far above what a real one needs.
const (
	maxMatrices = 20      // named ones
	maxWork     = 1 << 27 // entries in all intermediate results of the formulas of matrices
	maxNames    = 200     // parameters, and as many helpers
	maxWishes   = 20      // constraints of a control problem
)

// reader reads the nodes of files.
type reader struct{ formula.Reader }

func newReader(d *source.Document) *reader { return &reader{formula.NewReader(d)} }

// Read reads a problem file, a text in YAML that describes an equation or a control
// problem (docs/files.md), as a family like the named ones: every parameter can be
// changed, and the dimension where the file does not fix it. What is wrong with the file
// is an *Error.
func Read(path string) (*problems.Family, error) {
	text, err := source.Read(path, "problem file")
	if err != nil {
		return nil, err
	}
	return Parse(path, text)
}

// Parse is Read for a text. The name appears in errors, and a file without the key
// "name" is called by it, less its folder and ending. A file can neither read other
// files nor reach the network.
func Parse(name string, text []byte) (*problems.Family, error) {
	s, wrong := source.New(name, text)
	if wrong != nil {
		return nil, wrong
	}
	root, wrong := s.Root("problem", "deepbsde init hjb")
	if wrong != nil {
		return nil, wrong
	}
	r := newReader(s)
	f := r.family(root)
	if r.Err != nil {
		return nil, r.Err
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

// IsPath tells whether a name on the command line is the path of a problem file and not
// the name of a problem: it has a separator of folders or ends in .yaml or .yml.
func IsPath(name string) bool {
	ext := strings.ToLower(filepath.Ext(name))
	return ext == ".yaml" || ext == ".yml" || strings.ContainsRune(name, '/') || strings.ContainsRune(name, filepath.Separator)
}
