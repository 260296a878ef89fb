package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/problems"
)

func TestProblemsListsAll(t *testing.T) {
	out, js := runWith(t, nil, "problems"), runWith(t, nil, "problems", "--json")
	if out.status != 0 || js.status != 0 || out.stderr+js.stderr != "" {
		t.Fatalf("got %+v and %+v", out, js)
	}
	if got := keys(t, js.stdout); !slices.Equal(got, []string{"problems"}) {
		t.Errorf("fields %v", got)
	}
	for _, f := range problems.All() {
		if !strings.Contains(out.stdout, "\n "+f.Name+" ") || !strings.Contains(js.stdout, `"name":"`+f.Name+`"`) {
			t.Errorf("%s is missing", f.Name)
		}
	}
	for _, part := range []string{"NAME", "4.590161725", "Cole–Hopf quadrature", "0.05278135735", "57.2913", "multilevel Picard"} {
		if !strings.Contains(out.stdout, part) {
			t.Errorf("%q is missing in\n%s", part, out.stdout)
		}
	}
}

// Every problem shows all that its family says about itself.
func TestShowEveryProblem(t *testing.T) {
	for _, f := range problems.All() {
		out, js := runWith(t, nil, "show", f.Name), runWith(t, nil, "show", "--json", f.Name)
		if out.status != 0 || js.status != 0 {
			t.Fatalf("%s: %+v, %+v", f.Name, out, js)
		}
		parts := append(strings.Split(f.Equation, "\n"), f.Title, f.Citation, map[bool]string{false: "u(0, x0) = ", true: "optimal "}[f.IsControl()])
		if f.Training["shared"].Steps > 0 { // settings of networks, which early exercise does not have
			parts = append(parts, "per-step")
		}
		for _, p := range f.Params {
			parts = append(parts, " "+p.Name+" ", p.Doc, p.Range())
		}
		for _, part := range parts {
			if !strings.Contains(out.stdout, part) {
				t.Errorf("show %s: %q is missing in\n%s", f.Name, part, out.stdout)
			}
		}
		for _, name := range []string{"name", "kind", "dim", "equation", "parameters", "reference", "settings", "citation"} {
			if !slices.Contains(keys(t, js.stdout), name) {
				t.Errorf("show %s --json: no %s in %s", f.Name, name, js.stdout)
			}
		}
	}
}

func TestShowWithDimensionAndParameters(t *testing.T) {
	out := runWith(t, nil, "show", "hjb", "--dim", "10", "--set", "lambda=2")
	for _, part := range []string{"d = 10 (default 100)", "lambda   2      1 ", "u(0, x0) = 2.", "Published  u(0, x0) = 4.5901"} {
		if !strings.Contains(out.stdout, part) {
			t.Errorf("%q is missing in\n%s", part, out.stdout)
		}
	}
	none := runWith(t, nil, "show", "default-risk", "--dim", "10")
	if !strings.Contains(none.stdout, "Reference  none is known at once for this dimension and these parameters; try 'deepbsde reference default-risk --dim 10'\n") {
		t.Errorf("got\n%s", none.stdout)
	}
	path := writeFile(t, "own.yaml", "{dim: 2, horizon: 1, diffusion: 1, terminal: sum(x)}")
	if own := runWith(t, nil, "show", path); own.status != 0 || strings.Contains(own.stdout, "tuned") || strings.Contains(own.stdout, "published") {
		t.Errorf("settings of a file are neither tuned nor published, got\n%s", own.stdout)
	}
	piecewise := runWith(t, nil, "show", "burgers")
	if !strings.Contains(piecewise.stdout, "0.01 to 15000, 0.001 to 25000, 0.0001") {
		t.Errorf("got\n%s", piecewise.stdout)
	}
}
