package main

import (
	"context"
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/deepbsde/deepbsde/bsde"
)

// benchResult is a run whose Y0 goes to 4.6 and whose estimate is 4.59 + seed/1000.
func benchResult(c call) *bsde.Result {
	r := fakeResult(c)
	r.Value = 4.59 + float64(c.settings.Seed)/1000
	for k := range 5 {
		r.History = append(r.History, bsde.Record{Iteration: c.settings.Iterations * k / 4, Value: 4.2 + 0.1*float64(k), Elapsed: time.Duration(k) * time.Second})
	}
	return r
}

func TestBenchTable(t *testing.T) {
	dir := t.TempDir()
	args := []string{"bench", "hjb", "--quiet", "--csv", "--seeds", "3",
		"--store", filepath.Join(dir, "runs"), "--plot", filepath.Join(dir, "bench.svg")}
	solve := func(c call) (*bsde.Result, error) { return benchResult(c), nil }
	out := runWith(t, solve, args...)
	if out.status != 0 || out.stderr != "" || len(out.calls) != 6 {
		t.Fatalf("status %d, %q, %d runs", out.status, out.stderr, len(out.calls))
	}
	rows, err := csv.NewReader(strings.NewReader(out.stdout)).ReadAll()
	if err != nil || len(rows) != 13 {
		t.Fatalf("%v, %d rows", err, len(rows))
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	at := func(row int, name string) string { return rows[row][column[name]] }
	for i, steps := range []string{"0", "500", "1000", "1500", "2000", "estimate"} {
		if at(1+i, "steps") != steps || at(1+i, "settings") != "paper" || at(7+i, "settings") != "default" {
			t.Errorf("rows %d and %d: %v, %v", 1+i, 7+i, rows[1+i], rows[7+i])
		}
	}
	// Published are 0.17 % and 330 s after the last of the paper's 2000 steps.
	if at(5, "published_error") != "0.0017" || at(5, "published_seconds") != "330" || at(11, "published_error") != "" {
		t.Errorf("published figures in %v, %v", rows[5], rows[11])
	}
	// Seeds 1 to 3 give 4.591, 4.592 and 4.593.
	for name, want := range map[string]float64{"value": 4.592, "value_std": 0.001, "relative_error": (4.592 - 4.590161725) / 4.590161725, "relative_error_std": 0.001 / 4.590161725} {
		if got, err := strconv.ParseFloat(at(6, name), 64); err != nil || got < 0.9999*want || got > 1.0001*want {
			t.Errorf("%s of the estimate is %s, want %g", name, at(6, name), want)
		}
	}
	if picture, err := os.ReadFile(filepath.Join(dir, "bench.svg")); err != nil || !strings.Contains(string(picture), "</svg>") {
		t.Errorf("plot: %v", err)
	}
}

// TestBenchTables: a member of a paper's table is run with its dimension and parameter, once, and stands beside what the
// paper states.
func TestBenchTables(t *testing.T) {
	path := filepath.Join(t.TempDir(), "runs")
	solve := func(c call) (*bsde.Result, error) {
		r := benchResult(c)
		r.Value, r.Error = 1.3776, 0.002 // of dbdp-unbounded, d = 1
		return r, nil
	}
	args := []string{"bench", "--table", "dbdp", "--quiet", "--store", path}
	out := runWith(t, solve, args...)
	if out.status != 0 || len(out.calls) < 10 {
		t.Fatalf("status %d, %q, %d runs", out.status, out.stderr, len(out.calls))
	}
	for _, want := range []string{"dbdp-cosine, d = 1, horizon = 2", "Huré, Pham, Warin (2020)"} {
		if !strings.Contains(out.stdout, want) {
			t.Errorf("no %q in\n%s", want, out.stdout)
		}
	}
	covered := regexp.MustCompile(`(?m)^ *dbdp-unbounded, d = (\d+) .* 1 of 1 +(\d) of 1 .* 1\.1603167$|^ *dbdp-unbounded, d = (1) .* 1 of 1 +(\d) of 1 `).FindAllStringSubmatch(out.stdout, -1)
	if len(covered) != 2 || covered[0][4] != "1" || covered[1][2] != "0" {
		t.Errorf("covered %q in\n%s", covered, out.stdout)
	}
	if again := runWith(t, solve, args...); len(again.calls) != 0 || again.stdout != out.stdout {
		t.Errorf("%d runs, output\n%s", len(again.calls), again.stdout)
	}
	for _, format := range []string{"--csv", "--markdown"} {
		if one := runWith(t, solve, append(args, format)...); one.status != 0 || !strings.Contains(one.stdout, "0.4637038") {
			t.Errorf("%s: status %d, %s", format, one.status, one.stdout)
		}
	}
}

// TestBenchResumes: what a bench has done when it is stopped, or killed in the middle
// of a line, is not done again.
func TestBenchResumes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "runs")
	args := []string{"bench", "hjb", "allen-cahn", "--settings", "default", "--seeds", "2", "--quiet", "--store", path}
	left := 3
	out := runWith(t, func(c call) (*bsde.Result, error) {
		if left--; left < 0 {
			return nil, context.Canceled
		}
		return benchResult(c), nil
	}, args...)
	if out.status != exitInterrupted || !strings.Contains(out.stderr, "3 finished runs are in "+path) {
		t.Fatalf("status %d, %q", out.status, out.stderr)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text[:len(text)-20], 0o600); err != nil {
		t.Fatal(err)
	}
	solve := func(c call) (*bsde.Result, error) { return benchResult(c), nil }
	if out = runWith(t, solve, args...); out.status != 0 || len(out.calls) != 2 {
		t.Errorf("status %d, %q, %d runs, want the third and the fourth", out.status, out.stderr, len(out.calls))
	}
	again := runWith(t, solve, args...)
	if len(again.calls) != 0 || again.stdout != out.stdout {
		t.Errorf("%d runs, output\n%s\nwant\n%s", len(again.calls), again.stdout, out.stdout)
	}
	if fresh := runWith(t, solve, append(args, "--fresh")...); len(fresh.calls) != 4 {
		t.Errorf("--fresh made %d runs", len(fresh.calls))
	}
}

