package main

import (
	"encoding/xml"
	"errors"
	"html"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/bsde/run"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/saved"
)

// keptRun solves into a directory of the given name.
func keptRun(t *testing.T, name, args string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	if !strings.Contains(args, "--network") {
		args += " --network shared" // which has a history
	}
	words := append(strings.Fields("solve --quiet --steps 4 --paths 256 "+args), "--out", dir)
	if out := execute(t, words...); !out.finished() && out.status != exitDiverged {
		t.Fatal(out.stderr)
	}
	return dir
}

// pageOf is the page of a run, which must be well-formed and need nothing else.
func pageOf(t *testing.T, dir string) string {
	t.Helper()
	out := execute(t, "report", dir)
	file := filepath.Join(dir, run.PageFile)
	if out.status != 0 || out.stdout != file+"\n" {
		t.Fatalf("status %d, %s%s", out.status, out.stdout, out.stderr)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	if m := regexp.MustCompile(`(?i)<script|<link|<iframe|<img|@import|url\(|src=|href="[^#]|https?://| on[a-z]+=`).FindString(page); m != "" {
		t.Errorf("the page has %q, want no script and nothing from elsewhere", m)
	}
	d := xml.NewDecoder(strings.NewReader(regexp.MustCompile(`(<meta [^>]*)>`).ReplaceAllString(page, "$1/>")))
	ids := map[string]bool{}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
		if e, ok := token.(xml.StartElement); ok {
			for _, a := range e.Attr {
				if a.Name.Local == "id" {
					if ids[a.Value] {
						t.Errorf("two elements have the id %s", a.Value)
					}
					ids[a.Value] = true
				}
			}
		}
	}
	for _, want := range []string{`<html lang="en">`, "<title>", "prefers-color-scheme: dark", "@media print", "width=device-width"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s", want)
		}
	}
	if labelled := strings.Count(page, `<div class="card" role="img" aria-label="`); labelled != strings.Count(page, "<svg") {
		t.Errorf("%d of %d pictures have a label", labelled, strings.Count(page, "<svg"))
	}
	if again := execute(t, "report", dir, "--out", filepath.Join(dir, "again.html")); again.status != 0 {
		t.Error(again.stderr)
	} else if second, err := os.ReadFile(filepath.Join(dir, "again.html")); err != nil || string(second) != page {
		t.Errorf("a second page of the same run has other bytes, %v", err)
	}
	return page
}

func wantIn(t *testing.T, page string, parts ...string) {
	t.Helper()
	text := html.UnescapeString(page)
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("no %q in the page", part)
		}
	}
}

// TestPage: equations with and without an exact solution, by name and from a file, a
// control problem by either method.
func TestPage(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mine.yaml")
	if err := os.WriteFile(file, []byte(execute(t, "init", "burgers").stdout), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args    string
		figures int // value, close-up, loss, paths, comparison
		want    []string
	}{
		{"quadratic-gradient --dim 3 --iterations 40", 5, []string{
			"quadratic-gradient, d = 3", "u(0, x0)", "the answer; all errors together", "residual ratio", "final estimate, ", "sampling alone, 95 %", "trust", `"reference"`,
			"exact solution u(t, X) at the same points", "On 256 paths it is off by", "History, 21 records", "α, exponent", "<th scope=\"row\">lr</th>", "deepbsde solve --quiet --steps 4"}},
		{"hjb --dim 2 --set lambda=3 --iterations 40", 5, []string{"hjb, d = 2, lambda = 3", "beside g(X) at its end", "Cole–Hopf"}},
		{file + " --dim 2 --iterations 40", 5, []string{"The problem file", "generator: (y - (2 + d)/(2*d)) * sum(z)", "The file of the problem is that of the run"}},
		{"lqr --dim 2 --iterations 40", 8, []string{"mean cost", "excess", "state x[0]", "state x[1]", "action a[0]", "action a[1]", "cost so far", "optimal: median", "cost on validation paths"}},
		{"hjb-control --dim 2 --method deep-bsde --iterations 40", 5, []string{"hjb-control, d = 2", "u(0, x0)", "Y along 3 sample paths"}},
	} {
		page := pageOf(t, keptRun(t, "run", c.args))
		wantIn(t, page, c.want...)
		if n := strings.Count(page, "<figure>"); n != c.figures {
			t.Errorf("%s: %d figures, want %d", c.args, n, c.figures)
		}
		if strings.Contains(page, "NaN") || strings.Contains(page, "--resume") {
			t.Errorf("%s: NaN, or a command that goes on with a finished run", c.args)
		}
	}
}

