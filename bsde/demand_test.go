package bsde_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/deep"
	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/bsde/logtransform"
	"github.com/deepbsde/deepbsde/bsde/network"
	"github.com/deepbsde/deepbsde/bsde/policy"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/problems"
)

// attempt is an answer of 1 with the given parts of its error.
func attempt(s bsde.Settings, sampling, step, network float64) *bsde.Result {
	r := &bsde.Result{Estimate: *estimate.Unknown(), Method: deep.Method{Fit: deep.LeastSquares, PassPaths: 4096}, Settings: s, Elapsed: time.Second, Status: bsde.Converged}
	r.Value, r.DiscretizationError, r.NetworkError, r.Error = 1, step, network, sampling+step+network
	return r
}

var small = bsde.Settings{Steps: 20, Paths: 4096, Iterations: 100}

// TestDemandSpendsOnWhatIsTooLarge: paths for the error of sampling, steps for that of the time step,
// both and more of training for that of the network.
func TestDemandSpendsOnWhatIsTooLarge(t *testing.T) {
	for _, c := range []struct {
		name                    string
		sampling, step, network float64
		steps, paths, passPaths int
	}{
		{"sampling", 2e-3, 0, 0, 20, 5 * 4096, 4096},
		{"sampling, by far", 1, 1e-6, 1e-6, 20, 16 * 4096, 4096},
		{"time step", 1e-5, 4e-3, 0, 40, 3 * 4096, 4096},
		{"network", 1e-5, 0, 1e-2, 80, 4 * 4096, 2 * 4096},
		{"two parts", 1e-3, 1e-3, 0, 40, 5 * 4096, 4096},
		{"one of them small", 1e-3, 2e-4, 0, 20, 3 * 4096, 4096},
	} {
		d := &bsde.Demand{Accuracy: 1e-3}
		m, s := d.Next(t.Context(), attempt(small, c.sampling, c.step, c.network))
		if m == nil {
			t.Fatalf("%s: the search ends: %s", c.name, d.Best().Missed)
		}
		if got := m.(deep.Method).PassPaths; s.Steps != c.steps || s.Paths != c.paths || got != c.passPaths {
			t.Errorf("%s: %d steps, %d paths, passes of %d, want %d, %d, %d", c.name, s.Steps, s.Paths, got, c.steps, c.paths, c.passPaths)
		}
	}
}

// TestDemandFirst: a first attempt is small where nothing else was asked for, and its paths may grow by more than those of
// others.
func TestDemandFirst(t *testing.T) {
	p := pde.Problem{Dim: 5}
	for _, c := range []struct {
		accuracy     float64
		given        bsde.Settings
		steps, paths int
	}{
		{1e-2, bsde.Settings{}, 4, 1024},
		{1e-4, bsde.Settings{}, 8, 1024},
		{1e-4, bsde.Settings{Steps: 20}, 20, 1024},
		{1e-4, bsde.Settings{Paths: 4096}, 8, 4096},
		{0, bsde.Settings{}, 0, 0},
	} {
		d := &bsde.Demand{Accuracy: c.accuracy}
		if s := d.First(p, c.given, c.given.Steps > 0, c.given.Paths > 0); s.Steps != c.steps || s.Paths != c.paths {
			t.Errorf("accuracy %g, given %d steps and %d paths: %d and %d, want %d and %d", c.accuracy, c.given.Steps, c.given.Paths, s.Steps, s.Paths, c.steps, c.paths)
		}
	}
	d := &bsde.Demand{Accuracy: 1e-4}
	first := d.First(p, bsde.Settings{Steps: 20, Paths: 65536, Iterations: 100}, false, false)
	if first.Steps != 8 || first.Paths != 1024 {
		t.Errorf("%d steps and %d paths in place of those of the problem, want 8 and 1024", first.Steps, first.Paths)
	}
	if _, s := d.Next(t.Context(), attempt(first, 1e-2, 0, 0)); s.Paths != 1<<16 {
		t.Errorf("%d paths after the first attempt, want %d", s.Paths, 1<<16)
	}
	p.Obstacle = func(_, _ expr.Value) expr.Value { return expr.Const(0) }
	if s := d.First(p, bsde.Settings{Steps: 50, Paths: 65536}, false, false); s.Steps != 50 || s.Paths != 65536 {
		t.Errorf("early exercise: %d steps and %d paths, want 50 and 65536", s.Steps, s.Paths)
	}
}

