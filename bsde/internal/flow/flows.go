package flow

import (
	"math"

	"github.com/deepbsde/deepbsde/bsde/internal/walk"
)

// Flows are what f does to u on the steps of a level, Φ_h(y) − y with Φ_h(y) the solution of y' = f(y) after the
// time h. Half of a step's is done before the expectation over its noise and half after it, which makes a scheme of
// order 2 (Strang 1968) from maps that are increasing, whatever the step:
//
//	u(t_n, ·) ≈ Φ_{h/2}(E_n[Φ_{h/2}(u(t_{n+1}, X_{n+1}))])
//
// Two halves that meet are one curve.
type Flows struct {
	*Generator
	half  []*curve // of half of step n, before its expectation
	whole []*curve // after it: half of step n, and half of step n−1 where there is one
}

// Flows are nil where F of a step is not increasing, or f too stiff.
func (s *Generator) Flows(from *walk.Origin, stride int) (*Flows, error) {
	out := &Flows{Generator: s}
	made := map[float64]*curve{}
	curve := func(h float64) (*curve, error) {
		near := float64(float32(h)) // equal steps differ by rounding
		if c, ok := made[near]; ok {
			return c, nil
		}
		f, err := s.flow(h)
		if f == nil || err != nil {
			return nil, err
		}
		c := s.curve(f)
		made[near] = c
		return c, nil
	}
	before := 0.0
	for k := 0; k < from.Steps(); k += stride {
		h := from.Length(k, min(stride, from.Steps()-k)) / 2
		half, err := curve(h)
		if half == nil || err != nil {
			return nil, err
		}
		whole, err := curve(before + h)
		if whole == nil || err != nil || 1+whole.least < 0 {
			return nil, err
		}
		out.half, out.whole = append(out.half, half), append(out.whole, whole)
		before = h
	}
	return out, nil
}

const (
	flowStep  = 0.05 // times 1/|f′|: a step of flow, whose error is its fifth power
	mostFlows = 2000 // steps of flow
)

// flow is Φ_h(y) − y at the points of a curve by the classical method of Runge and Kutta; nil where it takes too many steps.
func (s *Generator) flow(h float64) ([]float64, error) {
	steps := math.Ceil(h*s.steepest/flowStep) + 1
	if !(steps <= mostFlows) {
		return nil, nil
	}
	first := s.points()
	out, y, h := make([]float64, len(first)), make([]float64, len(first)), h/steps
	for range int(steps) {
		var k []float64
		next := append([]float64(nil), out...)
		for _, stage := range []struct{ at, weight float64 }{{0, 1. / 6}, {0.5, 1. / 3}, {0.5, 1. / 3}, {1, 1. / 6}} {
			for i, v := range first {
				y[i] = v + out[i]
				if k != nil {
					y[i] += stage.at * h * k[i]
				}
			}
			var err error
			if k, err = s.of(y...); err != nil {
				return nil, err
			}
			for i, v := range k {
				next[i] += stage.weight * h * v
			}
		}
		out = next
	}
	return out, nil
}
