package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// pumps is a control problem of three states and actions with names.
const pumps = `name: pumps
dim: 3
horizon: 1
start: [1, -0.5, 0.3]
drift: a - 0.2*x
diffusion: 0.3
running-cost: sum(x^2) + sum(a^2)
state-names: ["north, m", "east, m", "west, m"]
action-names: [first pump, second pump, third pump]
`

// problemFile writes a problem file.
func problemFile(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "problem.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestNames: the names of states and actions in a file are those of every picture, table and
// object.
func TestNames(t *testing.T) {
	file := problemFile(t, pumps)
	dir := keptRun(t, "run", file+" --iterations 20")
	names := []string{"north, m", "east, m", "west, m", "first pump", "second pump", "third pump"}
	page := pageOf(t, dir)
	for _, name := range names {
		wantIn(t, page, `"Line plot over time: `+name)
	}
	picture := filepath.Join(dir, "picture.svg")
	drawn := func(args ...string) string {
		t.Helper()
		if out := execute(t, append(args, picture)...); out.status != 0 {
			t.Fatal(out.stderr)
		}
		text, err := os.ReadFile(picture)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	for _, c := range []struct {
		text string
		want []string
	}{
		{drawn("plot", dir, "--what", "paths", "--out"), names},
		{drawn("simulate", dir, "--paths", "256", "--plot"), names},
		{drawn("simulate", dir, "--paths", "256", "--component", "1", "--plot"), []string{"east, m", "second pump"}},
		{drawn("plot", dir, "--what", "line", "--line", "1:0:1", "--count", "3", "--paths", "64", "--out"), append([]string{"east, m, the other components as in x0"}, names[3:]...)},
		{drawn("plot", dir, "--what", "plane", "--plane", "0:0:1,2:0:1", "--count", "3", "--paths", "64", "--out"), []string{"north, m", "west, m", "cost of the policy"}},
	} {
		for _, want := range c.want {
			if !strings.Contains(c.text, `aria-label="`+want+`"`) {
				t.Errorf("no %q in a picture", want)
			}
		}
	}
	for _, args := range [][]string{{"show", file}, {"show", file, "--json"}, {"eval", dir, "--at", "x0", "--paths", "64"}, {"eval", dir, "--at", "x0", "--paths", "64", "--json"}, {"simulate", dir, "--paths", "64", "--json"}} {
		out := execute(t, args...)
		for _, want := range []string{"east, m", "third pump"} {
			if !strings.Contains(out.stdout, want) {
				t.Errorf("%v: no %q in\n%s%s", args, want, out.stdout, out.stderr)
			}
		}
	}
	if out := execute(t, "show", file, "--dim", "2"); out.status != exitUsage || !strings.Contains(out.stderr, "start has 3 components, want 2") || !strings.Contains(out.stderr, "for its own dim 3") {
		t.Errorf("a list of another dimension: status %d, %s", out.status, out.stderr)
	}
	file = problemFile(t, strings.Replace(pumps, "start: [1, -0.5, 0.3]", "start: i/d", 1))
	if out := execute(t, "show", file, "--dim", "2"); out.status != 0 || strings.Contains(out.stdout, "east") {
		t.Errorf("names in another dimension: status %d, %s%s", out.status, out.stdout, out.stderr)
	}
}

// TestNamesOfAnEquation: the same for the components of x.
func TestNamesOfAnEquation(t *testing.T) {
	file := problemFile(t, "dim: 2\nhorizon: 1\ndiffusion: 0.3\nterminal: normsq(x)\nstate-names: [price, variance]\n")
	dir := keptRun(t, "run", file+" --iterations 20")
	picture := filepath.Join(dir, "picture.svg")
	if out := execute(t, "plot", dir, "--what", "plane", "--count", "3", "--paths", "64", "--out", picture); out.status != 0 {
		t.Fatal(out.stderr)
	}
	text, err := os.ReadFile(picture)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"price", "variance"} {
		if !strings.Contains(string(text), `aria-label="`+name+`"`) {
			t.Errorf("no %s in the plane", name)
		}
	}
	if out := execute(t, "eval", dir, "--at", "x0"); !strings.Contains(out.stdout, "x: price; variance") {
		t.Error(out.stdout)
	}
}

// TestRewardAtTheEnd: a reward that is terminal alone is no panel of the report.
func TestRewardAtTheEnd(t *testing.T) {
	page := pageOf(t, keptRun(t, "run", "merton --iterations 20"))
	wantIn(t, page, "logarithm of wealth", "share of wealth")
	if strings.Contains(page, "reward so far") {
		t.Error("the reward so far is drawn")
	}
}
