package estimate

import (
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

// pair takes out of the mismatches of a level the part of the distance to a finer level, on the same noise, that
// is a martingale's. Y on steps of h and of 2h differs most by
//
//	Γ Σ (Z_n − Z_{n−1})·ΔW_n + …,
//
// Z kept over the longer step, which has the mean 0 and is known on every path: a control variate, with the coefficient of the
// regression. What is left tells what the step does to the mean, with much less noise.
func (r *residuals) pair(finer *residuals) {
	r.paired = nil
	if len(r.gained) != len(r.delta) || len(finer.gained) != len(r.delta) {
		return
	}
	by, far := make([]float64, len(r.delta)), make([]float64, len(r.delta))
	floats.SubTo(by, r.gained, finer.gained)
	floats.SubTo(far, r.delta, finer.delta)
	c := stat.Covariance(far, by, nil) / stat.Variance(by, nil)
	if !finite(c) {
		return
	}
	floats.AddScaled(far, -c, by)
	floats.Add(far, finer.each())
	r.paired = far
}

// each is the mismatches that levels are compared by.
func (r *residuals) each() []float64 {
	if r.paired != nil {
		return r.paired
	}
	return r.delta
}
