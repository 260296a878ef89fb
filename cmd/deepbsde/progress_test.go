package main

import (
	"strings"
	"testing"
	"time"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/progress"
)

// reporting is a solver that tells its progress like the real one.
func reporting(c call) (*bsde.Result, error) {
	var last *bsde.Record
	for i := 0; i <= 600; i += 100 { // a report between records repeats the last record
		if i%200 == 0 {
			last = &bsde.Record{Iteration: i, Loss: 1 / float64(i+1), Value: 4.5, Elapsed: time.Duration(i) * 10 * time.Millisecond}
		}
		c.settings.Progress(bsde.Progress{Phase: "training", Iteration: i, Iterations: 600, Record: last})
	}
	for i := 0; i <= 2; i++ {
		c.settings.Progress(bsde.Progress{Phase: "estimate", Iteration: i * 500, Iterations: 1000, Record: last})
	}
	return fakeResult(c), nil
}

func TestProgressLines(t *testing.T) {
	out := runWith(t, reporting, "solve", "hjb")
	want := `iteration 0/600  loss 1  Y0 4.5  0.00 s
iteration 200/600  loss 0.00498  Y0 4.5  2.0 s
iteration 400/600  loss 0.00249  Y0 4.5  4.0 s
iteration 600/600  loss 0.00166  Y0 4.5  6.0 s
estimate on 1000 paths
`
	if out.stderr != want {
		t.Errorf("got\n%s\nwant\n%s", out.stderr, want)
	}
	js := runWith(t, reporting, "solve", "hjb", "--json")
	if js.stderr != want || strings.Contains(js.stdout, "iteration 0") {
		t.Errorf("with --json: %+v", js)
	}
}

func TestQuiet(t *testing.T) {
	out := runWith(t, reporting, "solve", "hjb", "--quiet")
	if out.status != 0 || out.stderr != "" {
		t.Errorf("got %+v", out)
	}
}

// TestCompareSaysWhatRuns: lines of several runs have their problem, network and seed.
func TestCompareSaysWhatRuns(t *testing.T) {
	args := strings.Fields("compare hjb allen-cahn --methods shared --seeds 2")
	out := runWith(t, reporting, args...)
	for _, want := range []string{"hjb, shared, seed 1: iteration 200/600  loss", "hjb, shared, seed 2: estimate on 1000 paths\n", "allen-cahn, shared, seed 2: iteration 0/600"} {
		if !strings.Contains(out.stderr, want) {
			t.Errorf("no %q in %s", want, out.stderr)
		}
	}
	if out := runWith(t, reporting, append(args, "--quiet")...); out.stderr != "" {
		t.Errorf("quiet: %q", out.stderr)
	}
}

// impatient lets every work be told at once.
func impatient(t *testing.T) {
	t.Helper()
	patience := progress.Patience
	progress.Patience = time.Nanosecond
	t.Cleanup(func() { progress.Patience = patience })
}

const slowReference = "hjb --dim 100 --method cole-hopf-mc --paths 40000 --seed 3"

// TestReferenceSaysWhatRuns: a method that takes its time is told with its seed, on standard
// error alone; compare tells it too.
func TestReferenceSaysWhatRuns(t *testing.T) {
	impatient(t)
	for args, want := range map[string]string{
		"reference " + slowReference:                  "hjb, cole-hopf-mc, seed 3\n",
		"reference --json " + slowReference:           "hjb, cole-hopf-mc, seed 3\n",
		"reference --quiet " + slowReference:          "",
		"compare hjb --dim 20 --methods cole-hopf-mc": "hjb, cole-hopf-mc, seed 1\n",
	} {
		out := runWith(t, nil, strings.Fields(args)...)
		if out.status != 0 || out.stderr != want || strings.Contains(out.stdout, "hjb, cole") {
			t.Errorf("%s: %+v, want %q", args, out, want)
		}
	}
}
