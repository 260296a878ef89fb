package flow

import "slices"

// Track keeps the recursion along paths for a bracket.
type Track struct {
	y      []float64   // that of the walk, as it goes on
	values [][]float64 // Y_n
	gains  [][]float64 // what Z and Γ add to Y
	growth func() []float64
}

// NewTrack keeps y, the values of a walk as it goes on, and what growth says that Z and Γ add to them.
func NewTrack(y []float64, growth func() []float64) *Track { return &Track{y: y, growth: growth} }

// Observe keeps a step.
func (k *Track) Observe(int, float64, []float64, []float64, []float64) error {
	k.values = append(k.values, slices.Clone(k.y))
	k.gains = append(k.gains, slices.Clone(k.growth()))
	return nil
}

// Backward bounds the solution of the split scheme, see Flows,
//
//	y_N = Φ_{h/2}(g),   y_n = Φ_h(E_n[y_{n+1}]),   y_0 = Φ_{h/2}(E_0[y_1])
//
// along each path from both sides, with c = θ_{n+1} − ΔM_n and ΔM any martingale's:
//
//	θ_N = Φ_{h/2}(g),   θ_n = c + F(c)
//
// With φ = Φ − id the sum of p convex and q concave, F = p + the tangent of q at an adapted number is
// convex and not below φ: E_n θ_n ≥ y_n by Jensen's inequality. F = q + the tangent of p bounds it
// from below. Both need c + F(c) to be increasing (after Bender, Schweizer, Zhuo 2017). With Y_n of the
// forward recursion E_n[y_{n+1}] is near Φ_{−h/2}(Y_n), the number that is taken, and
// Φ'_{h/2}(Y_n) Z·ΔW near what y_{n+1} gains in the step.
func (k *Track) Backward(s *Flows, g, lower, upper []float64) {
	last := len(s.half) - 1
	for r, v := range g {
		lower[r] = v + s.half[last].value(v)
		upper[r] = lower[r]
	}
	for n := last; n >= 0; n-- {
		half, whole := s.half[n], s.whole[n]
		for r, y := range k.values[n] {
			y = s.inside(y) // u is in the range
			f, _, slope, _ := half.at(y)
			gain := (1 + slope) * k.gains[n][r]
			y = s.inside(y - f)
			fy, py, slope, bend := whole.at(y)
			c := upper[r] - gain
			_, p, _, _ := whole.at(c)
			upper[r] = c + p + fy - py + (slope-bend)*(c-y)
			c = lower[r] - gain
			f, p, _, _ = whole.at(c)
			lower[r] = c + f - p + py + bend*(c-y)
		}
	}
}
