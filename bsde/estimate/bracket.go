package estimate

import "slices"

// bracket is u(t, x) from below and above on each path, less Y0 with the sign of a mismatch.
type bracket struct{ lower, upper []float64 }

// track keeps the recursion along paths for a bracket.
type track struct {
	y      []float64   // that of the walk, as it goes on
	values [][]float64 // Y_n
	gains  [][]float64 // what Z and Γ add to Y
	growth func() []float64
}

func newTrack(y []float64, growth func() []float64) *track { return &track{y: y, growth: growth} }

// Observe keeps a step.
func (k *track) Observe(int, float64, []float64, []float64, []float64) error {
	k.values = append(k.values, slices.Clone(k.y))
	k.gains = append(k.gains, slices.Clone(k.growth()))
	return nil
}

// backward bounds the solution of the split scheme, see flows,
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
func (k *track) backward(s *flows, g, lower, upper []float64) {
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

// bracket is the limits of both ends over the levels, of the order 2 where X is exact: there the step does to an end by the
// variance of θ alone what is of order 1, by Jensen's inequality to its own side.
func (l *levels) bracket(exact bool) (lower, upper *limit) {
	ends := [2]*levels{{y0: l.y0, second: exact, safe: exact}, {y0: l.y0, second: exact, safe: exact}}
	for i, r := range l.runs {
		if r.bracket == nil {
			break
		}
		for side, each := range [2][]float64{r.bracket.lower, r.bracket.upper} {
			end := ends[side]
			at := &residuals{delta: each, slope: 1, gained: r.gained}
			if i > 0 {
				at.pair(end.runs[i-1])
			}
			end.runs, end.step = append(end.runs, at), append(end.step, l.step[i])
		}
	}
	a, b := ends[0].limit(), ends[1].limit()
	return &a, &b
}
