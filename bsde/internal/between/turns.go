package between

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// tooBent is Σ h |mean − ½ (begin + end)| of a function with a period of ten steps and an amplitude as large as X varies, and
// some more: (2π/10)²/12 of it.
const tooBent = 0.05

// Turns is what σ does in between: half the change of the variance of X that the levels do not see, in units of it, and
// how far the noise of a step is from straight in time, where that is too much: what turns once in a step leaves the
// variance as it is, and not Z = σᵀ∇u.
func (k *Paths) Turns(a, b float64) (most float64, err error) {
	d := k.Eq.Dim
	dw, v := make([]float64, k.Rows*d), make([]float64, k.Rows*d)
	noise := func(n int, t float64) ([]float64, error) {
		err := k.step.Eval(k.Rows, v, []float64{t}, []float64{0}, k.xs[n], dw)
		floats.Sub(v, k.xs[n])
		return v, err
	}
	squares := func(n int, t, weight float64, into []float64) error {
		v, err := noise(n, t)
		for i, s := range v {
			into[i%d] += weight * s * s / float64(k.Rows)
		}
		return err
	}
	change, bent := make([]float64, d), make([]float64, d)
	err = k.blocks(a, b, func(n int, length, weight float64, count int) error {
		k.Random.Batch++
		k.Random.Normals(dw, 1)
		for i, v := range dw { // of which the squares have no noise
			dw[i] = math.Copysign(1, v)
		}
		if err := squares(n, k.From.Times[n], weight*length, change); err != nil {
			return err
		}
		straight, mean := make([]float64, len(v)), make([]float64, len(v))
		for _, t := range k.times(k.From.Times[n], length, count) {
			if err := squares(n, t, -weight*length/float64(count), change); err != nil {
				return err
			}
			floats.AddScaled(mean, 1/float64(count), v)
		}
		if count > within {
			return nil
		}
		for _, t := range []float64{k.From.Times[n], k.From.Times[n] + length} {
			v, err := noise(n, t)
			if err != nil {
				return err
			}
			floats.AddScaled(straight, 0.5, v)
		}
		for i := range mean {
			bent[i%d] += length * math.Abs(mean[i]-straight[i]) / float64(k.Rows)
		}
		return nil
	})
	for j, unit := range k.Unit {
		if by := math.Abs(change[j]) * unit * unit / 2; by > most { // not where a square-root step has no noise alone
			most = by
		}
		if far := bent[j] * unit / math.Sqrt(k.Eq.Horizon); far > tooBent {
			most = math.Max(most, far)
		}
	}
	return most, err
}

// The shares by which Rough tells a drift that steps stride over: one that a step as long as the noise changes hardly more
// than one of an eighth, and by that much of the standard deviation of X in all.
const (
	stridden = 3
	shaken   = 0.1
)

// Rough is what the drift may do to X between the points of space that steps visit; 0 where it is smooth over a step.
func (k *Paths) Rough() (most float64, err error) {
	d := k.Eq.Dim
	none := make([]float64, k.Rows*d)
	near, far := make([]float64, d), make([]float64, d)
	drift := func(n int, x []float64) ([]float64, error) {
		next := make([]float64, len(x))
		err := k.step.Eval(k.Rows, next, []float64{k.From.Times[n]}, []float64{k.From.Length(n, 1)}, x, none)
		floats.Sub(next, x)
		return next, err
	}
	dw, next, x := make([]float64, k.Rows*d), make([]float64, k.Rows*d), make([]float64, k.Rows*d)
	for n := range k.From.Steps() {
		k.Random.Batch++
		k.Random.Normals(dw, math.Sqrt(k.From.Length(n, 1)))
		if err := k.step.Eval(k.Rows, next, []float64{k.From.Times[n]}, []float64{0}, k.xs[n], dw); err != nil {
			return 0, err
		}
		own, err := drift(n, k.xs[n])
		if err != nil {
			return 0, err
		}
		for share, into := range map[float64][]float64{1: far, 0.125: near} {
			for i := range x {
				x[i] = k.xs[n][i] + share*(next[i]-k.xs[n][i])
			}
			other, err := drift(n, x)
			if err != nil {
				return 0, err
			}
			for i := range other {
				into[i%d] += math.Abs(other[i]-own[i]) / float64(k.Rows)
			}
		}
	}
	for j, unit := range k.Unit {
		if all := far[j] * unit; far[j] < stridden*near[j] && all > shaken {
			most = math.Max(most, all)
		}
	}
	return most, nil
}
