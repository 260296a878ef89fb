package policy

import (
	"bytes"
	"math"
	"slices"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/control"
)

// TestRounds: rounds end where they should, a change within 0.2 % and its noise ends training, a larger
// one adds a round, twice at most. One for the worse, of the cost with its penalty, is undone.
func TestRounds(t *testing.T) {
	s := bsde.Settings{Iterations: 1000}.WithDefaults()
	costs := func(level float64) []float64 { return slices.Repeat([]float64{level, level + 0.02}, roundPaths/4) }
	for _, c := range []struct {
		levels  []float64
		steps   int
		falling bool
		undone  int
	}{
		{[]float64{10, 9.99}, 1000, false, 0},
		{[]float64{10, 9.9, 9.89}, 1400, false, 0},
		{[]float64{10, 9.9, 9.7, 9.5}, 1800, true, 0},
		{[]float64{10, 9.9, 9.7, 9.7}, 1800, false, 0},
		{[]float64{10, 10.5, 10}, 1400, false, 1},
		{[]float64{10, 10.5, 10.4, 9}, 1800, true, 2},
		{[]float64{-10, -9.9, -10.1, -10.1}, 1800, false, 1},
	} {
		r, undone := newRounds(&s), 0
		for _, level := range c.levels {
			if r.judge(costs(level), 0) {
				undone++
			}
		}
		if want := math.Pow(calmer, -float64(undone)); undone != c.undone || r.rateFactor() != want {
			t.Errorf("costs %v: %d rounds undone, want %d; %g of the rate, want %g", c.levels, undone, c.undone, r.rateFactor(), want)
		}
		if _, falling := r.Falling(); r.Steps() != c.steps || falling != c.falling {
			t.Errorf("costs %v: %d steps, falling %t, want %d, %t", c.levels, r.Steps(), falling, c.steps, c.falling)
		}
	}
	r := newRounds(&s)
	for step, want := range map[int][2]int{0: {0, 600}, 599: {0, 600}, 600: {600, 1000}, 1000: {1000, 1400}, 1799: {1400, 1800}} {
		if begin, end := r.Round(step); [2]int{begin, end} != want {
			t.Errorf("step %d is in the round %d to %d, want %v", step, begin, end, want)
		}
	}
	if r.judge(costs(2), 1); !r.judge(costs(1.9), 1.5) {
		t.Error("a round with a larger penalty than what it saves is not undone")
	}
	short := bsde.Settings{Iterations: 40}.WithDefaults()
	if r = newRounds(&short); r.MostSteps() != 40 {
		t.Errorf("%d steps of 40", r.MostSteps())
	}
	r.judge(costs(2), 0)
	r.judge(costs(1), 0)
	if by, _ := r.Falling(); !math.IsNaN(by) {
		t.Errorf("a change of %g after too few steps, want that it is not known", by)
	}
}

// TestRoundsResume: with a rate so small that the cost falls all the time there are two more rounds, and
// the answer says so; resumed within one of them the run ends with the same bits.
func TestRoundsResume(t *testing.T) {
	p := chain(2)
	s := bsde.Settings{Iterations: 126, Steps: 4, Batch: 16, LearningRate: 3e-4, Paths: 256}
	tr := policyTrainer(t, p, Method{}, s)
	var saved bytes.Buffer
	var history []bsde.Record
	for tr.Step(t.Context()) {
		if tr.Iteration() == 150 {
			history = slices.Clone(tr.History())
			if err := tr.Save(&saved, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	want := slices.Clone(tr.Training().(*engine[float32]).params)
	r, err := tr.Result(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if r.Iterations != 226 || r.Status != bsde.StillFalling || r.Trusted() ||
		!slices.ContainsFunc(r.Reasons, func(o estimate.Reason) bool { return o.Kind == estimate.StillFalling }) {
		t.Errorf("%d iterations, status %v, reasons %v", r.Iterations, r.Status, r.Reasons)
	}
	again := policyTrainer(t, p, Method{}, s)
	checkpoint, err := bsde.ReadCheckpoint(saved.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Restore(checkpoint, history); err != nil {
		t.Fatal(err)
	}
	for again.Step(t.Context()) {
	}
	if got := again.Training().(*engine[float32]).params; !slices.Equal(got, want) || again.Iteration() != 226 {
		t.Errorf("the resumed run ends after %d iterations with other bits", again.Iteration())
	}
}

// TestRoundUndone: a round that ends worse than the one before leaves the policy of that one.
func TestRoundUndone(t *testing.T) {
	tr := policyTrainer(t, chain(2), Method{}, bsde.Settings{Iterations: 126, Steps: 4, Batch: 16, Paths: 256})
	e := tr.Training().(*engine[float32])
	for tr.Iteration() < e.first && tr.Step(t.Context()) {
	}
	good := slices.Clone(e.params)
	for i := range e.params {
		e.params[i] += 0.5
	}
	if err := e.endRound(e.planned); err != nil || !slices.Equal(e.params, good) || e.rateFactor() != 1./calmer {
		t.Errorf("%v; the parameters are undone: %t, %g of the rate", err, slices.Equal(e.params, good), e.rateFactor())
	}
}

// TestPilotsSettle: for dX = (3X + a)dt + ½dW random actions leave the states hundreds of times too wide;
// pilots find the scale of a policy that holds them.
func TestPilotsSettle(t *testing.T) {
	p := chain(1)
	p.Horizon = 2
	p.Drift = func(_, x, a expr.Value) expr.Value { return x.Scale(3).Add(a) }
	d, err := p.Discretise(20)
	if err != nil {
		t.Fatal(err)
	}
	set := bsde.Settings{Iterations: 1000}.WithDefaults()
	before, err := newScales(t.Context(), d, nil, &set)
	if err != nil {
		t.Fatal(err)
	}
	tr := policyTrainer(t, p, Method{}, bsde.Settings{Iterations: 1000})
	after := tr.Training().(*engine[float32]).scales
	last := len(after.invstd) - 1
	if by := after.invstd[last][0] / before.invstd[last][0]; by < 10 {
		t.Errorf("the last states are seen %g times closer than under random actions, want 10 at least", by)
	}
	o, err := control.Simulate(t.Context(), d, tr.Policy(), control.Simulation{Paths: 64})
	if err != nil || math.IsNaN(o.Cost) {
		t.Error(o, err)
	}
}
