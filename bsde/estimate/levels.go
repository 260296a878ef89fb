package estimate

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"
)

// levels are estimates of Y0 on the same paths with the step h, 2h and 4h. The
// recursion is of weak order 1, or nearly 2 with the trapezoidal rule, so two levels give an extrapolation to step 0
// (Talay, Tubaro 1990), and the next two the size of what is left: where the three do
// behave like that.
type levels struct {
	y0     float64
	runs   []*residuals
	step   []float64
	free   bool // there is no time step error
	second bool // the recursion is of order 2, but for small terms
	safe   bool // and what is of order 1 in a value is on the side that it is a bound for

	refused *residuals // a level too coarse to say anything
}

// add takes one more level. It reports false, and leaves the level out, where it
// cannot be used: fewer paths than the first because the run was cancelled, or a
// Γ that differs from the finer level's by a factor
// beyond 2, the sign that the step is too large for the growth of f in y.
func (l *levels) add(r *residuals, step float64) bool {
	if !(r.slope > 0) || math.IsInf(r.slope, 1) || !finite(r.mean()) {
		l.refused = r
		return false
	}
	if n := len(l.runs); n > 0 {
		if len(r.delta) != len(l.runs[0].delta) {
			return false
		}
		if ratio := r.slope / l.runs[n-1].slope; !(ratio >= 0.5 && ratio <= 2) {
			l.refused = r
			return false
		}
		r.pair(l.runs[n-1])
	}
	l.runs, l.step = append(l.runs, r), append(l.step, step)
	return true
}

// value is that of level i.
func (l *levels) value(i int) float64 { return l.y0 - stat.Mean(l.runs[i].each(), nil) }

// weights are those of levels i and i+1 in the extrapolation to step 0; that of the second
// is 0 where there is no such level.
func (l *levels) weights(i int) (a, b float64) {
	if i+1 >= len(l.runs) {
		return 1, 0
	}
	fine, coarse := l.power(i), l.power(i+1)
	a = coarse / (coarse - fine)
	return a, 1 - a
}

// power is the step of a level to the order of the recursion.
func (l *levels) power(i int) float64 { return math.Pow(l.step[i], math.Log2(l.factor())) }

// factor is that by which the error shrinks with half the step.
func (l *levels) factor() float64 {
	if l.second {
		return 4
	}
	return 2
}

// combine is the mean and the standard error of a·level i + b·level j, path by path.
func (l *levels) combine(a float64, i int, b float64, j int) (mean, stderr float64) {
	x, y := l.runs[i].each(), l.runs[min(j, len(l.runs)-1)].each()
	each := make([]float64, len(x))
	for k := range each {
		each[k] = a*x[k] + b*y[k]
	}
	mean, std := stat.MeanStdDev(each, nil)
	return mean, std / math.Sqrt(float64(len(each)))
}

// extrapolate is the value extrapolated from levels i and i+1, with its standard
// error; with a single level it is that level's value.
func (l *levels) extrapolate(i int) (value, stderr float64) {
	a, b := l.weights(i)
	mean, stderr := l.combine(a, i, b, i+1)
	return l.y0 - mean, stderr
}

// variance is that of the mismatch extrapolated to step 0: what is left there is
// the network's. The rest, Z kept constant over a step, is part of the time step
// error. 0 where the step's share is so large that the network's cannot be told from it.
func (l *levels) variance() float64 {
	v := math.Pow(l.runs[0].std(), 2)
	if len(l.runs) == 1 {
		return v
	}
	wider := math.Pow(l.runs[1].std(), 2)
	left := v - (wider-v)*l.step[0]/(l.step[1]-l.step[0])
	return math.Min(math.Max(left, 0), v)
}

// limit is the value at step 0 with its standard error and the size of the time step's
// error that is left in it, NaN where nothing tells it. regular tells whether the levels
// behave like the expansion in h that the extrapolation rests on.
type limit struct {
	value, stderr, step float64
	regular             bool
	coarse              float64 // the weight of the second level in the value; that of the first is 1 less it
	detail              string  // the levels, where they are not regular
}

// limit extrapolates where the difference of the coarse levels is 1.3 to 3 times that of the
// fine ones (2 for an error like h; for one like h² 1.3 to 6 times, where 4 is right), as far as their noise can tell, or both are noise. With the ratio r, what is left after
// the extrapolation is |2 − r|/(r − 1) of the fine difference if the differences go on to
// shrink by r: half as much again, as r itself shrinks where the order is below 1, or the distance
// of the two extrapolations, |2 − r| of that difference, is the error, and on top a tenth of that
// difference: r may be 2 by chance, unless a fourth level confirms it. Where the differences shrink faster, by chance or not, the value is
// that of the finest level: with two terms c₁h + c₂h² that cancel in the fine difference a third of
// the coarse one is left. Elsewhere it is that level too, and its error the largest distance from any
// other, or what two terms that go through the three levels make of it.
func (l *levels) limit() limit {
	if l.free {
		v, se := l.extrapolate(0)
		return limit{value: v, stderr: se, regular: true}
	}
	at := l.series()
	if len(l.runs) > 1 && l.runs[0].stiff() { // then the last difference is what is known
		at.step = math.Max(at.step, math.Abs(l.value(0)-l.value(1)))
	}
	return at
}

