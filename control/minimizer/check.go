// Package minimizer tries the minimiser of a Hamiltonian that a problem gives.
package minimizer

import (
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/pde"
)

const (
	// Points is the number of (t, x, p) at which a minimiser is tried.
	Points   = 400
	betterBy = 1e-9 // of the sum of the absolute terms of H: rounding
)

// Check compares H at the minimiser with H at random admissible actions and at
// actions near it, in states of simulated paths and for gradients p like those of the
// terminal cost: a minimiser may be cut off for others, which the value never has. The error, a *pde.Error, has an action that is better, or says
// in what way the minimiser is not admissible.
func Check(d *control.Discrete, records []control.Record) error {
	h, err := newHamiltonian(&d.Problem)
	if err != nil {
		return err
	}
	for trial := range Points {
		r := records[trial%len(records)]
		n := h.rng.IntN(len(r.Actions))
		h.t, h.x = []float64{d.Time(n)}, r.States[n]
		if err := h.costate(r.States[len(r.States)-1]); err != nil {
			return err
		}
		if err := h.minimizer.Eval(1, h.best, h.t, h.x, h.p); err != nil {
			return err
		}
		if err := h.admissible(); err != nil {
			return err
		}
		if err := h.compare(); err != nil {
			return err
		}
	}
	return nil
}

// compare tries other actions.
func (h *hamiltonian) compare() error {
	best, err := h.hamiltonian(h.best)
	if err != nil {
		return err
	}
	if h.endless { // H may have no minimum for this p
		if err := h.admit.Eval(1, h.at, h.t, h.x, h.normals(len(h.at), 1e6)); err != nil {
			return err
		}
		if far, err := h.hamiltonian(h.at); err != nil || !(h.sign*(best-far) < 0) {
			return err
		}
	}
	for k := range 16 {
		if err := h.other(k); err != nil {
			return err
		}
		got, err := h.hamiltonian(h.at)
		if err != nil {
			return err
		}
		var size [1]float64
		if err := h.terms.Eval(1, size[:], h.t, h.x, h.p, h.at); err != nil {
			return err
		}
		if h.sign*(best-got) > betterBy*(math.Abs(best)+size[0]) {
			return h.wrong("is %s, where H = b·p + L is %.6g; the admissible action %s gives %.6g", brief(h.best), best, brief(h.at), got)
		}
	}
	return nil
}

// other fills in the k-th of the actions tried: an admissible one at random, or one near the best.
func (h *hamiltonian) other(k int) error {
	if k%2 == 0 {
		return h.admit.Eval(1, h.at, h.t, h.x, h.normals(len(h.at), math.Pow(10, float64(k/2%4)-1)))
	}
	copy(h.at, h.best)
	step := math.Pow(10, -float64(k/2%4)) // relative
	switch h.problem.Actions.(type) {
	case nil, control.Box, control.StateBox:
		i := h.rng.IntN(len(h.at))
		h.at[i] += step * (0.1 + math.Abs(h.at[i])) * float64(1-2*h.rng.IntN(2))
		if h.lower == nil {
			return nil
		}
		lower, upper := make([]float64, len(h.at)), make([]float64, len(h.at))
		if err := h.bounds(lower, upper); err != nil {
			return err
		}
		h.at[i] = math.Max(lower[i], math.Min(upper[i], h.at[i]))
	case control.Simplex, control.Budget: // towards another point of a convex set
		if err := h.admit.Eval(1, h.at, h.t, h.x, h.normals(len(h.at), 3)); err != nil {
			return err
		}
		for i, v := range h.best {
			h.at[i] = v + step*(h.at[i]-v)
		}
	}
	return nil
}

func (h *hamiltonian) hamiltonian(a []float64) (float64, error) {
	var out [1]float64
	err := h.value.Eval(1, out[:], h.t, h.x, h.p, a)
	return out[0], err
}

func (h *hamiltonian) wrong(format string, args ...any) error {
	return &pde.Error{Problem: h.problem.Name, Field: "Minimizer",
		Reason: fmt.Sprintf("at t = %.4g, x = %s, p = %s: ", h.t[0], brief(h.x), brief(h.p)) + fmt.Sprintf(format, args...)}
}

// brief are the first components of a point.
func brief(x []float64) string {
	if len(x) > 4 {
		return fmt.Sprintf("%.4g …", x[:4])
	}
	return fmt.Sprintf("%.4g", x)
}
