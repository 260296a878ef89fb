package stopping_test

import (
	"math"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/internal/race"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/reference/bermudan"
	"gonum.org/v1/gonum/stat"
)

// TestSimulate: discounted payoffs of the rule have the mean that the estimate states, each date its probability, up to
// 5 standard errors; any number of workers gives the same paths, whose ends are in the region where the rule exercises.
func TestSimulate(t *testing.T) {
	const paths = 4096
	r := solve(t, put(2, 5), 1, 2)
	list, err := r.Rule.Simulate(t.Context(), paths, 7)
	if err != nil {
		t.Fatal(err)
	}
	pay, at := make([]float64, paths), map[float64]float64{}
	for i, p := range list {
		pay[i] = math.Exp(-0.05*p.Time) * p.Payoff
		want := math.Max(100-math.Sqrt(p.State[0]*p.State[1]), 0)
		if math.Abs(p.Payoff-want) > 1e-9*(1+want) || p.Held != (p.Time == 1) {
			t.Fatalf("path %d: %+v, want the payoff %g", i, p, want)
		}
		if !p.Held {
			at[p.Time]++
			if gain, err := r.Rule.Gain(p.Time, p.State); err != nil || !(gain[0] >= 0) {
				t.Fatalf("path %d: %+v has the gain %v, %v", i, p, gain, err)
			}
		}
	}
	mean, std := stat.MeanStdDev(pay, nil)
	if off := math.Abs(mean - r.Exercise.ByRule); off > 5*math.Hypot(std/math.Sqrt(paths), r.Exercise.RuleStdErr) || !(std > 0) {
		t.Errorf("mean %v, by the rule %v", mean, r.Exercise.ByRule)
	}
	for i, date := range r.Rule.Dates() {
		p := r.Exercise.Probability[i]
		if got := at[date] / paths; math.Abs(got-p) > 5*math.Sqrt(2*(p+1.0/paths)/paths) {
			t.Errorf("date %g: %g of the paths, probability %g", date, got, p)
		}
	}
	r.Rule.Workers = 1
	again, err := r.Rule.Simulate(t.Context(), 200, 7)
	if err != nil || again[199].Time != list[199].Time || again[199].State[1] != list[199].State[1] {
		t.Errorf("path 199 with one worker: %+v, want %+v (%v)", again[199], list[199], err)
	}
	if other, _ := r.Rule.Simulate(t.Context(), 1, 8); other[0].State[0] == list[0].State[0] {
		t.Error("another seed gives the same path")
	}
}

// TestGain: the boundary of a put lies where the programme that starts there is worth what exercise pays, up to 2 %.
func TestGain(t *testing.T) {
	r := solve(t, put(1, 5), 1, 2)
	gain := func(x float64) float64 {
		g, err := r.Rule.Gain(0.6, []float64{x})
		if err != nil {
			t.Fatal(err)
		}
		return g[0]
	}
	q := put(1, 5)
	q.Horizon, q.Exercise = 0.4, []float64{0.2, 0.4}
	exact := func(x float64) float64 {
		q.Start = []float64{x}
		ref, err := bermudan.Solve(q)
		if err != nil {
			t.Fatal(err)
		}
		return 100 - x - ref.Value
	}
	root := func(f func(float64) float64) float64 {
		low, high := 60.0, 99.0
		for high-low > 0.01 {
			if mid := (low + high) / 2; f(mid) >= 0 {
				low = mid
			} else {
				high = mid
			}
		}
		return low
	}
	if got, want := root(gain), root(exact); math.Abs(got-want) > 0.02*want {
		t.Errorf("exercise below %.2f, want %.2f", got, want)
	}
	if !math.IsInf(gain(120), -1) {
		t.Errorf("gain %v out of the money", gain(120))
	}
	for _, wrong := range []error{second(r.Rule.Gain(0.5, []float64{1})), second(r.Rule.Gain(1, []float64{1}))} {
		if _, ok := wrong.(*pde.Error); !ok {
			t.Errorf("%v, want a *pde.Error", wrong)
		}
	}
}

func second(_ []float64, err error) error { return err }

// TestKink: the call on the larger of two stocks, whose payoff shows its kink, leaves less noise than the same payoff
// written so that it does not.
func TestKink(t *testing.T) {
	race.Skip(t)
	p := put(2, 3)
	p.Drift = pde.LinearDrift(-0.05)
	noise := func(pay func(x expr.Value) expr.Value) float64 {
		p.Terminal, p.Obstacle = pay, func(_, x expr.Value) expr.Value { return pay(x) }
		m, s := quick(p, 1, 2)
		m.Samples, m.Outer = 8192, bsde.Nothing // more than unknowns by far
		r, err := bsde.Solve(t.Context(), p, m, s)
		if err != nil {
			t.Fatal(err)
		}
		return r.Exercise.RuleStdErr
	}
	above := func(x expr.Value) expr.Value { return x.MaxComponent().AddConst(-110) }
	shown := noise(func(x expr.Value) expr.Value { return above(x).Max(expr.Const(0)) })
	hidden := noise(func(x expr.Value) expr.Value { return above(x).Abs().Add(above(x)).Scale(0.5) })
	t.Logf("%.4g and %.4g", shown, hidden)
	if !(shown < 0.9*hidden) {
		t.Errorf("standard error %.4g, and %.4g where the kink is hidden", shown, hidden)
	}
}