// TestBenchDiverged: a run without a value counts as a run that has none.
func TestBenchDiverged(t *testing.T) {
	solve := func(c call) (*bsde.Result, error) {
		r := benchResult(c)
		if c.settings.Seed == 1 {
			r.Status, r.Value, r.History = bsde.Diverged, math.NaN(), r.History[:2]
		}
		return r, nil
	}
	out := runWith(t, solve, "bench", "hjb", "--settings", "paper", "--seeds", "2", "--quiet", "--store", filepath.Join(t.TempDir(), "runs"))
	if out.status != 0 || !strings.Contains(out.stdout, " 500          2") || !strings.Contains(out.stdout, " estimate     1  4.592") {
		t.Errorf("status %d, %q\n%s", out.status, out.stderr, out.stdout)
	}
}

// TestBenchOtherMethods: like solve, bench goes on with another method where training diverged or an answer
// is not trusted, and the tables say which one gave the answer. Runs of earlier versions, which did not,
// are made again where that can help.
func TestBenchOtherMethods(t *testing.T) {
	path := filepath.Join(t.TempDir(), "runs")
	solve := func(c call) (*bsde.Result, error) {
		r := benchResult(c)
		if c.settings.Seed == 1 && c.method.Name() == "deep-bsde" {
			r.Status, r.Value = bsde.Diverged, math.NaN()
		}
		return r, nil
	}
	args := []string{"bench", "allen-cahn", "--settings", "default", "--seeds", "2", "--quiet", "--markdown", "--store", path}
	out := runWith(t, solve, args...)
	if out.status != 0 || len(out.calls) != 3 || !strings.Contains(out.stdout, "| 1 backward, 1 deep-bsde |") || !strings.Contains(out.stdout, "| 2 of 2 |") {
		t.Fatalf("status %d, %q, %d runs\n%s", out.status, out.stderr, len(out.calls), out.stdout)
	}
	if again := runWith(t, solve, args...); len(again.calls) != 0 || again.stdout != out.stdout {
		t.Errorf("%d runs, output\n%s\nwant\n%s", len(again.calls), again.stdout, out.stdout)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	earlier := strings.Replace(strings.ReplaceAll(string(text), `"method":"deep-bsde",`, ""), `"method":"backward",`, "", 1)
	earlier = strings.Replace(earlier, `"trust":"yes"`, `"trust":"no"`, 1)
	if err := os.WriteFile(path, []byte(earlier), 0o600); err != nil {
		t.Fatal(err)
	}
	if again := runWith(t, solve, args...); len(again.calls) != 2 || !strings.Contains(again.stdout, "| 1 backward, 1 deep-bsde |") {
		t.Errorf("%d runs after those of an earlier version, output\n%s", len(again.calls), again.stdout)
	}
}

func TestBenchErrors(t *testing.T) {
	dir := t.TempDir()
	foreign := filepath.Join(dir, "foreign")
	if err := os.WriteFile(foreign, []byte("{}\nhello\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ args, want string }{
		{"nosuch", `unknown problem "nosuch"`},
		{"hjb hjb", "hjb is named twice"},
		{"lqr --settings paper", "nothing to run: the paper's settings are known for equations alone, not for lqr"},
		{"hjb --table dbdp", "--table goes with no NAME, --settings, --files or --plot"},
		{"--table mine", "want max-call or dbdp or all"},
		{"hjb --settings best", "want paper or default or both"},
		{"hjb --plot a.gif", "want a file name that ends in .png, .svg or .pdf"},
		{"hjb --store " + foreign, foreign + ":1: not a run of 'deepbsde bench'"},
	} {
		out := runWith(t, nil, append([]string{"bench"}, strings.Fields(c.args)...)...)
		if out.status != exitUsage || out.stdout != "" || len(out.calls) != 0 || !strings.Contains(out.stderr, c.want) {
			t.Errorf("bench %s: status %d, %q, want %q", c.args, out.status, out.stderr, c.want)
		}
	}
}

// TestBenchKnowsEarlierRuns: a record that says controlled where it did nothing, as earlier
// versions wrote it, is not made again.
func TestBenchKnowsEarlierRuns(t *testing.T) {
	text, err := os.ReadFile("../../docs/results.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	store := writeFile(t, "store.jsonl", strings.ReplaceAll(string(text), `"controlled":false`, `"controlled":true`))
	for _, name := range []string{"allen-cahn", "default-risk"} {
		out := execute(t, "bench", name, "--settings", "default", "--seeds", "5", "--store", store)
		if out.status != 0 || strings.Contains(out.stderr, "seed 1") {
			t.Errorf("%s: %+v", name, out)
		}
	}
}

// TestHJBOfFile: a file's control problem with costs that are not quadratic is solved as an
// equation, whichever references do not apply to it.
func TestHJBOfFile(t *testing.T) {
	for _, name := range []string{initFile(t, "hjb-control"), "hjb-control"} {
		out := execute(t, "solve", name, "--dim", "3", "--method", "deep-bsde", "--iterations", "2", "--steps", "2", "--paths", "64", "--quiet")
		if !out.finished() || !strings.Contains(out.stdout, "u(0, x0)") || !strings.Contains(out.stdout, "Cole–Hopf") {
			t.Errorf("%s: %+v", name, out)
		}
	}
}
