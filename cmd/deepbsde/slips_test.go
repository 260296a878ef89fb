package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestContradictingFlags: a flag that another one makes void is refused before anything runs.
func TestContradictingFlags(t *testing.T) {
	for args, want := range map[string]string{
		"--rates 0.1 --lr 0.2":             "--lr does not go with --rates, which has all learning rates",
		"--schedule cosine --boundaries 3": "--rates and --boundaries belong to the schedule piecewise, not cosine",
		"--schedule constant --rates 0.1":  "--rates and --boundaries belong to the schedule piecewise, not constant",
		"--options hidden=3":               "--options do not take hidden, which has a flag of its own",
	} {
		out := runWith(t, nil, append([]string{"solve", "hjb"}, strings.Fields(args)...)...)
		if out.status != exitUsage || len(out.calls) > 0 || !strings.HasPrefix(out.stderr, "deepbsde: "+want+"\n") {
			t.Errorf("%s: %+v, want %q", args, out, want)
		}
	}
}

// TestFolderInUse: solve refuses it before the first report of the training.
func TestFolderInUse(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "mine"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	out := execute(t, "solve", "hjb", "--dim", "2", "--iterations", "2", "--out", dir)
	if out.status != exitUsage && out.status != exitFailed || !strings.HasPrefix(out.stderr, "deepbsde: "+dir+" is not empty\n") {
		t.Errorf("%+v", out)
	}
}

// TestUnusedNamesOfSolve: solve tells of a slip that check finds.
func TestUnusedNamesOfSolve(t *testing.T) {
	file := writeFile(t, "slip.yaml", "title: a slip\ndim: 2\nhorizon: 1\nparameters: {rate: 1, raet: 2}\ndiffusion: 1\ngenerator: -rate*y\nterminal: sum(x)\n")
	if out := runWith(t, nil, "solve", file); out.status != 0 || out.stderr != "deepbsde: no formula has the name raet\n" {
		t.Errorf("%+v", out)
	}
}

// runaway is a control problem in which the states grow by the factor exp(rate·T), and without
// bound in time for rates of x³.
func runaway(t *testing.T, drift string) string {
	return writeFile(t, "runaway.yaml", "title: it runs away\ndim: 2\nactions: 2\nhorizon: 5\nstart: 1\ndrift: "+drift+
		" + a\ndiffusion: 1\nrunning-cost: normsq(x) + normsq(a)\n")
}

// TestCheckWarnsOfRunaways: costs of 1e12 are finite, and hardly meant.
func TestCheckWarnsOfRunaways(t *testing.T) {
	for drift, warns := range map[string]bool{"5*x": true, "-5*x": false, "0.5*x": false} {
		out := runWith(t, nil, "check", runaway(t, drift))
		if out.status != 0 || strings.Contains(out.stdout, "  caution    states grow by a factor of ") != warns {
			t.Errorf("%s: %+v, want a caution: %v", drift, out, warns)
		}
	}
}

// TestTextOfADivergedPolicy: what is not known is unknown, not a number or an empty bracket.
func TestTextOfADivergedPolicy(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	out := execute(t, "solve", runaway(t, "5*x^3"), "--iterations", "20", "--quiet", "--out", dir)
	text, err := os.ReadFile(filepath.Join(dir, "result.txt"))
	if err != nil || out.status != exitDiverged {
		t.Fatalf("%v, %+v", err, out)
	}
	if s := string(text); !strings.Contains(s, "  mean cost        unknown\n") || strings.Contains(s, "NaN") || strings.Contains(s, "()") {
		t.Error(s)
	}
}

// TestSettingsWithoutNeedlessKeys: whether paths are controlled is no question where f has no z.
func TestSettingsWithoutNeedlessKeys(t *testing.T) {
	for args, want := range map[string]string{"allen-cahn": "", "hjb": "controlled: true\n", "hjb --network per-step": "controlled: false\n", "lqr": ""} {
		out := runWith(t, nil, append([]string{"settings"}, strings.Fields(args)...)...)
		if out.status != 0 || !strings.Contains(out.stdout, want) || want == "" && strings.Contains(out.stdout, "controlled") {
			t.Errorf("%s: %+v, want %q", args, out, want)
		}
	}
}
