package policy

import (
	"math"
	"math/rand/v2"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/control"
)

const (
	// A training begins with jumps as wide as the numbers that are compared vary, and ends with some
	// that are narrow beside it. They narrow by the same factor in each iteration of sharpenShare of
	// them, so that an optimum is followed from the smooth problem to the one that jumps.
	firstSharpness = 2.0
	lastSharpness  = 1000.0
	sharpenShare   = 0.5

	smoothedRows = 512 // states and actions that tell how far what is compared varies
)

// smoothing replaces jumps of costs and dynamics in training, as with a cost of set-up, which the
// gradient along paths does not see otherwise, by sigmoids that become steeper. Costs are always estimated
// with the jumps.
type smoothing struct{ cost, next, final []float64 } // sizes for expr.Smooth

// newSmoothing is nil where nothing was seen to jump, or where a branch of a condition is not finite on
// the other side of it.
func newSmoothing(d *control.Discrete, records []control.Record) (*smoothing, error) {
	var states [][]float64
	for _, r := range records {
		states = append(states, r.States[:d.Steps]...)
	}
	jumps, err := d.Jumps(states)
	if err != nil || len(jumps) == 0 {
		return nil, err
	}
	rng := rand.New(rand.NewPCG(11, 3))
	var t, x, raw, w []float64
	for range smoothedRows {
		n := rng.IntN(d.Steps)
		t, x = append(t, d.Time(n)), append(x, records[rng.IntN(len(records))].States[n]...)
		for range d.ActionDim {
			raw = append(raw, rng.NormFloat64())
		}
		for range d.Noises() {
			w = append(w, rng.NormFloat64())
		}
	}
	s := &smoothing{}
	in := rolloutInputs(d)
	acted := d.Admit(in.t, in.x, in.a) // a is the raw action here
	for _, f := range []struct {
		sizes *[]float64
		out   expr.Value
	}{{&s.cost, d.Cost(0, in.t, in.x, acted)}, {&s.next, d.Next(0, in.t, in.x, acted, in.w)}, {&s.final, d.Final(in.x)}} {
		for _, u := range expr.Compared(f.out, in.x, in.a, in.w) {
			size, err := spread(u, in, t, x, raw, w)
			if err != nil {
				return nil, err
			}
			*f.sizes = append(*f.sizes, size)
		}
		soft, err := expr.Compile(expr.Smooth(f.out, expr.Const(firstSharpness), *f.sizes, in.x, in.a, in.w), in.t, in.x, in.a, in.w)
		if err != nil {
			return nil, err
		}
		out := make([]float64, smoothedRows*soft.Width())
		if err := soft.Eval(smoothedRows, out, t, x, raw, w); err != nil {
			return nil, err
		}
		for _, v := range out {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, nil
			}
		}
	}
	return s, nil
}

// spread is the root mean square distance of an expression from its mean.
func spread(u expr.Value, in inputs, t, x, raw, w []float64) (float64, error) {
	f, err := expr.Compile(u, in.t, in.x, in.a, in.w)
	if err != nil {
		return 0, err
	}
	out := make([]float64, smoothedRows*f.Width())
	if err := f.Eval(smoothedRows, out, t, x, raw, w); err != nil {
		return 0, err
	}
	_, std := meanAndSpread(out, 0)
	return std, nil
}

// sharpness is that of a step of so many.
func sharpness(step, steps int) float64 {
	share := math.Min(1, float64(step)/(sharpenShare*float64(steps)))
	return firstSharpness * math.Pow(lastSharpness/firstSharpness, share)
}
