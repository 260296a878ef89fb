package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat"
)

// controlGates bound how much worse than the optimum of the same time grid a trained
// policy is, the worst of seeds 1 to 5 with default settings, and where it is known the
// relative L2 error of its actions: what the project promises, 0.5 % and for merton
// 0.2 %, for energy-storage 1 % of the dynamic programme's reward, and 5 % for lqr's
// actions. Better than the reference by more than five standard errors is wrong too,
// but for the error that energy-storage's has, 0.08 %. In continuous time the stated error covers the
// optimum, and is at most 2 %.
var controlGates = []struct {
	name           string
	excess, action float64
	inTime         string // the reference in continuous time, "" in discrete time
}{
	{"lqr", 0.005, 0.05, "riccati"},
	{"lqr-multiplicative", 0.005, 0, "riccati"},
	{"optimal-execution", 0.005, 0, ""},
	{"energy-storage", 0.01, 0, ""},
	{"merton", 0.002, 0, "closed-form"},
	{"hjb-control", 0.005, 0, "cole-hopf"},
}

// policyRun is what the tests read of the JSON result of a control problem.
type policyRun struct {
	Value, Error, StdErr float64
	Seconds, Excess      float64
	OnGrid               *struct{ Value, StdErr float64 } `json:"on_grid"`
	CI95                 [2]float64
	Action               []float64
	ActionError          float64 `json:"action_error"`
	Maximize             bool
	Reference            *struct{ Value, StdErr float64 }
}

// TestControlProblems solves every control problem with seeds 1 to 5 from the command
// line. With -v it prints a table.
func TestControlProblems(t *testing.T) {
	forAccuracy(t)
	var lines []string
	for _, c := range controlGates {
		reference := controlReference(t, c.name)
		var values, excesses, actions, seconds []float64
		for seed := 1; seed <= accuracySeeds(5); seed++ {
			var r policyRun
			runJSON(t, &r, "solve", c.name, "--quiet", "--seed", fmt.Sprint(seed))
			if c.inTime != "" {
				want := controlReference(t, c.name, "--method", c.inTime)
				t.Logf("%s seed %d: %g ± %g in continuous time, the optimum is %g", c.name, seed, r.Value, r.Error, want)
				if !(math.Abs(r.Value-want) <= r.Error) || r.Error > 0.02*math.Abs(want) || r.OnGrid == nil {
					t.Errorf("%s seed %d: %g ± %g in continuous time, want %g within 2 %%", c.name, seed, r.Value, r.Error, want)
				} else if c.inTime != "cole-hopf" { // which is the reference of the grid too, having no other
					r.Value, r.StdErr = r.OnGrid.Value, r.OnGrid.StdErr
				}
			}
			excess := (r.Value - reference) / math.Abs(reference)
			if r.Maximize {
				excess = -excess
			}
			values, excesses, actions, seconds = append(values, r.Value), append(excesses, excess), append(actions, r.ActionError), append(seconds, r.Seconds)
			slack := 5 * r.StdErr / math.Abs(reference)
			if c.name == "energy-storage" {
				slack += 1e-3 // of the reference's own 0.08 %
			}
			if !(excess <= c.excess) || !(excess >= -slack) {
				t.Errorf("%s seed %d: worse than the reference by %.3f %%, want at most %.2f %% and no better than sampling allows", c.name, seed, 100*excess, 100*c.excess)
			}
			if c.action > 0 && !(r.ActionError > 0 && r.ActionError <= c.action) {
				t.Errorf("%s seed %d: action error %.1f %%, want at most %.0f %%", c.name, seed, 100*r.ActionError, 100*c.action)
			}
			switch c.name {
			case "merton":
				if math.Abs(r.Action[0]-0.625) > 0.02 {
					t.Errorf("merton seed %d: fraction %.4f, want 0.625 ± 0.02", seed, r.Action[0])
				}
			case "hjb-control":
				if r.CI95[1] < reference {
					t.Errorf("hjb-control seed %d: the interval ends at %.5f, below the value %.5f", seed, r.CI95[1], reference)
				}
			}
		}
		action := ""
		if maximum(actions) > 0 {
			action = fmt.Sprintf("%.1f %%", 100*maximum(actions))
		}
		lines = append(lines, fmt.Sprintf("| %s | %.6g | %.6g | %.3f %% | %.3f %% | %s | %.1f |",
			c.name, reference, stat.Mean(values, nil), 100*stat.Mean(excesses, nil), 100*maximum(excesses), action, stat.Mean(seconds, nil)))
	}
	t.Log("\n| problem | optimum | mean | mean excess | worst excess | worst action error | seconds |\n|---|---|---|---|---|---|---|\n" + strings.Join(lines, "\n"))
}

// controlReference is the first reference of the command reference.
func controlReference(t *testing.T, name string, args ...string) float64 {
	t.Helper()
	var out struct {
		References []struct{ Value float64 }
	}
	runJSON(t, &out, append([]string{"reference", name}, args...)...)
	return out.References[0].Value
}

// runJSON runs a command with --json and reads its output.
func runJSON(t *testing.T, to any, args ...string) {
	t.Helper()
	var out, errs bytes.Buffer
	if code := program(context.Background(), append(args, "--json"), &out, &errs); !ended(code) {
		t.Fatalf("%v: exit status %d: %s", args, code, errs.String())
	}
	if err := json.Unmarshal(out.Bytes(), to); err != nil {
		t.Fatal(err)
	}
}

// TestBothRoutes: a control problem solved as such and through its Hamilton–Jacobi–
// Bellman equation. The references differ, that of the grid and that of continuous time;
// each route meets its own to the 0.5 % of the control problems. lqr's gains are so
// large that the equation needs 80 steps, and a matrix, which a network on top of the features
// has and they have not; with the defaults it says itself that it is off.
func TestBothRoutes(t *testing.T) {
	forAccuracy(t)
	for _, c := range []struct{ problem, equation string }{
		{"lqr --dim 10", "--steps 80 --network shared --fit both"}, {"hjb-control", ""},
	} {
		var equation solved
		var policy policyRun
		runJSON(t, &equation, strings.Fields("solve --quiet --method deep-bsde "+c.problem+" "+c.equation)...)
		runJSON(t, &policy, strings.Fields("solve --quiet "+c.problem)...)
		t.Logf("%s: equation %.5f (%.3f %% off), policy %.5f (%.3f %% worse)", c.problem, equation.Value, 100*equation.RelativeError, policy.Value, 100*policy.Excess)
		if !(equation.RelativeError <= 0.005) || !(math.Abs(policy.Excess) <= 0.005) {
			t.Errorf("%s: the equation is off by %.3f %%, the policy worse by %.3f %%", c.problem, 100*equation.RelativeError, 100*policy.Excess)
		}
	}
}
