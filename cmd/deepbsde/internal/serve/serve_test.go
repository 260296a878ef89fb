package serve

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/deep"
	"github.com/deepbsde/deepbsde/bsde/run"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/page"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/saved"
	"github.com/deepbsde/deepbsde/cmd/internal/figure"
	"github.com/deepbsde/deepbsde/pde"
)

// folderOfRuns has a run called "one" and, beside the folder, one called "secret".
func folderOfRuns(t *testing.T) (root string) {
	t.Helper()
	root = filepath.Join(t.TempDir(), "runs")
	for _, dir := range []string{filepath.Join(root, "one"), filepath.Join(root, "..", "secret")} {
		s := &bsde.Settings{Steps: 2, Iterations: 4, Batch: 8, Paths: 64}
		if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
			t.Fatal(err)
		}
		if _, err := run.Solve(context.Background(), dir, run.Source{Problem: "quadratic-gradient", Dim: 2}, deep.Method{}, s, nil); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// newServer serves a folder with little work.
func newServer(t *testing.T, root string) *Server {
	t.Helper()
	s, err := New(root, Work{
		Reference: func(context.Context, *saved.Run) (*pde.Reference, error) { return nil, nil },
		Describe: func(_ context.Context, r *saved.Run) (*page.Data, error) {
			return &page.Data{Identity: r.Label(), Equation: "<b>equation</b>"}, nil
		},
		Report: func(context.Context, *saved.Run) ([]byte, error) { return []byte("the report"), nil },
		Draw: func(_ context.Context, runs []*saved.Run, p Picture) (*figure.Figure, error) {
			return saved.Training(runs).Figure("value", p.Over), nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// ask is the answer to a request with changes.
func ask(s *Server, path string, change func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:8000"+path, nil)
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	return w
}

func TestGuard(t *testing.T) {
	s := newServer(t, folderOfRuns(t))
	at := "/" + s.token + "/"
	for _, c := range []struct {
		name, path string
		change     func(*http.Request)
		want       int
	}{
		{"the whole address", at, nil, 200},
		{"localhost", at, func(r *http.Request) { r.Host = "localhost:9000" }, 200},
		{"a name without a port", at, func(r *http.Request) { r.Host = "127.0.0.1" }, 200},
		{"no token", "/", nil, 403},
		{"half a token", "/" + s.token[:10] + "/", nil, 403},
		{"another token", "/" + strings.Repeat("A", len(s.token)) + "/", nil, 403},
		{"the token of nothing", "//run", nil, 403},
		{"a foreign host", at, func(r *http.Request) { r.Host = "example.com" }, 403},
		{"a foreign host on our port", at, func(r *http.Request) { r.Host = "attacker.example:8000" }, 403},
		{"a host that begins as ours", at, func(r *http.Request) { r.Host = "127.0.0.1.example.com:8000" }, 403},
		{"a host that ends as ours", at, func(r *http.Request) { r.Host = "evil-localhost:8000" }, 403},
		{"no host", at, func(r *http.Request) { r.Host = "" }, 403},
		{"a change", at, func(r *http.Request) { r.Method = http.MethodPost }, 405},
		{"the picture in a foreign page", at + "picture?run=one&what=value", func(r *http.Request) {
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			r.Header.Set("Sec-Fetch-Mode", "no-cors")
		}, 403},
		{"a link in a foreign page", at, func(r *http.Request) {
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			r.Header.Set("Sec-Fetch-Mode", "navigate")
		}, 200},
	} {
		w := ask(s, c.path, c.change)
		if w.Code != c.want {
			t.Errorf("%s: status %d, want %d", c.name, w.Code, c.want)
		}
		if policy := w.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "http") {
			t.Errorf("%s: the policy is %q", c.name, policy)
		}
		if w.Header().Get("Referrer-Policy") != "no-referrer" || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: the headers are %v", c.name, w.Header())
		}
		if c.want == 403 && strings.Contains(w.Body.String(), "quadratic") {
			t.Errorf("%s: the answer has something of the runs", c.name)
		}
	}
	other := newServer(t, s.folder.root)
	if len(s.token) < 26 || other.token == s.token {
		t.Errorf("the tokens of two servers are %s and %s", s.token, other.token)
	}
}

// TestNothingOutside asks for what is not in the folder, on all pages.
func TestNothingOutside(t *testing.T) {
	root := folderOfRuns(t)
	if err := os.Symlink(filepath.Join(root, "..", "secret"), filepath.Join(root, "link")); err != nil {
		t.Skip(err)
	}
	s := newServer(t, root)
	names := []string{"..", "../secret", "one/../../secret", "link", "/etc", filepath.Join(root, "..", "secret"), filepath.Join(root, "one"), "one/", "./one", "%2e%2e/secret", `..\secret`, "", "none", "one\x00"}
	for _, page := range []string{"run", "compare", "report", "picture", "events", "sweep", "sweep.svg"} {
		for _, name := range names {
			q := url.Values{"run": {name}, "sweep": {name}, "what": {"value"}}
			if page == "events" && name == "" {
				continue // all of the folder
			}
			w := ask(s, "/"+s.token+"/"+page+"?"+q.Encode(), nil)
			if w.Code < 400 || strings.Contains(w.Body.String(), "quadratic") {
				t.Errorf("%s of %q: status %d", page, name, w.Code)
			}
		}
	}
	for _, path := range []string{"../", "..%2f..%2fetc/passwd", "one/run.json", "one/checkpoint-000000004.safetensors"} {
		if w := ask(s, "/"+s.token+"/"+path, nil); w.Code == 200 {
			t.Errorf("%s: status %d", path, w.Code)
		}
	}
	if w := ask(s, "/"+s.token+"/run?run=one", nil); w.Code != 200 || !strings.Contains(w.Body.String(), "&lt;b&gt;equation") {
		t.Errorf("the run itself: status %d, %s", w.Code, w.Body)
	}
	if w := ask(s, "/"+s.token+"/", nil); strings.Contains(w.Body.String(), "link") && strings.Contains(w.Body.String(), "run?run=link") {
		t.Error("the list has a link to elsewhere")
	}
}

func TestPicturesAreAsked(t *testing.T) {
	s := newServer(t, folderOfRuns(t))
	for _, c := range []struct {
		query string
		want  int
	}{
		{"run=one&what=value", 200}, {"run=one&what=line", 200}, {"run=one&what=line&along=0:-1:1&time=0.5", 200},
		{"run=one&what=paint", 400}, {"run=one&what=value&over=years", 400}, {"run=one&what=line&along=0", 400},
		{"run=one&what=plane&along=0:-1:1", 400}, {"run=one&what=line&time=soon", 400}, {"what=value", 422},
		{"what=value" + strings.Repeat("&run=one", 7), 422},
	} {
		w := ask(s, "/"+s.token+"/picture?"+c.query, nil)
		if w.Code != c.want {
			t.Errorf("%s: status %d, want %d: %s", c.query, w.Code, c.want, w.Body)
		}
		if c.want == 200 && (w.Header().Get("Content-Type") != "image/svg+xml" || !strings.Contains(w.Body.String(), "<svg")) {
			t.Errorf("%s is no picture", c.query)
		}
	}
}

// TestEvents reads the stream while a run changes.
func TestEvents(t *testing.T) {
	root := folderOfRuns(t)
	s := newServer(t, root)
	address, err := s.Listen(0)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(address, "http://127.0.0.1:") {
		t.Fatalf("the address is %s", address)
	}
	answer, err := http.Get(address + "events?run=one")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if kind := answer.Header.Get("Content-Type"); kind != "text/event-stream" {
		t.Fatalf("the kind is %q", kind)
	}
	events := make(chan string)
	go func() {
		defer close(events)
		for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				events <- data
			}
		}
	}()
	next := func() string {
		select {
		case e, ok := <-events:
			if !ok {
				return "the end"
			}
			return e
		case <-time.After(10 * time.Second):
			t.Fatal("no event")
			return ""
		}
	}
	first := next()
	select {
	case e := <-events:
		t.Fatalf("event %s although nothing has changed", e)
	case <-time.After(3 * watchPause):
	}
	f, err := os.OpenFile(filepath.Join(root, "one", run.MetricsLinesFile), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(f, `{"iteration":5,"seconds":1,"lr":0.1}`)
	f.Close()
	begin := time.Now()
	second := next()
	if second == first {
		t.Error("the second event says the same")
	}
	if took := time.Since(begin); took > time.Second {
		t.Errorf("a record is told after %v, want a second at most", took)
	}
	if err := os.RemoveAll(filepath.Join(root, "one")); err != nil {
		t.Fatal(err)
	}
	if third := next(); third == second {
		t.Error("a run that is gone is not told")
	}
	go s.Close()
	for next() != "the end" { // the files go one by one
	}
	if _, err := io.ReadAll(answer.Body); err != nil && !strings.Contains(err.Error(), "EOF") {
		t.Log(err)
	}
}

// TestAtWork: a run is training as long as its directory is locked, and asking takes no lock away.
func TestAtWork(t *testing.T) {
	root := folderOfRuns(t)
	dir := filepath.Join(root, "one")
	if err := os.Remove(filepath.Join(dir, run.ResultFile)); err != nil {
		t.Fatal(err)
	}
	r, err := run.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := atWork(dir); got != "stopped" {
		t.Errorf("a killed run is %q", got)
	}
	if err := r.Occupy(); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if got := atWork(dir); got != "training" {
			t.Errorf("a run at work is %q", got)
		}
	}
	other, err := run.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Occupy(); err == nil {
		t.Error("a second process takes the directory")
	}
	r.Close()
	if got := atWork(dir); got != "stopped" {
		t.Errorf("after its end the run is %q", got)
	}
}
