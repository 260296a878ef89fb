package estimate

import (
	"context"
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/autodiff/parallel/ranks"
	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"gonum.org/v1/gonum/mat"
)

// byLikelihood is the gradient on walks about a fitted u, and where g or f jumps. A path that begins with the increment ΔW
// carries S, seen from the begin, and after its first step E S ΔW/h is how u of that time varies with the noise (Bismut
// 1984; Fournié et al. 1999):
//
//	σᵀ∇c = e^{hr} Z + E S ΔW/h,   ∇u = ∇c + φ(h r) h ∂f/∂x
//
// as Z·ΔW has taken e^{hr} Z away from S, and with it most of the variance. Nothing is differentiated along the path, so that
// jumps and kinks of f, g, U and Z do no harm; σ(0, x0) must have an inverse, and X steps that are short, as they are taken
// for those of Euler: where the value has no levels there are some for this. nil where there is no inverse, or the
// context was cancelled.
func (e *engine[T]) byLikelihood(ctx context.Context, from *walk.Origin, l *levels, paths int) (*gradient, error) {
	solve, err := inverse(e.Eq, from)
	if solve == nil || err != nil {
		return nil, err
	}
	strides := e.strides(from)
	if !l.free {
		strides = strides[:len(l.runs)]
	}
	var levels []*slopes[T]
	var step []float64
	for _, stride := range strides {
		s, err := e.likelihood(ctx, from, stride, l.y0, paths, solve)
		if s == nil || err != nil {
			return nil, err
		}
		levels, step = append(levels, s), append(step, from.MeanStep(stride))
	}
	return combine(levels, step, e.Eq.Dim), nil
}

// likelihood is one level. A row is the mean of a chunk of paths.
func (e *engine[T]) likelihood(ctx context.Context, from *walk.Origin, stride int, y0 float64, paths int, solve func(z []float64)) (*slopes[T], error) {
	d, chunks := e.Eq.Dim, walk.Chunks(paths)
	parts := make([]*firstStep[T], chunks)
	h := from.Length(0, min(stride, from.Steps()))
	err := e.pool.Share(chunks, func(c int) error {
		if ctx.Err() != nil {
			return nil
		}
		w := e.team.Take()
		defer e.team.Give(w)
		first := c * walk.ChunkRows
		delta := make([]float64, min(walk.ChunkRows, paths-first))
		o := &firstStep[T]{w: w, h: h, y: delta}
		if err := w.Begin(walk.ForEstimate, 0, first, len(delta), from); err != nil {
			return err
		}
		var logs []float64
		if e.Eq.UsesY && !e.Linearised() {
			logs = make([]float64, len(delta))
		}
		if err := w.Mismatch(stride, y0, delta, logs, o); err != nil {
			return err
		}
		o.weighted, o.total = make([]float64, d), make([]float64, d)
		for i, v := range delta {
			if logs != nil {
				v *= math.Exp(logs[i])
			}
			o.sum += v
			for j, n := range o.noise[i*d : (i+1)*d] {
				o.weighted[j] += v * n
				o.total[j] += n
			}
		}
		o.noise, o.count = nil, len(delta)
		parts[c] = o
		return nil
	}, ranks.Each(parts, 1))
	if err != nil || ctx.Err() != nil {
		return nil, err
	}
	mean := 0.0
	for _, p := range parts {
		mean += p.sum / float64(paths)
	}
	at := parts[0]
	growth, shift, err := e.firstTangent(from, stride, at)
	if err != nil {
		return nil, err
	}
	s := &slopes[T]{each: make([]T, 0, chunks*d), bend: make([]T, chunks*d)}
	row := make([]float64, d)
	for _, p := range parts {
		for j, z := range at.z[:d] {
			row[j] = growth*z - (p.weighted[j]-mean*p.total[j])/(h*float64(p.count))
		}
		solve(row)
		for j, v := range row {
			s.each = append(s.each, T(-v-shift[j])) // as combine takes it
		}
	}
	return s, nil
}

// firstStep keeps what the first step of a walk begins with, and what its paths carry to the end.
type firstStep[T autodiff.Float] struct {
	w           *walk.Walker[T] `ranks:"-"`
	h           float64         // its length
	y           []float64       // the walker's
	noise, z, x []float64
	u           float64

	count           int       // of paths
	sum             float64   // of what they carry
	weighted, total []float64 // of its product with the noise, and of the noise
}