// TestDefaultsFor: in many dimensions an equation has fewer steps and paths, where none are given; a control problem
// and the dates of early exercise stay as they are.
func TestDefaultsFor(t *testing.T) {
	obstacle := func(_, x expr.Value) expr.Value { return x }
	for _, c := range []struct {
		p                   bsde.Problem
		given               bsde.Settings
		steps, paths, start int
	}{
		{pde.Problem{Dim: 100}, bsde.Settings{}, 20, 32768, 4096},
		{pde.Problem{Dim: 1999}, bsde.Settings{}, 20, 32768, 4096},
		{pde.Problem{Dim: 2000}, bsde.Settings{}, 8, 8192, 2048},
		{pde.Problem{Dim: 10_000}, bsde.Settings{}, 4, 1024, 512},
		{pde.Problem{Dim: 10_000}, bsde.Settings{Steps: 30, Paths: 5000, StartPaths: 4096}, 30, 5000, 4096},
		{pde.Problem{Dim: 10_000, Obstacle: obstacle}, bsde.Settings{}, 20, 32768, 512},
		{control.Problem{StateDim: 10_000}, bsde.Settings{}, 20, 32768, 4096},
	} {
		s := c.given.DefaultsFor(c.p)
		if s.Steps != c.steps || s.Paths != c.paths || s.StartPaths != c.start {
			t.Errorf("d = %d, given %+v: %d steps, %d paths, %d for the start; want %d, %d, %d",
				bsde.DimOf(c.p), c.given, s.Steps, s.Paths, s.StartPaths, c.steps, c.paths, c.start)
		}
	}
}

// TestDemandWithoutAnError: where the error is not known, or not trusted, there are four times the steps.
func TestDemandWithoutAnError(t *testing.T) {
	nothing := attempt(small, math.NaN(), math.NaN(), math.NaN())
	nothing.Value = math.NaN()
	unknown := attempt(small, 1e-3, math.NaN(), 0)
	doubtful := attempt(small, 1e-3, 0.1, 0.1)
	doubtful.Reasons = []estimate.Reason{{Kind: estimate.NotAsymptotic}}
	for _, r := range []*bsde.Result{nothing, unknown, doubtful} {
		d := &bsde.Demand{Accuracy: 1e-3}
		if m, s := d.Next(t.Context(), r); m == nil || s.Steps != 80 || s.Paths < 4*4096 || s.Paths > 16*4096 {
			t.Errorf("± %g: %d steps and %d paths, %q", r.Error, s.Steps, s.Paths, d.Best().Missed)
		}
	}
}

