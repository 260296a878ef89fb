package main

import (
	"bytes"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// TestServe asks for every page of a run and of its folder.
func TestServe(t *testing.T) {
	dir := keptRun(t, "kept", "quadratic-gradient --dim 2 --iterations 100")
	a := &app{stdout: &bytes.Buffer{}, stderr: &bytes.Buffer{}}
	s, err := a.pages(filepath.Dir(dir))
	if err != nil {
		t.Fatal(err)
	}
	address, err := s.Listen(0)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, c := range []struct{ path, want string }{
		{"", `href="run?run=kept"`},
		{"run?run=kept", "all errors together, 95 %"},
		{"run?run=kept", "what=loss"},
		{"compare?run=kept", "what=value"},
		{"report?run=kept", "To repeat it"},
		{"picture?run=kept&what=value", "<svg"},
		{"picture?run=kept&what=paths", "<svg"},
		{"picture?run=kept&what=line&along=0:-1:1", "<svg"},
		{"live.js", "EventSource"},
		{"live.css", "prefers-color-scheme: dark"},
	} {
		answer, err := http.Get(address + c.path)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || answer.StatusCode != 200 || !strings.Contains(string(text), c.want) {
			t.Errorf("%s: status %d, %v, want %q in\n%s", c.path, answer.StatusCode, err, c.want, text)
		}
		// But the report, which is a page of its own, nothing has a style or a script inside.
		if page := string(text); strings.HasPrefix(c.path, "run") && (strings.Contains(page, "<style") || strings.Contains(page, " style=") || strings.Contains(page, "<script>")) {
			t.Errorf("%s has something that its policy refuses", c.path)
		}
	}
}

func TestServeIsRefused(t *testing.T) {
	file := filepath.Join(root, "README.md")
	for _, c := range []struct{ words, want string }{
		{"serve", "needs one DIR"},
		{"serve " + filepath.Join(t.TempDir(), "none"), "no such file"},
		{"serve " + file, "is a file"},
		{"serve . --port 0", "from 1 to 65535"},
		{"serve . --port 70000", "from 1 to 65535"},
		{"solve hjb --serve", "--serve needs --out DIR"},
		{"solve hjb --serve --out " + filepath.Join(root, "docs"), "is not empty"},
	} {
		if out := execute(t, strings.Fields(c.words)...); out.status != 2 || !strings.Contains(out.stderr, c.want) {
			t.Errorf("%s: status %d, %s", c.words, out.status, out.stderr)
		}
	}
}
