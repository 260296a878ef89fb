package walk

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// purify takes out of growth what the control v adds to it, v·Z h, where the walk is steered.
func (w *Walker[T]) purify(span float64, z []float64, steered bool) {
	d := w.m.Eq.Dim
	copy(w.pureGrowth, w.growth)
	if !steered {
		return
	}
	for r := range w.noise.rows {
		drift := 0.0
		for i, v := range w.V[r*d : (r+1)*d] {
			drift += float64(v) * z[r*d+i]
		}
		w.pureGrowth[r] -= span * drift
	}
}

// gain adds to Gained what the noise of a step does to Y, as seen from where the weights begin,
//
//	Γ_{n+1} (Z·ΔW + ½ Σ Γ_i (ΔW_i² − h)),
//
// with ΔW without the control, and the weight known at t_n: a martingale along the path. Of walks that are tilted it says nothing.
func (w *Walker[T]) gain() {
	pure := w.pureGrowth[:w.noise.rows]
	if w.logs != nil {
		for r, l := range w.logs[:len(pure)] {
			pure[r] *= math.Exp(l)
		}
	}
	floats.Add(w.Gained[:len(pure)], pure)
}