// TestDemandEnds: when the accuracy is reached, and otherwise with the best answer and the reason.
func TestDemandEnds(t *testing.T) {
	untrusted := attempt(small, 1e-9, 0, 0)
	untrusted.Reasons = []estimate.Reason{{Kind: estimate.NotAsymptotic}}
	drowned := attempt(small, 1, 0, 0)
	drowned.Reasons = []estimate.Reason{{Kind: estimate.IllConditioned}}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	large := bsde.Settings{Steps: 1280, Paths: 1 << 23}
	for _, c := range []struct {
		name    string
		ctx     context.Context
		limit   time.Duration
		answers []*bsde.Result
		best    int
		missed  string // a part of it; "" for reached
	}{
		{"at once", t.Context(), 0, []*bsde.Result{attempt(small, 5e-4, 4e-4, 0)}, 0, ""},
		{"later", t.Context(), 0, []*bsde.Result{attempt(small, 5e-3, 0, 0), attempt(small, 5e-4, 0, 0)}, 1, ""},
		{"a smaller error that is not trusted", t.Context(), 0, []*bsde.Result{attempt(small, 5e-3, 0, 0), untrusted, attempt(small, 1e-4, 0, 0)}, 2, ""},
		{"no progress", t.Context(), 0, []*bsde.Result{attempt(small, 0, 0, 5e-3), attempt(small, 0, 0, 6e-3), attempt(small, 0, 0, 7e-3)}, 0, "took nothing off the error; most of the error is that of the network"},
		{"interrupted", cancelled, 0, []*bsde.Result{attempt(small, 5e-3, 0, 0)}, 0, "interrupted"},
		{"time", t.Context(), 2 * time.Second, []*bsde.Result{attempt(small, 5e-3, 0, 0)}, 0, "the time limit leaves no room"},
		{"an ill-conditioned recursion", t.Context(), 0, []*bsde.Result{drowned}, 0, "nothing that an attempt can spend mends this: recursion ill-conditioned"},
		{"the most", t.Context(), 0, []*bsde.Result{attempt(large, 2e-3, 5e-3, 0)}, 0, "are the most that is tried; most of the error is that of the time step"},
	} {
		d := &bsde.Demand{Accuracy: 1e-3, TimeLimit: c.limit}
		for i, r := range c.answers {
			m, _ := d.Next(c.ctx, r)
			if last := i == len(c.answers)-1; (m == nil) != last {
				t.Fatalf("%s: attempt %d, the search goes on: %t", c.name, i+1, m != nil)
			}
		}
		best := d.Best()
		if best != c.answers[c.best] || best.Accuracy != 1e-3 || (best.Missed == "") != (c.missed == "") || !strings.Contains(best.Missed, c.missed) {
			t.Errorf("%s: ± %g, %q, want ± %g, %q", c.name, best.Error, best.Missed, c.answers[c.best].Error, c.missed)
		}
		if best.Elapsed != time.Duration(len(c.answers))*time.Second {
			t.Errorf("%s: %v for %d attempts of a second", c.name, best.Elapsed, len(c.answers))
		}
	}
}

// TestDemandTakesTheTimeThereIs: an attempt that does not fit is made smaller where that does the least harm, and one that
// was gives the time limit as the reason, not that nothing helps.
func TestDemandTakesTheTimeThereIs(t *testing.T) {
	for _, c := range []struct{ sampling, step float64 }{{1, 0.01}, {0.01, 1}} {
		d := &bsde.Demand{Accuracy: 1e-3, TimeLimit: 7 * time.Second}
		first := attempt(small, c.sampling, c.step, 0)
		m, s := d.Next(t.Context(), first)
		steps, paths := s.Steps/small.Steps, s.Paths/small.Paths
		if m == nil || steps*paths > 6 || s.TimeLimit != 6*time.Second || (c.sampling > c.step) != (paths > steps) || max(steps, paths) < 4 {
			t.Errorf("sampling ± %g, step ± %g: %d times the steps and %d times the paths within %v, want four times those that it is for", c.sampling, c.step, steps, paths, s.TimeLimit)
		}
		for range 6 {
			if m, _ = d.Next(t.Context(), first); m == nil {
				break
			}
		}
		if best := d.Best(); m != nil || !strings.HasPrefix(best.Missed, "the time limit leaves no room") {
			t.Errorf("sampling ± %g, step ± %g: ended with %q", c.sampling, c.step, best.Missed)
		}
	}
}

// TestSolveTo reaches what the first settings do not, and says so.
func TestSolveTo(t *testing.T) {
	if testing.Short() {
		t.Skip("trains")
	}
	f, err := problems.Find("allen-cahn")
	if err != nil {
		t.Fatal(err)
	}
	p, err := f.Make(3, nil)
	if err != nil {
		t.Fatal(err)
	}
	said := 0
	d := &bsde.Demand{Accuracy: 2e-4, Again: func(best *bsde.Result, _ bsde.Method, next bsde.Settings) {
		said++
		if next.Paths <= best.Settings.Paths {
			t.Errorf("%d paths after %d", next.Paths, best.Settings.Paths)
		}
	}}
	r, err := bsde.SolveTo(t.Context(), p, deep.Method{}, &bsde.Settings{Paths: 2048, Gradient: bsde.Nothing}, d)
	if err != nil {
		t.Fatal(err)
	}
	if said == 0 || r.Missed != "" || !(r.Error <= 2e-4*math.Abs(r.Value)) || len(r.Gradient) != 0 {
		t.Errorf("%d attempts after the first, %v", said, r)
	}
	if !strings.Contains(r.String(), "\n  accuracy         reached              0.0002 of the value was asked for\n") {
		t.Error(r)
	}
}