const boxed = "name: boxed\ndim: 2\nhorizon: 1\nstart: {box: [-1, 1]}\ndiffusion: 1\nterminal: sum(x^2)\nexact: sum(x^2) + d*(1 - t)\n"

// TestPageOfRegion: random starts, and a file that has no equation in words.
func TestPageOfRegion(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mine.yaml")
	if err := os.WriteFile(file, []byte(boxed), 0o600); err != nil {
		t.Fatal(err)
	}
	wantIn(t, pageOf(t, keptRun(t, "run", file+" --iterations 40")), "<pre>start: {box: [-1, 1]}", "root mean square error of the trained u(0, ·)", "∇u(0, x0); standard error up to", "exact solution u(t, X) at the same points")
}

// TestResultOfFile: a page has the result that solve printed.
func TestResultOfFile(t *testing.T) {
	region := filepath.Join(t.TempDir(), "mine.yaml")
	if err := os.WriteFile(region, []byte(boxed), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range []string{region + " --iterations 40", "quadratic-gradient --dim 3 --iterations 40", "diff-rates --dim 2 --iterations 20", "lqr --dim 2 --iterations 40", "hjb-control --dim 2 --method deep-bsde --iterations 20"} {
		dir := keptRun(t, "run", args)
		want, err := os.ReadFile(filepath.Join(dir, run.TextFile))
		if err != nil {
			t.Fatal(err)
		}
		r, err := saved.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		m, err := r.Member(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got := r.Report(m).Text()
		if got != string(want) {
			t.Errorf("%s: the page's result is\n%s\nsolve's\n%s", args, got, want)
		}
	}
}

// TestPageOfStages: the steps of a problem in discrete time are its stages, and the
// components have their names.
func TestPageOfStages(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	if out := execute(t, "solve", "energy-storage", "--iterations", "20", "--paths", "256", "--quiet", "--out", dir); !out.finished() {
		t.Fatal(out.stderr)
	}
	wantIn(t, pageOf(t, dir), "in storage, MWh", "into storage, MWh an hour", "of the problem with 24 stages", `<th scope="row">steps</th><td class="number">24</td>`, `"stage"`)
}

// TestPageOfRunsWithoutEnd: unfinished and diverged runs have a page that says so, and
// one without a usable checkpoint has all but sample paths.
func TestPageOfRunsWithoutEnd(t *testing.T) {
	dir := keptRun(t, "a <b>run</b> & 'more'", "hjb --dim 2 --iterations 40")
	if err := os.Remove(filepath.Join(dir, run.ResultFile)); err != nil {
		t.Fatal(err)
	}
	page := pageOf(t, dir)
	wantIn(t, page, "The run is not finished: 40 of 40 iterations are saved", "deepbsde solve --resume '", "a <b>run</b> & '\\''more'\\'''", "There is no result yet", `"reference"`)
	if strings.Contains(page, "<b>") {
		t.Error("a name is not escaped")
	}
	checkpoints := checkpointsOf(t, dir)
	for _, name := range checkpoints {
		if err := os.WriteFile(name, []byte("nothing"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	page = pageOf(t, dir)
	wantIn(t, page, "There are no sample paths: no checkpoint of")
	for _, name := range append(checkpoints, filepath.Join(dir, run.MetricsLinesFile)) {
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
	wantIn(t, pageOf(t, dir), "0 of 40 iterations are saved", "has no checkpoint")

	page = pageOf(t, keptRun(t, "run", "hjb --dim 3 --lr 1e6 --iterations 40"))
	wantIn(t, page, "There is no value: training diverged: shorten the horizon", "The run has no value.", "So far there is only the state before training.")
	if strings.Contains(page, "NaN") || strings.Contains(page, "--resume") {
		t.Error("NaN, or a command that goes on with a diverged run")
	}
}

func TestReportUsage(t *testing.T) {
	dir := keptRun(t, "run", "hjb --dim 2 --iterations 20")
	for _, c := range []struct {
		want string
		args []string
	}{
		{"report takes one RUN", nil},
		{"report takes one RUN", []string{dir, dir}},
		{"is not a run: it has no run.json", []string{t.TempDir()}},
		{"want a file name that ends in .html", []string{dir, "--out", filepath.Join(dir, run.ManifestFile)}},
	} {
		if out := execute(t, append([]string{"report"}, c.args...)...); out.status != exitUsage || !strings.Contains(out.stderr, c.want) {
			t.Errorf("%v: status %d, %s, want %q", c.args, out.status, out.stderr, c.want)
		}
	}
	if out := execute(t, "report", dir, "--out", filepath.Join(dir, "none", "page.html")); out.status != exitFailed {
		t.Errorf("a directory that does not exist: status %d, %s", out.status, out.stderr)
	}
}
