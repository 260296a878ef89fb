package picard

import (
	"context"
	"math"

	"github.com/deepbsde/deepbsde/autodiff/random"
)

// run is one repetition. It has its own random stream and draws from it in a
// fixed order.
type run struct {
	*equation
	Multilevel
	ctx    context.Context
	stream random.Stream // Path counts the draws
	frames []*frame      // of levels 1 … Level: in the recursion a level calls only lower ones
	cost   int64
	seen   []float64 // of the values of g in U_n(0, x)
}

// mostSeen is how many values of g a run keeps.
const mostSeen = 1 << 15

// picardBlock is the number of samples treated at a time, those of several points
// together: a call of f or g costs as much as some rows of it.
const block = 128

// frame is the memory of one level.
type frame struct {
	point           []int // of a sample: the point it belongs to
	h, weight       []float64
	uniform         []float64
	dw, extra       []float64 // of a sample
	left, t         []float64 // of a row (a sample, or one of its two paths): T−t and t
	x               []float64
	value           []float64 // f or g
	single          []float64 // one evaluation of f
	y, z            []float64 // U, Z at the rows: of the first halves of the samples, of the second, means
	signed, reverse []float64 // one row of ΔW and extra with its sign
}

func (e *equation) newRun(ctx context.Context, m Multilevel, s random.Stream) *run {
	r := &run{equation: e, Multilevel: m, ctx: ctx, stream: s, frames: make([]*frame, m.Level)}
	floats := func(n int) []float64 { return make([]float64, n) }
	const n = block
	rows, d := n*r.paths(), e.dim
	for l := range r.frames {
		r.frames[l] = &frame{
			point: make([]int, n), h: floats(n), weight: floats(n), uniform: floats(n),
			dw: floats(n * d), extra: floats(n * d * e.step.Extra),
			left: floats(rows), t: floats(rows), x: floats(rows * d),
			value: floats(rows), single: floats(rows), y: floats(3 * rows), z: floats(3 * rows * d),
			signed: floats(d), reverse: floats(d * e.step.Extra),
		}
	}
	return r
}

// paths is the number of paths of a sample.
func (e *equation) paths() int {
	if e.gradient {
		return 2
	}
	return 1
}

// estimate is the terms of U_n(0, x): that of g, then those for l = 0 … n−1, which are the
// changes from one iteration to the next.
func (r *run) estimate(x []float64) ([]float64, error) {
	y, z := make([]float64, 2), make([]float64, 2*r.dim)
	var terms []float64
	for l := -1; l < r.Level; l++ {
		before := (y[0] + y[1]) / 2
		if err := r.term(r.Level, l, []float64{r.horizon}, x, y, z); err != nil {
			return nil, err
		}
		terms = append(terms, (y[0]+y[1])/2-before)
	}
	return terms, nil
}

// approximate sets y, z to independent samples of (U_level, Z_level), level ≥ 1, at
// points x with times left to T: at all points from the first halves of the samples,
// then at all points from the second.
func (r *run) approximate(level int, left, x, y, z []float64) error {
	clear(y)
	clear(z)
	for l := -1; l < level; l++ {
		if err := r.term(level, l, left, x, y, z); err != nil {
			return err
		}
	}
	return nil
}

// term adds to y, z the term l of the sum of a level, −1 being that of g.
func (r *run) term(level, l int, left, x, y, z []float64) error {
	f, d, paths := r.frames[level-1], r.dim, r.paths()
	each := 1 // samples of a point, M^{n−l} or Mⁿ
	for range level - max(l, 0) {
		each *= r.Basis
	}
	for lo := 0; lo < len(left)*each; lo += block {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		n := min(block, len(left)*each-lo)
		r.times(f, lo, n, each, l, left)
		if err := r.move(f, n, x); err != nil {
			return err
		}
		if err := r.evaluate(f, n*paths, l); err != nil {
			return err
		}
		if l < 0 && level == r.Level {
			r.seen = append(r.seen, f.value[:min(n*paths, mostSeen-len(r.seen))]...)
		}
		for i := range n {
			b := f.point[i] + (lo+i)%2*len(left)
			if paths == 1 {
				y[b] += f.weight[i] * f.value[i]
				continue
			}
			plus, minus := f.value[2*i], f.value[2*i+1]
			y[b] += f.weight[i] * 0.5 * (plus + minus)
			c := f.weight[i] * 0.5 * (plus - minus) * r.tangent(f.h[i])
			zb := z[b*d : (b+1)*d]
			for j, v := range f.dw[i*d : (i+1)*d] {
				zb[j] += c * v
			}
		}
	}
	return nil
}

