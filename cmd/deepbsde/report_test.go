package main

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/deep"
	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/bsde/run"
	"github.com/deepbsde/deepbsde/bsde/verdict"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/report"
	"github.com/deepbsde/deepbsde/pde"
)

func TestReport(t *testing.T) {
	out := runWith(t, nil, "solve", "hjb", "--dim", "100", "--set", "horizon=1")
	want := `Hamilton–Jacobi–Bellman equation of a linear-quadratic-Gaussian control problem
hjb, d = 100; deep-bsde with the network features, 600 passes of least squares and 32768 paths in 4.2 s, seed 1

  u(0, x0)         4.5899 ± 0.0021      all errors together, 95 %
  sampling         0.00042              standard error
  time step        ± 0.0012             discretisation error left by 20 steps
  network          ± 0.00040            estimated bias -0.00030, from an imperfect Z in a nonlinear f
  trust            yes
  residual ratio   2.1 %                of the spread that Z = 0 leaves
  trained Y0       4.6000               as the optimiser left it, for comparison
  reference        4.59016              Cole–Hopf quadrature (one-dimensional integral over χ²_d), ± 1.8e-11
  relative error   0.0057 %
  gradient         (0, 0, 0, …), norm 0  standard error up to 0, time step ± 0.0010

The reference agrees: the answer is 0.00026 away from it, and the errors of both together are 0.0021.
`
	if out.status != 0 || out.stdout != want {
		t.Errorf("status %d, got\n%s\nwant\n%s", out.status, out.stdout, want)
	}
}

// block is the numbers of a result of hjb that differs from fakeResult as change says.
func block(t *testing.T, change func(*bsde.Result)) (string, *report.Report) {
	t.Helper()
	m, err := (&problemFlags{}).member(t.Context(), "hjb")
	if err != nil {
		t.Fatal(err)
	}
	r := fakeResult(call{problem: m.Problem, method: deep.Method{}, settings: bsde.Settings{}})
	change(r)
	s := report.Of(m, r, &pde.Reference{Value: 4.59016})
	return s.Block().String(), s
}

// TestReportBounds: one bound, both or none, rounded away from the value.
func TestReportBounds(t *testing.T) {
	for _, c := range []struct {
		lower, upper float64
		none, want   string
	}{
		{4.58765, 4.59123, "", "  bounds           between 4.5876 and 4.5913  their own errors included\n"},
		{4.58765, nan, "", "  lower bound      4.5876               its own errors taken off\n"},
		{nan, 4.59123, "", "  upper bound      4.5913               its own errors added\n"},
		{nan, nan, "f is neither convex nor concave in y and z", "  bounds           none                 f is neither convex nor concave in y and z\n"},
	} {
		text, _ := block(t, func(r *bsde.Result) { r.Lower, r.Upper, r.NoBounds = c.lower, c.upper, c.none })
		if !strings.Contains(text, c.want) {
			t.Errorf("%g and %g: no %q in\n%s", c.lower, c.upper, c.want, text)
		}
	}
	if text, _ := block(t, func(*bsde.Result) {}); strings.Contains(text, "bound") {
		t.Errorf("nothing is known of bounds, and it says\n%s", text)
	}
}

// TestReportNotTrustworthy: the answer, each reason and the exit status say so.
func TestReportNotTrustworthy(t *testing.T) {
	reasons := []estimate.Reason{{Kind: estimate.IllConditioned, Detail: "Γ spreads over 1e8"}, {Kind: estimate.NotAsymptotic}}
	solve := func(c call) (*bsde.Result, error) {
		r := fakeResult(c)
		r.Reasons = reasons
		return r, nil
	}
	out := runWith(t, solve, "solve", "hjb")
	for _, part := range []string{
		"  u(0, x0)         4.5899 ± 0.0021      not trustworthy\n",
		"  trust            no                   recursion ill-conditioned: Γ spreads over 1e8\n                                        levels not asymptotic\n  residual",
		"\nThe reference leaves it undecided: the answer states no error that can be trusted.\n",
	} {
		if !strings.Contains(out.stdout, part) {
			t.Errorf("no %q in\n%s", part, out.stdout)
		}
	}
	want := "deepbsde: finished, but not trustworthy: recursion ill-conditioned: Γ spreads over 1e8; levels not asymptotic\n"
	if out.status != exitUntrusted || out.stderr != want {
		t.Errorf("status %d, %q, want %q", out.status, out.stderr, want)
	}
	out = runWith(t, solve, "solve", "hjb", "--json")
	if want := `"trust":"no","reasons":["recursion ill-conditioned: Γ spreads over 1e8","levels not asymptotic"]`; out.status != exitUntrusted || !strings.Contains(out.stdout, want) {
		t.Errorf("status %d, %s", out.status, out.stdout)
	}
	for status, ends := range map[int]bsde.Status{exitDiverged: bsde.Diverged, exitInterrupted: bsde.Cancelled} { // which come first
		out := runWith(t, func(c call) (*bsde.Result, error) {
			r, err := solve(c)
			r.Status = ends
			return r, err
		}, "solve", "hjb")
		if out.status != status {
			t.Errorf("%v: status %d, want %d", ends, out.status, status)
		}
	}
	heavy := estimate.Reason{Kind: estimate.HeavyTails}
	for _, c := range []struct {
		reasons []estimate.Reason
		advice  []estimate.Kind
	}{
		{append(reasons, reasons...), []estimate.Kind{estimate.IllConditioned}}, // nothing else helps
		{[]estimate.Reason{heavy, reasons[1], heavy}, []estimate.Kind{estimate.HeavyTails, estimate.NotAsymptotic}},
	} {
		var want []string
		for _, kind := range c.advice {
			want = append(want, kind.Advice())
		}
		_, s := block(t, func(r *bsde.Result) { r.Reasons = c.reasons })
		if got := s.Advice(); !slices.Equal(got, want) {
			t.Errorf("%v: advice %q, want %q", c.reasons, got, want)
		}
	}
}

