package main

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/deep"
	"github.com/deepbsde/deepbsde/bsde/network"
	"github.com/deepbsde/deepbsde/problems"
)

// Flags may stand anywhere; every order must mean the same.
func TestFlagsBeforeAndAfterTheName(t *testing.T) {
	want := runWith(t, nil, strings.Fields("solve --dim 7 --set lambda=2 --quiet --lr 0.003 hjb")...)
	for _, args := range []string{
		"solve hjb --dim 7 --set lambda=2 --quiet --lr 0.003",
		"solve --dim 7 hjb --set lambda=2 --quiet --lr 0.003",
		"solve --quiet hjb --lr=3e-3 --set=lambda=2 --dim=7",
		"solve -quiet -dim 7 hjb -lr 0.003 -set lambda=2",
		"solve --dim 7 --set lambda=2 --quiet=true --lr 0.003 -- hjb",
	} {
		got := runWith(t, nil, strings.Fields(args)...)
		if got.status != 0 || got.stdout != want.stdout || len(got.calls) != 1 || got.calls[0].problem.Dim != 7 ||
			got.calls[0].settings.LearningRate != 0.003 {
			t.Errorf("deepbsde %s: %+v\nwant %+v", args, got, want)
		}
	}
}

func TestEveryFlagReachesTheSolver(t *testing.T) {
	out := runWith(t, nil, strings.Fields(`solve hjb --dim 7 --set lambda=2 --set horizon=0.5 --method deep-bsde
		--network shared --hidden 30,40 --activation silu --controlled=false --steps 11 --iterations 12 --batch 13
		--lr 0.014 --paths 15 --seed 0 --precision float64 --workers 3 --time-limit 1m30s --quiet`)...)
	if out.status != 0 || len(out.calls) != 1 {
		t.Fatalf("got %+v", out)
	}
	c := out.calls[0]
	wantMethod := deep.Method{Uncontrolled: true, Network: network.Shared{Hidden: []int{30, 40}, Activation: "silu"}, Fit: deep.Adam}
	if !reflect.DeepEqual(c.method, wantMethod) {
		t.Errorf("method %+v, want %+v", c.method, wantMethod)
	}
	s := c.settings
	s.Progress = nil
	family, err := problems.Find("hjb")
	if err != nil {
		t.Fatal(err)
	}
	tuned := family.Training["shared"]
	want := bsde.Settings{
		Steps: 11, Iterations: 12, Batch: 13, LearningRate: 0.014, Paths: 15, Seed: 0,
		Precision: "float64", Workers: 3, TimeLimit: 90 * time.Second,
		Schedule: tuned.Schedule, ClipNorm: tuned.ClipNorm, LossClip: tuned.LossClip,
	}
	if !reflect.DeepEqual(s, want) {
		t.Errorf("settings %+v\nwant %+v", s, want)
	}
	if p := c.problem; p.Dim != 7 || p.Horizon != 0.5 {
		t.Errorf("problem with d=%d, T=%g, want 7, 0.5", p.Dim, p.Horizon)
	}
}

func TestPublishedSettings(t *testing.T) {
	for _, c := range []struct {
		args string
		want bsde.Settings
	}{
		{"solve burgers --network per-step", bsde.Settings{Steps: 30, Iterations: 30000, Schedule: "piecewise",
			Boundaries: []int{15000, 25000}, Rates: []float64{1e-2, 1e-3, 1e-4}, LossClip: 50, Seed: 1}},
		{"solve burgers --network per-step --lr 0.02 --iterations 9", bsde.Settings{Steps: 30, Iterations: 9,
			Schedule: "constant", LearningRate: 0.02, LossClip: 50, Seed: 1}},
		{"solve allen-cahn --network per-step --seed 5", bsde.Settings{Steps: 20, Iterations: 4000,
			Schedule: "constant", LearningRate: 5e-4, LossClip: 50, Seed: 5}},
	} {
		out := runWith(t, nil, strings.Fields(c.args)...)
		if out.status != 0 || len(out.calls) != 1 {
			t.Fatalf("deepbsde %s: %+v", c.args, out)
		}
		s := out.calls[0].settings
		s.Progress = nil
		if !reflect.DeepEqual(s, c.want) {
			t.Errorf("deepbsde %s: settings %+v\nwant %+v", c.args, s, c.want)
		}
		if n, ok := out.calls[0].method.(deep.Method).Network.(network.PerStep); !ok || n.Hidden[0] != out.calls[0].problem.Dim+10 {
			t.Errorf("deepbsde %s: method %+v", c.args, out.calls[0].method)
		}
	}
}

// A flag given as false reaches the solver as false, not as "not given".
func TestControlledFlag(t *testing.T) {
	for args, want := range map[string]bool{
		"solve hjb":                                       true,
		"solve hjb --network per-step":                    false, // as published
		"solve hjb --controlled":                          true,
		"solve hjb --controlled=true --network per-step":  true,
		"solve --controlled hjb --network per-step":       true,
		"solve hjb --controlled=false":                    false,
		"solve hjb --controlled=false --network per-step": false,
	} {
		out := runWith(t, nil, strings.Fields(args)...)
		if out.status != 0 || out.calls[0].method.(deep.Method).Uncontrolled == want {
			t.Errorf("deepbsde %s: %+v", args, out)
		}
	}
}

// TestAccuracy: an answer within the accuracy that was asked for is a success, one that has missed it
// is not, and says why.
func TestAccuracy(t *testing.T) {
	if testing.Short() {
		t.Skip("trains")
	}
	dir := filepath.Join(t.TempDir(), "run")
	got := execute(t, strings.Fields("solve allen-cahn --dim 2 --paths 1024 --accuracy 1.5e-4 --gradient no --out "+dir)...)
	if got.status != 0 || !strings.Contains(got.stdout, "  accuracy         reached              0.00015 of the value was asked for\n") || strings.Contains(got.stdout, "gradient") ||
		!strings.Contains(got.stderr, "deepbsde: u(0, x0) ") { // as the error falls
		t.Errorf("status %d, %s\n%s", got.status, got.stdout, got.stderr)
	}
	if again := execute(t, "solve", "--resume", dir); again.stdout != got.stdout || again.status != 0 {
		t.Errorf("again: status %d, %s", again.status, again.stdout)
	}
	if r := result(t, dir); r["accuracy"] != 1.5e-4 || r["missed"] != nil {
		t.Errorf("%v", r)
	}
	got = execute(t, strings.Fields("solve allen-cahn --dim 2 --paths 1024 --accuracy 1e-9 --gradient no --time-limit 3s")...)
	if got.status != exitUntrusted || !strings.Contains(got.stdout, "missed               1e-09 of the value was asked for: the time limit leaves no room for more") ||
		!strings.Contains(got.stderr, "the accuracy of 1e-09 was missed: the time limit") {
		t.Errorf("status %d, %s\n%s", got.status, got.stdout, got.stderr)
	}
	for args, want := range map[string]string{
		"solve lqr --accuracy 0.1":   "policy cannot be asked for an accuracy",
		"solve hjb --accuracy 1":     "want a number between 0 and 1",
		"solve lqr --gradient no":    "--gradient does not apply to lqr and its method, policy",
		"solve hjb --gradient never": "want no, or a number of paths",
	} {
		if got := execute(t, strings.Fields(args)...); got.status != exitUsage || !strings.Contains(got.stderr, want) {
			t.Errorf("%s: status %d, %q, want %q", args, got.status, got.stderr, want)
		}
	}
}