// Observe keeps it.
func (f *firstStep[T]) Observe(n int, _ float64, x, dw, z []float64) error {
	if n > 0 {
		return nil
	}
	d := len(dw) / f.w.Rows()
	f.noise, f.z, f.x, f.u = slices.Clone(dw), slices.Clone(z[:d]), slices.Clone(x[:d]), f.y[0]
	if f.w.Steered() {
		for i, v := range f.w.V[:len(dw)] {
			f.noise[i] -= float64(v) * f.h
		}
	}
	return nil
}

// firstTangent is e^{hr} of the first step, and φ(h r) h ∂f/∂x by central differences.
func (e *engine[T]) firstTangent(from *walk.Origin, stride int, at *firstStep[T]) (growth float64, shift []float64, err error) {
	eq, d := e.Eq, e.Eq.Dim
	shift = make([]float64, d)
	if eq.F == nil {
		return 1, shift, nil
	}
	h, t := from.Length(0, min(stride, from.Steps())), []float64{from.Times[0]}
	f := func(x []float64, y float64) (float64, error) {
		var out [1]float64
		err := eq.F.Eval(1, out[:], t, x, []float64{y}, at.z[:d])
		return out[0], err
	}
	x, wide := slices.Clone(at.x[:d]), 1e-6*(math.Abs(at.u)+e.Scales.G)
	low, err := f(x, at.u-wide)
	if err != nil {
		return 0, nil, err
	}
	high, err := f(x, at.u+wide)
	if err != nil {
		return 0, nil, err
	}
	a := h * (high - low) / (2 * wide)
	if !equation.DependsOn(eq.FList, equation.InX, false)[len(eq.FList)-1] {
		return math.Exp(a), shift, nil
	}
	span := h * equation.Phi(a)
	last := e.Scales.InvStd[len(e.Scales.InvStd)-1]
	for j, v := range x {
		by := 1e-4 * math.Abs(v)
		if last[j] > 0 {
			by = 1e-4 / last[j]
		}
		by = math.Max(by, 1e-10)
		x[j] = v + by
		high, err := f(x, at.u)
		if err != nil {
			return 0, nil, err
		}
		x[j] = v - by
		low, err := f(x, at.u)
		if err != nil {
			return 0, nil, err
		}
		x[j] = v
		shift[j] = span * (high - low) / (2 * by)
	}
	return math.Exp(a), shift, nil
}

// mostInverted is the largest dimension in which σ is inverted as a matrix.
const mostInverted = 1000

// inverse solves σᵀ p = z in place, at the origin; nil where it has no inverse.
func inverse(eq *equation.Equation, from *walk.Origin) (func(z []float64), error) {
	d := eq.Dim
	t, x, dw := expr.Input("t", 1), expr.Input("x", d), expr.Input("dw", d)
	mul, err := expr.Compile(eq.Diffusion.Mul(t, x, dw), t, x, dw)
	if err != nil {
		return nil, err
	}
	act := func(rows int, noise []float64) ([]float64, error) {
		out := make([]float64, len(noise))
		err := mul.Eval(rows, out, []float64{from.T}, from.X, noise)
		return out, err
	}
	// A diagonal σ takes unequal numbers to multiples of each.
	noise := make([]float64, 2*d)
	for i := range noise {
		noise[i] = 1 + math.Mod(0.6180339887498949*float64(i+1), 1)
	}
	both, err := act(2, noise)
	if err != nil {
		return nil, err
	}
	diagonal, regular := true, true
	for j := range d {
		a, b := both[j]/noise[j], both[d+j]/noise[d+j]
		diagonal = diagonal && math.Abs(a-b) <= 1e-12*(math.Abs(a)+math.Abs(b))
		regular = regular && a != 0
	}
	switch {
	case diagonal && !regular || !diagonal && d > mostInverted:
		return nil, nil
	case diagonal:
		return func(z []float64) {
			for j := range z {
				z[j] *= noise[j] / both[j]
			}
		}, nil
	}
	unit := make([]float64, d*d)
	for j := range d {
		unit[j*d+j] = 1
	}
	columns, err := act(d, unit) // row j is σ e_j: the matrix is σᵀ
	if err != nil {
		return nil, err
	}
	var lu mat.LU
	lu.Factorize(mat.NewDense(d, d, columns))
	if !(lu.Cond() < 1e10) {
		return nil, nil
	}
	return func(z []float64) {
		v := mat.NewVecDense(d, slices.Clone(z))
		if err := lu.SolveVecTo(mat.NewVecDense(d, z), false, v); err != nil {
			for j := range z {
				z[j] = math.NaN()
			}
		}
	}, nil
}