// times sets the point, the time step h and the weight of samples lo … lo+n−1, which is
// 1/p(R) divided by the number of samples in half of the sum. For the integral over time
// R is the quantile of p at a number drawn uniformly from the sample's own part of [0,1],
// one part for each sample of the half.
func (r *run) times(f *frame, lo, n, each, l int, left []float64) {
	if l >= 0 {
		r.normals(f.uniform[:n])
	}
	paths := r.paths()
	for i := range n {
		b := (lo + i) / each
		s := left[b]
		f.point[i] = b
		half := each / 2
		share, weight := 1.0, 1/float64(half) // share of the time left that the step takes
		if l >= 0 {
			share = (float64((lo+i)%each/2) + 0.5*math.Erfc(-f.uniform[i]/math.Sqrt2)) / float64(half)
			share = min(max(share, 1e-15), 1-1e-15) // so that neither h nor the time left is 0
			weight *= s
			if r.gradient {
				weight *= 2 * share
				share *= share
			}
		}
		f.h[i], f.weight[i] = s*share, weight
		for k := range paths {
			f.left[i*paths+k] = s * (1 - share)
			f.t[i*paths+k] = r.horizon - s*(1-share)
		}
	}
}

// move sets the rows of f.x to X after the steps h from the points, and f.dw to ΔW.
func (r *run) move(f *frame, n int, x []float64) error {
	d, paths := r.dim, r.paths()
	r.normals(f.dw[:n*d])
	if len(f.extra) > 0 {
		r.normals(f.extra[:n*d])
	}
	for i := range n {
		from, dw, root := x[f.point[i]*d:(f.point[i]+1)*d], f.dw[i*d:(i+1)*d], math.Sqrt(f.h[i])
		for j := range dw {
			dw[j] *= root
		}
		for k := range paths {
			sign := float64(1 - 2*k)
			for j, v := range dw {
				f.signed[j] = sign * v
			}
			for j := range f.reverse {
				f.reverse[j] = sign * f.extra[i*d+j]
			}
			row := i*paths + k
			if err := r.step.Step(0, f.h[i], 1, from, f.signed, f.reverse, f.x[row*d:(row+1)*d]); err != nil {
				return err
			}
		}
	}
	return nil
}

// evaluate sets f.value to g(X_T), or to f(U_l, Z_l) − f(U_{l−1}, Z_{l−1}) at (R, X_R).
func (r *run) evaluate(f *frame, rows, l int) error {
	if l < 0 {
		r.cost += int64(rows)
		return r.g.Eval(rows, f.value[:rows], f.x[:rows*r.dim])
	}
	clear(f.value[:rows])
	if err := r.generator(f, rows, l, 1); err != nil || l == 0 {
		return err
	}
	return r.generator(f, rows, l-1, -1)
}

// generator adds to f.value sign times the estimate of f(U, Z) of a level by the jackknife:
// 2f(m) − ½f(a) − ½f(b), where a and b are U, Z from half of the samples each and m is
// their mean, from all of them.
func (r *run) generator(f *frame, rows, level int, sign float64) error {
	y, z := f.y[:3*rows], f.z[:3*rows*r.dim]
	factors := [3]float64{-0.5, -0.5, 2}
	if level == 0 { // exactly 0
		clear(y)
		clear(z)
		factors = [3]float64{2: 1}
	} else {
		if err := r.approximate(level, f.left[:rows], f.x[:rows*r.dim], y[:2*rows], z[:2*rows*r.dim]); err != nil {
			return err
		}
		average(y)
		average(z)
	}
	for k, c := range factors {
		if c == 0 {
			continue
		}
		lo, hi := k*rows, (k+1)*rows
		r.cost += int64(rows)
		if err := r.f.Eval(rows, f.single[:rows], f.t[:rows], f.x[:rows*r.dim], y[lo:hi], z[lo*r.dim:hi*r.dim]); err != nil {
			return err
		}
		for i, v := range f.single[:rows] {
			f.value[i] += sign * c * v
		}
	}
	return nil
}

// average sets the last third of v to the mean of the first and the second.
func average(v []float64) {
	n := len(v) / 3
	for i := range n {
		v[2*n+i] = (v[i] + v[n+i]) / 2
	}
}

// normals fills dst with the next numbers of the stream.
func (r *run) normals(dst []float64) {
	r.stream.Normals(dst, 1)
	if r.stream.Path++; r.stream.Path == 0 {
		r.stream.Step++
	}
}