// TestDemandIsChecked: accuracies that are none, and answers that state no error of everything.
func TestDemandIsChecked(t *testing.T) {
	for accuracy, m := range map[float64]bsde.Method{-1: deep.Method{}, 1: deep.Method{}, math.NaN(): deep.Method{}, 0.1: policy.Method{Network: network.Shared{}}} {
		err := (&bsde.Demand{Accuracy: accuracy}).Check(m)
		if wrong := (*bsde.SettingsError)(nil); !errors.As(err, &wrong) || wrong.Field != "accuracy" {
			t.Errorf("%g: %v", accuracy, err)
		}
	}
}

// TestDemandOfTrust: an answer that is not trusted has further attempts where that may help, and the
// best of them is the answer.
func TestDemandOfTrust(t *testing.T) {
	plain := bsde.Settings{Grid: "uniform", Steps: 20, Paths: 4096}
	with := func(sampling float64, change func(*bsde.Result)) *bsde.Result {
		r := attempt(plain, sampling, 0, 0)
		r.Reasons = []estimate.Reason{{Kind: estimate.NotAsymptotic}}
		change(r)
		return r
	}
	doubtful := with(0.1, func(*bsde.Result) {})
	for name, r := range map[string]*bsde.Result{
		"trusted":          attempt(plain, 0.1, 0, 0),
		"ill-conditioned":  with(0.1, func(r *bsde.Result) { r.Reasons[0].Kind = estimate.IllConditioned }),
		"tails of g":       with(math.NaN(), func(r *bsde.Result) { r.Reasons[0].Kind = estimate.HeavyTails }),
		"graded":           with(0.1, func(r *bsde.Result) { r.Settings.Grid = "graded" }),
		"gradient descent": with(0.1, func(r *bsde.Result) { r.Method = deep.Method{Fit: deep.Adam} }),
		"a policy":         with(0.1, func(r *bsde.Result) { r.Method = policy.Method{} }),
		"no time":          with(0.1, func(r *bsde.Result) { r.Settings.TimeLimit = 2 * time.Second }),
		"interrupted":      with(0.1, func(r *bsde.Result) { r.Status = bsde.Cancelled }),
	} {
		d := &bsde.Demand{}
		if m, _ := d.Next(t.Context(), r); m != nil || d.Best() != r || r.Retried != "" {
			t.Errorf("%s: another attempt", name)
		}
	}
	for _, c := range []struct {
		name    string
		second  *bsde.Result
		better  bool
		retried string
	}{
		{"trusted", attempt(plain, 0.2, 0, 0), true, "the first, on 20 uniform steps, was not trusted: levels not asymptotic"},
		{"more exact", with(0.05, func(*bsde.Result) {}), true, "the first, on 20 uniform steps, was not trusted: levels not asymptotic"},
		{"worse", with(0.5, func(r *bsde.Result) { r.Settings.Steps = 40 }), false, "another, on 40 uniform steps, is not better: levels not asymptotic"},
		{"no value", with(math.NaN(), func(r *bsde.Result) { r.Value, r.Status, r.Reasons = math.NaN(), bsde.Diverged, nil }), false, "another, on 20 uniform steps, is not better: training diverged"},
	} {
		first := *doubtful
		d := &bsde.Demand{}
		m, s := d.Next(t.Context(), &first)
		if m == nil || s.Grid != "graded" || s.Steps != 40 || s.Paths != plain.Paths {
			t.Fatalf("%s: %T on %d %s steps with %d paths", c.name, m, s.Steps, s.Grid, s.Paths)
		}
		third := !c.second.Trusted() && c.second.Status != bsde.Diverged // where the time step alone is in doubt
		if m, s = d.Next(t.Context(), c.second); (m != nil) != third || third && (s.Grid != "uniform" || s.Steps != 80) {
			t.Errorf("%s: a third attempt: %v on %d %s steps", c.name, m, s.Steps, s.Grid)
		}
		want := &first
		if c.better {
			want = c.second
		}
		if r := d.Best(); r != want || r.Retried != c.retried || r.Elapsed != 2*time.Second || r.Missed != "" {
			t.Errorf("%s: %q in %v", c.name, r.Retried, r.Elapsed)
		}
	}
}

