package main

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
)

func TestReferenceText(t *testing.T) {
	for _, c := range []struct {
		args string
		want []string
	}{
		{"hjb", []string{"hjb, d = 100", "cole-hopf            4.590161725", "published            4.5901  Cole–Hopf Monte Carlo"}},
		{"--set lambda=50 hjb", []string{"hjb, d = 100, lambda = 50", "cole-hopf"}},
		{"allen-cahn --method radial", []string{"0.052781357", "published            0.052802"}},
		{"burgers --dim 3", []string{"exact                0.5  exact solution"}},
		{"hjb --method all", []string{"exact does not apply", "cole-hopf            4.59016", "radial does not apply"}},
		{"diff-rates --method list", []string{"policy", "lower bound", "dual", "upper bound"}},
		{"diff-rates --method policy --dim 2 --paths 64 --steps 3", []string{"at least this in the mean: rate policy (lower bound, 64 paths on 3 steps)"}},
	} {
		out := runWith(t, nil, append([]string{"reference"}, strings.Fields(c.args)...)...)
		if out.status != 0 || out.stderr != "" {
			t.Errorf("reference %s: status %d, standard error %q", c.args, out.status, out.stderr)
		}
		for _, want := range c.want {
			if !strings.Contains(out.stdout, want) {
				t.Errorf("reference %s: no %q in\n%s", c.args, want, out.stdout)
			}
		}
		if c.args == "--set lambda=50 hjb" && strings.Contains(out.stdout, "published") {
			t.Error("the published value of λ = 1 beside λ = 50")
		}
	}
}

func TestReferenceJSON(t *testing.T) {
	out := runWith(t, nil, "reference", "allen-cahn", "--dim", "1000", "--json")
	var got struct {
		Problem    string
		Dim        int
		References []struct {
			Name          string
			Value, StdErr float64
			Seconds       *float64
		}
		Published *struct{}
	}
	if err := json.Unmarshal([]byte(out.stdout), &got); err != nil {
		t.Fatalf("%v in %q", err, out.stdout)
	}
	// The value of the issue; its last digit is rounded.
	if r := got.References; got.Problem != "allen-cahn" || got.Dim != 1000 || len(r) != 1 || r[0].Name != "radial" ||
		math.Abs(r[0].Value-0.0055889) > 5e-8 || r[0].Seconds == nil || got.Published != nil {
		t.Errorf("%s", out.stdout)
	}
}

func TestReferenceErrors(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"", "reference needs the NAME of a problem"},
		{"hjb --method radail", `unknown reference method "radail", did you mean "radial"?`},
		{"hjb --method radial", "radial does not apply: radial finite differences: needs a generator of t and y alone"},
		{"hjb --paths 1", "want a whole number, at least 2"},
	} {
		out := runWith(t, nil, append([]string{"reference"}, strings.Fields(c.args)...)...)
		if out.status != exitUsage || out.stdout != "" || !strings.Contains(out.stderr, c.want) {
			t.Errorf("reference %s: status %d, %q, want %q", c.args, out.status, out.stderr, c.want)
		}
	}
}
