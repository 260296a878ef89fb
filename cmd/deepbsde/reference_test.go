package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
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
		out := runWith(t, nil, append([]string{"reference", "--quiet"}, strings.Fields(c.args)...)...)
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

// TestReferenceInterval: bounds from both sides are an interval, in text and JSON, and so
// is the value on record that is the middle of two bounds.
func TestReferenceInterval(t *testing.T) {
	args := []string{"reference", "diff-rates", "--paths", "64", "--steps", "3"}
	out := runWith(t, nil, args...)
	for _, want := range []string{"policy", "dual", "interval", "holds the value", "recorded             21.155 … 21.264"} {
		if out.status != 0 || !strings.Contains(out.stdout, want) {
			t.Errorf("status %d, no %q in\n%s", out.status, want, out.stdout)
		}
	}
	type bounds struct{ Value, Lower, Upper float64 }
	var got struct {
		bounds
		Recorded   bounds
		References []struct{ Value, StdErr float64 }
	}
	if err := json.Unmarshal([]byte(runWith(t, nil, append(args, "--json")...).stdout), &got); err != nil || len(got.References) != 2 {
		t.Fatalf("%v, %+v", err, got)
	}
	low, high := got.References[0], got.References[1]
	if got.Lower != low.Value-1.96*low.StdErr || got.Upper != high.Value+1.96*high.StdErr || got.Recorded.Lower != 21.155 || got.Recorded.Upper != 21.264 {
		t.Errorf("%+v", got)
	}
}

// TestReferenceHint: where no reference is known, the command that may have one works as it
// is printed, for files too; where no method applies there is none.
func TestReferenceHint(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ours.yaml")
	write := func(diffusion string) string {
		text := "dim: 3\nhorizon: 0.2\nstart: 1\nparameters: {k: 0.5}\ndiffusion: " + diffusion + "\ngenerator: -k*abs(y)\nterminal: 1/(1 + normsq(x))\n"
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return runWith(t, nil, "show", path, "--set", "k=0.25").stdout
	}
	_, rest, found := strings.Cut(write("1"), "try 'deepbsde ")
	command, _, _ := strings.Cut(rest, "'")
	if out := runWith(t, nil, strings.Fields(command)...); !found || !strings.Contains(command, path) || out.status != 0 || !strings.Contains(out.stdout, "k = 0.25") {
		t.Errorf("%q: status %d, %s%s", command, out.status, out.stdout, out.stderr)
	}
	if text := write("sin(x)*dw"); strings.Contains(text, "deepbsde reference") {
		t.Errorf("a hint without a method:\n%s", text)
	}
}

func TestReferenceErrors(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"", "reference needs the NAME of a problem"},
		{"hjb --method radail", `unknown reference method "radail", did you mean "radial"?`},
		{"hjb --method radial", "radial does not apply: radial finite differences: needs a generator of t and y alone"},
		{"hjb --paths 1", "want a whole number, at least 2"},
	} {
		out := runWith(t, nil, append([]string{"reference", "--quiet"}, strings.Fields(c.args)...)...)
		if out.status != exitUsage || out.stdout != "" || !strings.Contains(out.stderr, c.want) {
			t.Errorf("reference %s: status %d, %q, want %q", c.args, out.status, out.stderr, c.want)
		}
	}
}