// TestDemandOfAnotherMethod: it comes before the graded grid, and all attempts share the time limit.
func TestDemandOfAnotherMethod(t *testing.T) {
	for _, c := range []struct {
		limit, left time.Duration // left for the third attempt
	}{{0, 0}, {6 * time.Second, 4 * time.Second}, {4 * time.Second, 0}} {
		r := attempt(bsde.Settings{Grid: "uniform", Steps: 20, Paths: 4096, TimeLimit: c.limit}, 0.1, 0, 0)
		r.Reasons = []estimate.Reason{{Kind: estimate.NotAsymptotic}}
		d := &bsde.Demand{Others: []bsde.Alternative{{Method: policy.Method{}}}} // any other than the first
		m, s := d.Next(t.Context(), r)
		if m == nil || m.Name() != "policy" || s.Steps != 20 || s.Chosen == "" || c.limit > 0 && s.TimeLimit != c.limit-time.Second {
			t.Fatalf("limit %v: next %v with %d steps, %v", c.limit, m, s.Steps, s.TimeLimit)
		}
		worse := attempt(s, 0.5, 0, 0)
		worse.Reasons = r.Reasons
		m, s = d.Next(t.Context(), worse)
		switch third := m != nil; {
		case third != (c.limit == 0 || c.left > 0):
			t.Errorf("limit %v: third attempt %v", c.limit, m)
		case third && (m.Name() != "deep-bsde" || s.Steps != 40 || s.Grid != "graded" || s.TimeLimit != c.left):
			t.Errorf("limit %v: third by %s on %d %s steps within %v", c.limit, m.Name(), s.Steps, s.Grid, s.TimeLimit)
		}
		if d.Best() != r {
			t.Errorf("limit %v: the first is the best", c.limit)
		}
	}
}

// TestDemandAgainstTails: where few paths decide, what is against that comes first, and the steps are refined from its answer,
// not from another with a smaller error that says little.
func TestDemandAgainstTails(t *testing.T) {
	answer := func(s bsde.Settings, m bsde.Method, relative float64, kind estimate.Kind) *bsde.Result {
		r := attempt(s, relative, 0, 0)
		r.Method, r.Dim, r.Reasons = m, 1, []estimate.Reason{{Kind: kind}}
		return r
	}
	d := &bsde.Demand{Others: []bsde.Alternative{{Method: logtransform.Method{}, Against: []estimate.Kind{estimate.HeavyTails}}, {Method: policy.Method{}}}}
	log := logtransform.Method{}
	var second *bsde.Result
	m, s := d.Next(t.Context(), answer(bsde.Settings{Grid: "uniform", Steps: 20, Paths: 4096}, deep.Method{}, 0.01, estimate.HeavyTails))
	for i, want := range []struct {
		method, grid string
		steps        int
	}{{log.Name(), "uniform", 20}, {"policy", "uniform", 20}, {log.Name(), "graded", 40}, {log.Name(), "uniform", 80}} {
		if m == nil || m.Name() != want.method || s.Grid != want.grid || s.Steps != want.steps {
			t.Fatalf("attempt %d: %v on %d %s steps, want %v", i+2, m, s.Steps, s.Grid, want)
		}
		kind := estimate.NotAsymptotic
		if m.Name() != log.Name() {
			kind = estimate.HeavyTails
		}
		r := answer(s, m, 0.5, kind)
		if i == 0 {
			second = r
		}
		m, s = d.Next(t.Context(), r)
	}
	if m != nil || d.Best() != second {
		t.Errorf("in the end %v, and the best is %v", m, d.Best())
	}
	d = &bsde.Demand{Others: []bsde.Alternative{{Method: log, Against: []estimate.Kind{estimate.HeavyTails}}}}
	if m, _ := d.Next(t.Context(), answer(bsde.Settings{Grid: "uniform", Steps: 20, Paths: 4096}, deep.Method{}, 0.01, estimate.NotAsymptotic)); m.Name() == log.Name() {
		t.Error("a method against tails for an answer without")
	}
}
