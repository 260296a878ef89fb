package walk

import "math"

// mostTilt bounds cΓ_i h, as the variance of a tilted increment is finite below 1.
const mostTilt = 0.5

// tilt is for the mean of exp(−cδ'), where δ' is the mismatch without B = ½ Σ Γ_i (ΔW_i² − h), what Γ adds:
// it varies by exp(cB) where Γ does its work. Increments of the normal law with that density have the variance
//
//	h/(1 − a_i),   a_i = cΓ_i h
//
// With them the mean is that of exp(−cδ + L), L = Σ (−½ ln(1 − a_i) − ½ a_i), which is added to Tilted. Γ off the
// diagonal is left out, and where a_i is too large Γ_i is less.
func (w *Walker[T]) tilt(h float64, dw []float64) {
	d, wide := w.m.Eq.Dim, w.m.Eq.Dim+len(w.along)
	by := w.Tilt * w.from.Scale * h
	for r := range w.noise.rows {
		gamma, noise, log := w.gamma[r*wide:(r+1)*wide], dw[r*d:(r+1)*d], 0.0
		clear(gamma[d:])
		for i := range noise {
			a := by * gamma[i]
			if !(a <= mostTilt) {
				a = mostTilt
				gamma[i] = a / by
			}
			noise[i] /= math.Sqrt(1 - a)
			log -= (math.Log1p(-a) + a) / 2
		}
		w.Tilted[r] += log
	}
}
