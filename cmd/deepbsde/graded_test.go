package main

import (
	"encoding/json"
	"math"
	"path/filepath"
	"strings"
	"testing"
)

// TestGradedGrid: an equation and a control problem on a graded grid are solved, kept, gone
// on with, evaluated between the points of the grid, and reported; the values are those of a
// uniform grid within 5 standard errors and the time steps' errors, and the policy is
// compared with the optimum of its own grid.
func TestGradedGrid(t *testing.T) {
	type answer struct {
		Value, Stderr, Discretization_Error float64
		Reference                           struct{ Value float64 }
		OnGrid                              struct{ Value, StdErr float64 } `json:"on_grid"`
		Settings                            struct{ Grid string }
	}
	solve := func(args string) (a answer) {
		out := execute(t, strings.Fields("solve "+args+" --quiet --json")...)
		if err := json.Unmarshal([]byte(out.stdout), &a); !out.finished() || err != nil {
			t.Fatalf("%s: %+v, %v", args, out, err)
		}
		return a
	}
	dir := filepath.Join(t.TempDir(), "run")
	args := "burgers --dim 3 --iterations 150 --paths 4096 --steps 12"
	uniform, graded := solve(args), solve(args+" --grid graded --out "+dir)
	if graded.Settings.Grid != "graded" || uniform.Settings.Grid != "uniform" || graded.Value == uniform.Value {
		t.Errorf("uniform %+v, graded %+v", uniform, graded)
	}
	if tol := 5*math.Hypot(graded.Stderr, uniform.Stderr) + graded.Discretization_Error + uniform.Discretization_Error; math.Abs(graded.Value-uniform.Value) > tol {
		t.Errorf("graded %g, uniform %g, want them within %g", graded.Value, uniform.Value, tol)
	}
	if out := execute(t, "eval", dir, "--at", "0.15:x0", "--at", "0.2:x0", "--paths", "512", "--json"); !out.finished() || !strings.Contains(out.stdout, `"exact"`) {
		t.Errorf("eval: %+v", out)
	}
	if out := execute(t, "report", dir); out.status != 0 {
		t.Errorf("report: %+v", out)
	}
	args = "lqr --dim 2 --iterations 200 --paths 4096 --steps 6"
	uniform, graded = solve(args), solve(args+" --grid graded --out "+dir+"2")
	if graded.Reference.Value == uniform.Reference.Value {
		t.Error("the optimum of the graded grid is that of the uniform one")
	}
	costs := graded.OnGrid
	if excess := costs.Value/graded.Reference.Value - 1; !(excess >= -5*costs.StdErr/costs.Value && excess <= 0.1) {
		t.Errorf("the policy costs %g ± %g, the optimum on its grid %g", costs.Value, costs.StdErr, graded.Reference.Value)
	}
	for _, args := range []string{"simulate " + dir + "2 --paths 64", "eval " + dir + "2 --at 0:x0 --paths 64", "plot " + dir + "2 --what paths --out " + dir + ".svg"} {
		if out := execute(t, strings.Fields(args)...); out.status != 0 {
			t.Errorf("%s: %+v", args, out)
		}
	}
	if out := execute(t, "solve", "energy-storage", "--grid", "graded"); out.status != exitUsage || !strings.Contains(out.stderr, "--grid does not apply to energy-storage, a problem in discrete time") {
		t.Errorf("discrete time: %+v", out)
	}
	for args, want := range map[string]string{
		"solve lqr --grid adaptive":                 "method policy does not adapt one; want uniform or graded",
		"solve hjb --grid adaptive --start box:0.1": "the start is random; want uniform or graded",
	} {
		if out := execute(t, strings.Fields(args)...); out.status != exitUsage || !strings.Contains(out.stderr, want) {
			t.Errorf("%s: status %d, %q, want %q", args, out.status, out.stderr, want)
		}
	}
}

// TestAdaptiveGrid: the times are kept with the run, which is evaluated on them.
func TestAdaptiveGrid(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	if out := execute(t, strings.Fields("solve hjb --dim 2 --steps 8 --paths 1024 --grid adaptive --quiet --out "+dir)...); out.status != 0 {
		t.Fatalf("status %d, %s", out.status, out.stderr)
	}
	settings := result(t, dir)["settings"].(map[string]any)
	if times := settings["times"].([]any); settings["grid"] != "adaptive" || len(times) != 9 || times[8] != 1.0 {
		t.Errorf("settings %v", settings)
	}
	if out := execute(t, "eval", dir, "--at", "0,0"); out.status != 0 {
		t.Errorf("eval: status %d, %s", out.status, out.stderr)
	}
}