// series is limit for levels of short steps.
func (l *levels) series() limit {
	finest, se := l.value(0), l.runs[0].std()/math.Sqrt(float64(len(l.runs[0].delta)))
	if len(l.runs) < 3 {
		return l.few(finest, se)
	}
	a, sa := l.combine(1, 1, -1, 0)
	b, sb := l.combine(1, 2, -1, 1)
	fine, coarse := math.Abs(a), math.Abs(b)
	factor := l.factor()
	scale := factor * (l.power(1) - l.power(0)) / (l.power(2) - l.power(1)) // from steps of other ratios to halved ones
	r := withinNoise(a, sa, b*scale, sb*scale, factor)
	noise := fine <= 3*sa && coarse <= 3*sb
	if v, stderr := l.extrapolate(0); noise || r >= 1.3 && r <= 1.5*factor {
		wider, _ := l.extrapolate(1)
		step := math.Abs(v - wider)
		if l.safe {
			step *= ofNextOrder
		}
		if !noise {
			if wrong, ok := l.confirmed(); ok {
				if !l.second { // what is left then is a term of order 2, a third of the distance of the two
					step /= 2
				}
				step += math.Min(wrong, fine) / 10
			} else {
				step = step*math.Max(1, 1.5/(r-1)) + fine/10
			}
		}
		_, coarse := l.weights(0)
		return limit{value: v, stderr: stderr, step: step, regular: true, coarse: coarse}
	}
	if math.Abs(r) > 1.5*factor {
		return limit{value: finest, stderr: se, step: fine + coarse/3 + sa, regular: true}
	}
	v, stderr := l.extrapolate(0)
	far := math.Max(math.Max(math.Abs(l.value(1)-finest), math.Abs(l.value(2)-finest)), math.Abs(v-finest))
	halved := 2 * b * (l.step[1] - l.step[0]) / (l.step[2] - l.step[1])
	if found := halved / a; found > 1 {
		far = math.Max(far, 1.5*fine/math.Max(found-1, 0.1))
	}
	second := (halved - 2*a) / 6 // c₂h², and c₁h, if these two terms are all there is
	far = math.Max(far, math.Abs(a-3*second)+math.Abs(second))
	return limit{value: finest, stderr: se, step: far + stderr,
		detail: fmt.Sprintf("%.4g, %.4g, %.4g on steps of %.3g, %.3g, %.3g", l.value(0), l.value(1), l.value(2), l.step[0], l.step[1], l.step[2])}
}

// ofNextOrder is the part of the distance of two extrapolations of order 2 that is left in the finer one, where the next term is like
// h^1.5: (4/3 − 2^1.5/3)/(2^1.5 − 1) of its coefficient is 0.55 of that distance. Of higher terms less is left.
const ofNextOrder = 0.55

// confirmed tells whether a fourth level lies where two terms c₁h + c₂h² through the other three put it,
// within a fifth of its distance from the third and the noise, and by how much it does not. Of a third
// term a twentieth of that is left in the extrapolation.
func (l *levels) confirmed() (wrong float64, ok bool) {
	if len(l.runs) < 4 {
		return 0, false
	}
	h := l.step
	// The differences of neighbours are c₁(h_i − h_j) + c₂(h_i² − h_j²).
	d := func(i int) (float64, float64) { return h[i] - h[i+1], h[i]*h[i] - h[i+1]*h[i+1] }
	a1, a2 := d(0)
	b1, b2 := d(1)
	c1, c2 := d(2)
	det := a1*b2 - a2*b1
	wa, wb := (c1*b2-c2*b1)/det, (c2*a1-c1*a2)/det // of the first two in the third
	each := make([]float64, len(l.runs[0].delta))
	for k := range each {
		y := func(i int) float64 { return -l.runs[i].each()[k] }
		each[k] = y(2) - y(3) - wa*(y(0)-y(1)) - wb*(y(1)-y(2))
	}
	mean, std := stat.MeanStdDev(each, nil)
	third := math.Abs(l.value(2) - l.value(3))
	wrong = math.Abs(mean)
	return wrong, wrong <= third/5+2*std/math.Sqrt(float64(len(each)))
}

// withinNoise is the ratio b/a of two differences with standard errors: the number nearest to
// that which theory demands that is within two standard errors of it.
func withinNoise(a, sa, b, sb, near float64) float64 {
	fits := func(r float64) bool { return math.Abs(b-r*a) <= 2*math.Hypot(sb, r*sa) }
	r := b / a
	if !finite(r) || fits(near) {
		return near
	}
	for range 50 {
		if middle := (r + near) / 2; fits(middle) {
			r = middle
		} else {
			near = middle
		}
	}
	return r
}

// few is the limit from one or two levels: the finest value, with its distance from the other
// ones as the error, that of a refused one among them. Nothing tells whether they shrink with
// the step, and with a single level nothing tells the error.
func (l *levels) few(finest, se float64) limit {
	out := limit{value: finest, stderr: se, step: math.NaN(), detail: "a single level could be used"}
	if len(l.runs) == 2 {
		_, noise := l.combine(1, 0, -1, 1)
		out.step = math.Abs(l.value(1)-finest) + noise
		out.detail = fmt.Sprintf("two levels alone could be used, %.4g and %.4g on steps of %.3g and %.3g", finest, l.value(1), l.step[0], l.step[1])
	}
	if l.refused != nil && finite(l.refused.mean()) {
		out.step = math.Max(math.Abs(l.refused.mean()-l.runs[0].mean()), 2*out.step)
	} else if len(l.runs) == 2 {
		out.step *= 2
	}
	return out
}
