package estimate

import (
	"math"

	"gonum.org/v1/gonum/stat"
)

// levels are estimates of Y0 on the same paths with the step h, 2h and 4h. The
// recursion is of weak order 1, so two levels give an extrapolation to step 0
// (Talay, Tubaro 1990), and the next two the size of what is left.
type levels struct {
	y0   float64
	runs []*residuals
	step []float64

	refused *residuals // a level too coarse to extrapolate from
}

// add takes one more level. It reports false, and leaves the level out, where it
// cannot be used: fewer paths than the first because the run was cancelled, or a
// dY_N/dY0 that is not positive or differs from the finer level's by a factor
// beyond 2, the sign that the step is too large for the growth of f in y.
func (l *levels) add(r *residuals, step float64) bool {
	if n := len(l.runs); n > 0 {
		ratio := r.slope / l.runs[n-1].slope
		if len(r.delta) != len(l.runs[0].delta) {
			return false
		}
		if !(ratio >= 0.5 && ratio <= 2) {
			l.refused = r
			return false
		}
	}
	if !(r.slope > 0) || math.IsInf(r.slope, 1) {
		return false
	}
	l.runs, l.step = append(l.runs, r), append(l.step, step)
	return true
}

// extrapolate is the value extrapolated from levels i and i+1, with its standard
// error from the combination of the two mismatches of each path; with a single
// level it is that level's value.
func (l *levels) extrapolate(i int) (value, stderr float64) {
	a := l.runs[i]
	wa, wb, b := 1.0, 0.0, a
	if i+1 < len(l.runs) {
		b = l.runs[i+1]
		wa = l.step[i+1] / (l.step[i+1] - l.step[i])
		wb = 1 - wa
	}
	each := make([]float64, len(a.delta))
	for k := range each {
		each[k] = wa*a.delta[k] + wb*b.delta[k]
	}
	mean, std := stat.MeanStdDev(each, nil)
	return l.y0 - mean, std / math.Sqrt(float64(len(each)))
}

// variance is that of the mismatch extrapolated to step 0: what is left there is
// the network's. The rest, Z kept constant over a step, is part of the time step
// error. Where the step's share is so large that nothing seems to be left, the
// network's cannot be told from it: resolved is false.
func (l *levels) variance() (left float64, resolved bool) {
	v := math.Pow(l.runs[0].std(), 2)
	if len(l.runs) == 1 {
		return v, true
	}
	wider := math.Pow(l.runs[1].std(), 2)
	left = v - (wider-v)*l.step[0]/(l.step[1]-l.step[0])
	return math.Min(math.Max(left, 0), v), left > 0
}

// error is the distance of the extrapolation from the one a level coarser, some
// three times the error of the finer one where the expansion in the step holds.
// With two levels it is the distance from the finer level itself, with one that
// from the level that was refused, and NaN without any.
func (l *levels) error() float64 {
	fine, _ := l.extrapolate(0)
	switch len(l.runs) {
	case 1:
		if l.refused == nil || !(l.refused.slope > 0) {
			return math.NaN()
		}
		return math.Abs(l.refused.mean() - l.runs[0].mean())
	case 2:
		return math.Abs(fine - (l.y0 - l.runs[0].mean()))
	}
	coarse, _ := l.extrapolate(1)
	return math.Abs(fine - coarse)
}
