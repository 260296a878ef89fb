package file

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the messages of testdata/malformed; read every change before it is committed")

// TestMalformedFiles: every file of testdata/malformed has one mistake and gives the one
// message beside it, with its place.
func TestMalformedFiles(t *testing.T) {
	malformed(t, "testdata/malformed/*.yaml", 200, func(name string, text []byte) error {
		_, err := Parse(name, text)
		return err
	})
}

// malformed reads every file of the pattern, of which there are at least so many, and
// compares the message with that in the file beside it.
func malformed(t *testing.T, pattern string, least int, read func(string, []byte) error) {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) < least {
		t.Errorf("%d files in %s, want the %d and more that were written", len(paths), pattern, least)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(path)
		err = read(name, text)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%s: error %v, want a *Error", name, err)
			continue
		}
		got := e.Error() + "\n"
		beside := strings.TrimSuffix(path, filepath.Ext(path)) + ".txt"
		if *update {
			if err := os.WriteFile(beside, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(beside)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s: got\n%swant\n%s", name, got, want)
		}
		checkExcerpt(t, e, text)
	}
}

// checkExcerpt: three lines, the message on one; the caret stands below the column.
func checkExcerpt(t *testing.T, e *Error, text []byte) {
	t.Helper()
	lines := strings.Split(e.Error(), "\n")
	if len(lines) != 3 || !strings.HasPrefix(lines[0], fmt.Sprintf("%s:%d:%d: ", e.File, e.Line, e.Column)) || e.Line < 1 || e.Column < 1 {
		t.Errorf("%s: the error is not a message, a line and a caret:\n%s", e.File, e.Error())
		return
	}
	if !strings.HasSuffix(lines[2], "^") || strings.Trim(strings.TrimSuffix(lines[2], "^"), " \t") != "" {
		t.Errorf("%s: no caret:\n%s", e.File, e.Error())
	}
	if all := strings.Count(string(text), "\n") + 1; e.Line > all {
		t.Errorf("%s: line %d of %d", e.File, e.Line, all)
	}
}
