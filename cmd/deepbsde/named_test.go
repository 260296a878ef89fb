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

// namedGates bound the relative error of the value, the worst of seeds 1 to 5
// with default settings. Each is about twice the worst that was measured (the
// table of docs/results.md) or what the project promises: 0.2 % for allen-cahn and hjb, 0.3 % for
// default-risk, reaction-diffusion and quadratic-gradient, 0.5 % for burgers. For
// diff-rates, whose reference lies between bounds 0.4 % apart, it is 0.6 %.
var namedGates = []struct {
	name string
	gate float64
}{
	{"allen-cahn", 0.002},
	{"hjb", 0.0005},
	{"default-risk", 0.003},
	{"diff-rates", 0.006},
	{"burgers", 0.005},
	{"quadratic-gradient", 0.0005},
	{"reaction-diffusion", 0.003},
}

// TestNamedProblems solves every named problem with seeds 1 to 5 from the command
// line. With -v it prints a table.
func TestNamedProblems(t *testing.T) {
	forAccuracy(t)
	var lines []string
	for _, c := range namedGates {
		var values, errs, stated, seconds []float64
		covered, trusted := 0, 0
		var reference float64
		for seed := 1; seed <= accuracySeeds(5); seed++ {
			r := solveJSON(t, c.name, "--seed", fmt.Sprint(seed))
			reference = r.Reference.Value
			values, errs, seconds = append(values, r.Value), append(errs, r.RelativeError), append(seconds, r.Seconds)
			if math.Abs(r.Value-reference) <= r.Error+1.96*r.Reference.StdErr { // never where the error is unknown
				covered++
			}
			if r.Trust == "yes" {
				trusted++
			}
			stated = append(stated, r.Error/math.Abs(reference))
			if !(r.RelativeError <= c.gate) {
				t.Errorf("%s seed %d: relative error %.3f %%, want at most %.3f %%", c.name, seed, 100*r.RelativeError, 100*c.gate)
			}
		}
		mean, std := stat.MeanStdDev(values, nil)
		lines = append(lines, fmt.Sprintf("| %s | %.7g | %.7g | %.2g | %.3f %% | %.3f %% | %.3f %% | %d of %d | %d of %d | %.1f |",
			c.name, reference, mean, std, 100*stat.Mean(errs, nil), 100*maximum(errs), 100*stat.Mean(stated, nil), covered, len(values), trusted, len(values), stat.Mean(seconds, nil)))
	}
	t.Log("\n" + tableHead + strings.Join(lines, "\n"))
}

const tableHead = `| problem | reference | mean | std | mean error | worst error | stated error | reference within it | trusted | seconds |
|---|---|---|---|---|---|---|---|---|---|
`

func maximum(v []float64) float64 {
	m := math.Inf(-1)
	for _, x := range v {
		m = math.Max(m, x)
	}
	return m
}

// solved is what the tests read of the JSON result.
type solved struct {
	Value, Error, StdErr, Seconds float64 // the error −∞ where not known, which covers nothing
	Trust, Verdict                string
	Status                        string
	DiscretizationError           float64 `json:"discretization_error"`
	NetworkBias                   float64 `json:"network_bias"`
	RelativeError                 float64 `json:"relative_error"`
	Reference                     struct{ Value, StdErr float64 }
	OnGrid                        *struct{ Value, StdErr float64 } `json:"on_grid"` // of control in continuous time
}

func solveJSON(t *testing.T, args ...string) solved {
	t.Helper()
	var out, errs bytes.Buffer
	if code := program(context.Background(), append([]string{"solve", "--json", "--quiet"}, args...), &out, &errs); !ended(code) {
		t.Fatalf("solve %v: exit status %d: %s", args, code, errs.String())
	}
	r := solved{Error: math.Inf(-1)}
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// TestNeighbours: the defaults hold for other dimensions, horizons and strengths,
// with a reference for each. The bounds are the named problems' own, for λ = 20
// the 0.5 % that DESIGN.md section 5 says networks on uncontrolled paths miss by
// a factor of three.
func TestNeighbours(t *testing.T) {
	forAccuracy(t)
	for _, c := range []struct {
		args string
		gate float64
	}{
		{"hjb --set lambda=20", 0.005},
		{"hjb --set lambda=5 --dim 30", 0.005},
		{"hjb --set horizon=0.5 --dim 10", 0.005},
		{"allen-cahn --dim 1", 0.005},
		{"allen-cahn --dim 20 --set horizon=0.6", 0.005},
		{"allen-cahn --dim 1000 --iterations 300", 0.005},
		{"quadratic-gradient --dim 50 --set alpha=0.6", 0.01},
		{"reaction-diffusion --dim 10", 0.005},
		{"burgers --dim 20", 0.01},
	} {
		r := solveJSON(t, strings.Fields(c.args)...)
		t.Logf("%-45s error %.3f %% in %.1f s", c.args, 100*r.RelativeError, r.Seconds)
		if !(r.RelativeError <= c.gate) {
			t.Errorf("%s: relative error %.3f %%, want at most %.2f %%", c.args, 100*r.RelativeError, 100*c.gate)
		}
	}
}

// TestEveryDimensionRuns: a few iterations of each problem in dimensions 1, 2 and
// 1000.
func TestEveryDimensionRuns(t *testing.T) {
	forAccuracy(t)
	for _, c := range namedGates {
		for _, dim := range []string{"1", "2", "1000"} {
			r := solveJSON(t, c.name, "--dim", dim, "--iterations", "3", "--paths", "64", "--steps", "4")
			if r.Status != "iteration-limit" && r.Status != "converged" || math.IsNaN(r.Value) {
				t.Errorf("%s d=%s: status %s, value %g", c.name, dim, r.Status, r.Value)
			}
		}
	}
}

// TestPaperSettings reproduces the published errors of the paper's network with
// its settings, means of five runs with their standard deviations: allen-cahn
// 0.30 % (0.22 %), hjb 0.17 % (0.04 %). The bounds are the published mean and
// three standard errors of a mean of five.
func TestPaperSettings(t *testing.T) {
	forAccuracy(t)
	for _, c := range []struct {
		name      string
		mean, std float64
	}{{"allen-cahn", 0.0030, 0.0022}, {"hjb", 0.0017, 0.0004}} {
		var errs, seconds []float64
		for seed := 1; seed <= accuracySeeds(5); seed++ {
			r := solveJSON(t, c.name, "--network", "per-step", "--seed", fmt.Sprint(seed))
			errs, seconds = append(errs, r.RelativeError), append(seconds, r.Seconds)
		}
		mean, std := stat.MeanStdDev(errs, nil)
		t.Logf("| %s | %.2f %% (%.2f %%) | %.2f %% (%.2f %%) | %.1f |", c.name, 100*c.mean, 100*c.std, 100*mean, 100*std, stat.Mean(seconds, nil))
		if bound := c.mean + 3*c.std/math.Sqrt(5); !(mean <= bound) {
			t.Errorf("%s: mean error %.3f %%, want at most %.3f %%", c.name, 100*mean, 100*bound)
		}
	}
}