// TestReportWithoutError: a value whose error is not known is not trustworthy, and says what
// is missing.
func TestReportWithoutError(t *testing.T) {
	text, s := block(t, func(r *bsde.Result) { r.Error, r.NetworkError, r.NetworkBias = nan, nan, nan })
	for _, part := range []string{
		"  u(0, x0)         4.58990 ± unknown    not trustworthy\n",
		"  network          unknown              the time step hides the bias; more steps would show it\n",
		"  trust            no                   the error is unknown\n",
	} {
		if !strings.Contains(text, part) {
			t.Errorf("no %q in\n%s", part, text)
		}
	}
	if v := s.Verdict(); v == nil || v.Verdict != verdict.Undecided {
		t.Errorf("verdict %+v", v)
	}
}

func TestReportNamesWhatIsChangedAndUnknown(t *testing.T) {
	out := runWith(t, func(c call) (*bsde.Result, error) {
		r, nan := fakeResult(c), math.NaN()
		r.Status = bsde.Cancelled
		r.Error, r.StdErr, r.CI95, r.DiscretizationError, r.NetworkBias, r.NetworkError = nan, nan, [2]float64{nan, nan}, nan, nan, nan
		r.Gradient = []float64{1, nan}
		return r, nil
	}, "solve", "default-risk", "--dim", "2", "--set", "sigma=0.3")
	for _, part := range []string{
		"default-risk, d = 2, sigma = 0.3;",
		"u(0, x0)         4.5899 ± unknown     not trustworthy\n",
		"sampling         unknown\n",
		"time step        unknown\n",
		"network          unknown\n",
		"trust            no                   the error is unknown\n",
		"reference        none at hand         'deepbsde reference default-risk --set sigma=0.3 --dim 2' looks for one\n",
		"status           cancelled            The run was cancelled",
	} {
		if !strings.Contains(out.stdout, part) {
			t.Errorf("%q is missing in\n%s", part, out.stdout)
		}
	}
	for _, part := range []string{"NaN", "gradient", "The reference "} {
		if strings.Contains(out.stdout, part) {
			t.Errorf("%q in\n%s", part, out.stdout)
		}
	}
}

// TestEarlierResult: a result of an earlier version, which stated the error of sampling
// alone, says so when it is printed again or drawn.
func TestEarlierResult(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	if err := os.CopyFS(dir, os.DirFS("../../bsde/run/testdata/earlier")); err != nil {
		t.Fatal(err)
	}
	out := execute(t, "solve", "--resume", dir)
	for _, part := range []string{
		"  u(0, x0)         0.467 ± unknown      made by an earlier version\n",
		"  network          unknown              estimated bias +0.25, subtracted\n",
		"  trust            unknown              made by an earlier version, which stated no error of everything together\n",
		"The reference leaves it undecided: ",
	} {
		if !strings.Contains(out.stdout, part) {
			t.Errorf("no %q in\n%s", part, out.stdout)
		}
	}
	if out.status != exitUntrusted || !strings.HasSuffix(out.stderr, "not trustworthy: the error is unknown\n") {
		t.Errorf("status %d, %s", out.status, out.stderr)
	}
	wantIn(t, pageOf(t, dir), "The error of the answer is unknown: the run was made by an earlier version.", "0.467 ± unknown", "final estimate, sampling alone, 95 %")
}

// TestKeptUntrusted: a finished run that is not to be trusted ends with status 4 each time,
// and its page warns of it at the top, with the verdict below.
func TestKeptUntrusted(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	if err := os.CopyFS(dir, os.DirFS("../../bsde/run/testdata/earlier")); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, run.ResultFile)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	keep := func(keys string) {
		changed := strings.Replace(string(text), `"stderr": 0.04404998221899252`, keys+`, "stderr": 0.04404998221899252`, 1)
		if err := os.WriteFile(file, []byte(changed), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	keep(`"error": 0.3, "trust": "no", "reasons": ["network bias not small: 0.25 of 0.47"], "lower": 0.2, "upper": 0.6`)
	for _, args := range [][]string{{"solve", "--resume", dir}, {"solve", "--resume", dir, "--json"}} {
		if out := execute(t, args...); out.status != exitUntrusted || !strings.HasSuffix(out.stderr, "not trustworthy: network bias not small: 0.25 of 0.47\n") {
			t.Errorf("%v: status %d, %s", args, out.status, out.stderr)
		}
	}
	wantIn(t, pageOf(t, dir), "The answer is not trustworthy: network bias not small: 0.25 of 0.47.", "0.47 ± 0.30", "between 0.20 and 0.60", "final estimate, all errors, not trustworthy",
		"this run (not trustworthy)", "The reference leaves it undecided: the answer states no error that can be trusted.", "<td data-of=\"verdict\">undecided</td>", "which are not to be trusted")
	keep(`"error": 0.01, "trust": "yes"`)
	if out := execute(t, "solve", "--resume", dir); out.status != 0 {
		t.Errorf("status %d, %s", out.status, out.stderr)
	}
	wantIn(t, pageOf(t, dir), "The reference disagrees: the answer is 0.067 away from it", "<td data-of=\"verdict\">disagrees</td>", "final estimate, all errors, 95 %")
}
