package relaxation

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// work is the memory for one path.
type work struct {
	*problem
	noise         []float64 // w, N×k
	sw, g         []float64 // S w and w Q of each step, N×d
	x             []float64 // (N+1)×d
	at, a, before []float64 // N×m: extrapolated, the last two of the method
	slope         []float64 // N×m
	costate, pull []float64 // d
	free          bool      // without noise, penalty and start: the Hessian's part alone
}

func newWork(p *problem) *work {
	n := len(p.steps)
	return &work{problem: p, noise: make([]float64, n*p.k), sw: make([]float64, n*p.d), g: make([]float64, n*p.d), x: make([]float64, (n+1)*p.d),
		at: make([]float64, n*p.m), a: make([]float64, n*p.m), before: make([]float64, n*p.m), slope: make([]float64, n*p.m),
		costate: make([]float64, p.d), pull: make([]float64, p.d)}
}

// minimum is a number below the minimum over all actions in the box for the present noise.
func (w *work) minimum() float64 {
	for n, s := range w.steps {
		noise := w.noise[n*w.k : (n+1)*w.k]
		sw, g := w.sw[n*w.d:(n+1)*w.d], w.g[n*w.d:(n+1)*w.d]
		times(sw, s.s, noise, 0)
		clear(g)
		for j, v := range noise {
			floats.AddScaled(g, v, s.penalty[j*w.d:(j+1)*w.d])
		}
	}
	for i := range w.at {
		v := math.Max(w.lower[i%w.m], math.Min(w.upper[i%w.m], 0))
		w.at[i], w.a[i] = v, v
	}
	best, momentum := math.Inf(-1), 1.0
	for range mostIterations {
		f := w.evaluate()
		below, move := f, 0.0
		copy(w.before, w.a)
		for i, g := range w.slope {
			lo, hi := w.lower[i%w.m], w.upper[i%w.m]
			below -= math.Max(g*(w.at[i]-lo), g*(w.at[i]-hi))
			w.a[i] = math.Max(lo, math.Min(hi, w.at[i]-g/w.curvature))
			move += g * (w.a[i] - w.before[i])
		}
		if best = math.Max(best, below); f-best <= closeEnough*math.Abs(f) {
			break
		}
		if move > 0 { // the momentum leads uphill (O'Donoghue, Candès 2015)
			momentum = 1
		}
		next := (1 + math.Sqrt(1+4*momentum*momentum)) / 2
		for i := range w.at {
			w.at[i] = w.a[i] + (momentum-1)/next*(w.a[i]-w.before[i])
		}
		momentum = next
	}
	return best
}

// evaluate is the penalised cost of the actions at, and fills in its slope.
func (w *work) evaluate() (f float64) {
	d, m := w.d, w.m
	if w.free {
		clear(w.x[:d])
	} else {
		copy(w.x, w.start)
	}
	for n, s := range w.steps {
		x, next, a := w.x[n*d:(n+1)*d], w.x[(n+1)*d:(n+2)*d], w.at[n*m:(n+1)*m]
		f += form(x, s.q, x) + form(a, s.r, a) + 2*form(x, s.n, a)
		times(next, s.a, x, 0)
		times(next, s.b, a, 1)
		if !w.free {
			sw, g := w.sw[n*d:(n+1)*d], w.g[n*d:(n+1)*d]
			f -= floats.Dot(next, g) + (floats.Dot(sw, g)-s.mean)/2
			floats.Add(next, sw)
		}
	}
	n := len(w.steps)
	end := w.x[n*d:]
	f += form(end, w.last, end)
	times(w.costate, w.last, end, 0)
	floats.Scale(2, w.costate)
	for n--; n >= 0; n-- {
		s, x, a, slope := w.steps[n], w.x[n*d:(n+1)*d], w.at[n*m:(n+1)*m], w.slope[n*m:(n+1)*m]
		copy(w.pull, w.costate)
		if !w.free {
			floats.Sub(w.pull, w.g[n*d:(n+1)*d])
		}
		times(slope, s.r, a, 0)
		transposed(slope, s.n, x, 1)
		floats.Scale(2, slope)
		transposed(slope, s.b, w.pull, 1)
		times(w.costate, s.q, x, 0)
		times(w.costate, s.n, a, 1)
		floats.Scale(2, w.costate)
		transposed(w.costate, s.a, w.pull, 1)
	}
	return f
}

// largest is the largest eigenvalue of the Hessian in all actions, by the power method, with some
// margin: too small a number costs speed and not the bound.
func (w *work) largest() float64 {
	w.free = true
	for i := range w.at {
		w.at[i] = 1 + 0.1*math.Sin(float64(i))
	}
	size := 0.0
	for range 50 {
		norm := floats.Norm(w.at, 2)
		floats.Scale(1/norm, w.at)
		w.evaluate()
		if size = floats.Norm(w.slope, 2); size == 0 {
			return 1
		}
		copy(w.at, w.slope)
	}
	return 1.05 * size
}

// times is dst = M v + keep·dst, transposed the same with Mᵀ, form is uᵀM v.
func times(dst []float64, m *mat.Dense, v []float64, keep float64) {
	for i := range dst {
		dst[i] = keep*dst[i] + floats.Dot(m.RawRowView(i), v)
	}
}

func transposed(dst []float64, m *mat.Dense, v []float64, keep float64) {
	floats.Scale(keep, dst)
	for i, c := range v {
		floats.AddScaled(dst, c, m.RawRowView(i))
	}
}

func form(u []float64, m *mat.Dense, v []float64) (sum float64) {
	for i, c := range u {
		sum += c * floats.Dot(m.RawRowView(i), v)
	}
	return sum
}
