package walk

import (
	"math"

	"github.com/deepbsde/deepbsde/autodiff/vec"
	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"gonum.org/v1/gonum/floats"
)

// Observer is told the number of the step in the walk, the time, the state, the increment
// and Z of every step before the next state is computed; all are rows×d and valid during
// the call.
type Observer interface {
	Observe(n int, t float64, x, dw, z []float64) error
}

// Begin makes the walker walk the given paths, all from one point; without a point, as
// Tail gives it, each from where the walk before it ended; or with nil as in training: from
// x0 or from random starts.
func (w *Walker[T]) Begin(p Purpose, batch, first, rows int, from *Origin) error {
	m := w.m
	w.noise = NewNoise(m.Seed, p, batch, first, rows, m.Eq.Dim)
	w.from = from
	clear(w.Bent)
	clear(w.Tilted)
	clear(w.Gained)
	w.linear.begin()
	x := w.X[:rows*m.Eq.Dim]
	if from != nil && from.X == nil { // each path from where the last walk left it
		return nil
	}
	if from == nil {
		w.from = m.Origin
		if m.Eq.Random != nil {
			return w.noise.starts(m.Eq, x)
		}
	}
	Spread(x, w.from.X)
	return nil
}

// Walk simulates the paths that Begin has set up on every stride-th grid point
// and advances the values y (each one value a path, all with the same Z) along
// them; y may be empty. The control is taken at y[0]. Z is evaluated, and seen by
// the observer, only where the control or a value needs it. At the end X holds X_T
// and G g(X_T).
func (w *Walker[T]) Walk(stride int, y [][]float64, o Observer) error {
	eq, rows, d := w.m.Eq, w.noise.rows, w.m.Eq.Dim
	n := w.from.Steps()
	x, next := w.X[:rows*d], w.next[:rows*d]
	steered := w.Steered()
	var z []float64
	for k := 0; k < n; k += stride {
		t, span := w.from.Times[k], w.from.Length(k, min(stride, n-k))
		dw, extra := w.increment(k, min(stride, n-k))
		w.span = span
		if steered || len(y) > 0 {
			z = w.z[:len(x)]
			f, err := w.program(stride, w.from.Nets[k])
			if err != nil {
				return err
			}
			f.Eval(w.serial, z, x)
			if w.from.Scale != 1 {
				floats.Scale(w.from.Scale, z)
			}
			if w.gamma != nil {
				f.Second(w.gamma[:rows*(d+len(w.along))])
				if w.Tilt != 0 {
					w.tilt(span, dw)
				}
				copy(w.pure, dw)
			}
			if w.m.Linearised() && len(y) > 0 {
				f.Third(y[0])
				if !w.m.Ahead {
					if err := w.settle(t, w.stepLength(w.from.Nets[k], stride), x, z, y[0]); err != nil {
						return err
					}
				}
			}
		}
		if steered {
			w.addControl(t, span, x, y, dw)
		}
		if len(y) > 0 {
			w.grow(span, z, dw)
			w.purify(span, z, steered)
		}
		if o != nil {
			if err := o.Observe(k, t, x, dw, z); err != nil {
				return err
			}
		}
		for _, values := range y {
			advance := w.advance
			if w.m.Linearised() {
				advance = w.carry
			}
			if err := advance(t, span, x, values, z); err != nil {
				return err
			}
		}
		if len(y) > 0 {
			w.gain()
		}
		if err := eq.Move.Step(t, span, rows, x, dw, extra, next); err != nil {
			return err
		}
		x, next = next, x
		if w.Corrected {
			for _, values := range y {
				if err := w.correct(t+span, span, x, values); err != nil {
					return err
				}
			}
		}
	}
	return w.finish(x, y)
}

// finish keeps the terminal states and evaluates g there.
func (w *Walker[T]) finish(x []float64, y [][]float64) error {
	copy(w.X, x)
	g := w.G[:w.noise.rows]
	err := w.m.Eq.G.Eval(len(g), g, x)
	if w.m.Linearised() && len(y) > 0 {
		w.arrive(g, y[0])
	}
	return err
}

// Sample simulates paths for training, steered or not. Y is walked along only where
// the control depends on it.
func (w *Walker[T]) Sample(steer bool, o Observer) error {
	var y [][]float64
	if steer && w.at[equation.InY] != nil {
		y = w.StartValues()
	}
	w.Steer = steer
	err := w.Walk(1, y, o)
	w.Steer = true
	return err
}

// EqualValues is one value a path, all equal to y0, in the walker's own memory.
func (w *Walker[T]) EqualValues(y0 float64) [][]float64 {
	w.values[0] = w.y[:w.noise.rows]
	for r := range w.values[0] {
		w.values[0][r] = y0
	}
	return w.values[:]
}

// StartValues are the trained Y0 of the paths, in the walker's own memory.
func (w *Walker[T]) StartValues() [][]float64 {
	if w.u0.Program == nil {
		return w.EqualValues(w.m.Value())
	}
	w.values[0] = w.y[:w.noise.rows]
	w.u0.Eval(w.serial, w.values[0], w.X[:w.noise.rows*w.m.Eq.Dim])
	return w.values[:]
}

// Trained is u(0, x) as trained; where nothing has learnt it, Y0 at x0.
func (w *Walker[T]) Trained(x []float64) float64 {
	if w.u0.Program == nil {
		return w.m.Value()
	}
	var y [1]float64
	w.u0.Eval(w.serial, y[:], x)
	return y[0]
}

// increment is the sum of count increments from step k on, in w.shift, and the extra
// numbers that go with it.
func (w *Walker[T]) increment(k, count int) (dw, extra []float64) {
	size := w.noise.rows * w.m.Eq.Dim
	dw, more := w.shift[:size], w.more[:size]
	w.noise.Increments(k, w.from.Lengths[k], dw)
	for i := 1; i < count; i++ {
		w.noise.Increments(k+i, w.from.Lengths[k+i], more)
		floats.Add(dw, more)
	}
	if w.extra != nil {
		extra = w.extra[:size]
		w.noise.Extra(k, extra)
	}
	return dw, extra
}

// Slope is ∂f/∂z of a batch, of rows y; it is valid until the next call.
func (w *Walker[T]) Slope(t float64, x, y, z []float64) []T {
	if w.at[equation.InT] != nil {
		w.at[equation.InT][0] = T(t)
	}
	Narrow(w.at[equation.InX], x)
	Narrow(w.at[equation.InY], y)
	Narrow(w.at[equation.InZ], z)
	w.control.Run(w.serial)
	return w.V[:len(x)]
}

// addControl adds v·span to the increments dw.
func (w *Walker[T]) addControl(t, span float64, x []float64, y [][]float64, dw []float64) {
	var values []float64
	if len(y) > 0 {
		values = y[0]
	}
	w.Slope(t, x, values, w.z[:len(x)])
	for i, v := range w.V[:len(dw)] {
		dw[i] += float64(v) * span
	}
}

// advance is one step of the recursion for one set of values. Where f is affine in y and z, and
// ∂f/∂y known, it is that of the exponential Euler method, f h (e^a − 1)/a with
// a = −∂f/∂y h: then dY_N/dY_n is what Γ says, and no Z, however wrong, has a bias.
func (w *Walker[T]) advance(t, span float64, x, y, z []float64) error {
	f := w.f[:len(y)]
	if w.m.Eq.F != nil {
		w.now[0] = t
		weight := w.m.Eq.Span(span)
		exact := w.logs != nil && !w.m.Eq.Bent
		if err := w.m.Eq.F.Eval(len(y), f, w.now[:], x, y, z); err != nil {
			return err
		}
		if w.logs != nil {
			if err := w.discount(span, x, y, z, f); err != nil {
				return err
			}
		}
		for r, v := range f {
			if exact {
				weight = span * equation.Phi(-w.slopes[r])
			}
			y[r] -= v * weight
		}
	}
	floats.Add(y, w.growth[:len(y)])
	return nil
}

// correct makes the step of the recursion to time t and states x, just made by advance, one of the
// trapezoidal rule (Heun's method), with Ŷ the y as it is:
//
//	Y_{n+1} = Y_n − ½ (f(t_n, X_n, Y_n) + f(t_{n+1}, X_{n+1}, Ŷ)) h + Z·ΔW + …
func (w *Walker[T]) correct(t, span float64, x, y []float64) error {
	w.now[0] = t
	first, f := w.f[:len(y)], w.near[:len(y)]
	if err := w.m.Eq.F.Eval(len(y), f, w.now[:], x, y, w.z[:len(y)*w.m.Eq.Dim]); err != nil {
		return err
	}
	weight := w.m.Eq.Span(span)
	for r := range f {
		y[r] -= 0.5 * weight * (f[r] - first[r])
	}
	return nil
}

// grow computes what Z and Γ add to Y in a step,
//
//	Z·ΔW + ½ Σ Γ_i (ΔW_i² − h)
//
// and the like for Directions, where ΔW in the first term has the control in it, and not in the second.
func (w *Walker[T]) grow(span float64, z, dw []float64) {
	d := w.m.Eq.Dim
	growth := w.growth[:len(z)/d]
	vec.RowDots(growth, z, dw, d)
	if w.gamma == nil {
		return
	}
	scale := 0.5 * w.from.Scale
	wide := d + len(w.along)
	for r := range growth {
		sum := 0.0
		gamma, noise := w.gamma[r*wide:(r+1)*wide], w.pure[r*d:(r+1)*d]
		for i, v := range noise {
			sum += gamma[i] * (v*v - span)
		}
		if len(w.along) > 0 {
			w.m.Directions.Along(w.along, noise, span)
			sum += floats.Dot(gamma[d:], w.along)
		}
		growth[r] += scale * sum
		w.Bent[r] += scale * sum
	}
}

// Growth is what Z and Γ add to Y in the step that an observer sees.
func (w *Walker[T]) Growth() []float64 { return w.growth[:w.noise.rows] }

// Noise is the increments of the step that an observer sees, without the control. Valid where the
// field has a Γ.
func (w *Walker[T]) Noise() []float64 { return w.pure[:w.noise.rows*w.m.Eq.Dim] }

// Twist adds to rows×d numbers how Z is to change in the step that an observer sees: Γ ΔW, and what Directions have
// beyond. Valid
// where the field has a Γ.
func (w *Walker[T]) Twist(out []float64) {
	d, wide := w.m.Eq.Dim, w.m.Eq.Dim+len(w.along)
	for r := range w.noise.rows {
		w.m.Directions.Twist(out[r*d:(r+1)*d], w.gamma[r*wide:(r+1)*wide], w.pure[r*d:(r+1)*d], w.span)
	}
}

// Logs are the logarithms of the weights up to the step that an observer sees; nil where Follow was
// not asked for them.
func (w *Walker[T]) Logs() []float64 { return w.logs }

// discount adds ∂f/∂y·span at the values y, where f is known, to the logarithms of the weights, and
// keeps it in slopes.
func (w *Walker[T]) discount(span float64, x, y, z, f []float64) error {
	if err := w.slope(span, x, y, z, f); err != nil {
		return err
	}
	for r, v := range w.slopes[:len(y)] {
		w.logs[r] += v
	}
	return nil
}

// aside is how far from a value the other end of a difference lies.
func (w *Walker[T]) aside(y float64) float64 { return 1e-6 * (math.Abs(y) + w.m.Scales.G) }

// Mismatch fills delta with Y_N − g(X_N) for the paths of the noise, all from the value y0,
// and logs as Follow does. On walks about a fitted u it is Y0 − Carried, which is seen from the begin as it is.
func (w *Walker[T]) Mismatch(stride int, y0 float64, delta, logs []float64, o Observer) error {
	Spread(delta, []float64{y0})
	if err := w.Follow(stride, delta, logs, o); err != nil {
		return err
	}
	if w.m.Linearised() {
		for r, v := range w.Carried() {
			delta[r] = y0 - v
		}
		return nil
	}
	floats.Sub(delta, w.G[:len(delta)])
	return nil
}

// Follow is Walk with one set of values, that fills logs, unless it is empty, with the
// logarithms of the weights
//
//	Γ = exp(Σ ∂f/∂y h)
//
// along the paths, which turn a mismatch at the end into one seen from the begin.
func (w *Walker[T]) Follow(stride int, y, logs []float64, o Observer) error {
	if len(logs) > 0 {
		clear(logs)
		w.logs = logs
		defer func() { w.logs = nil }()
	}
	w.values[0] = y
	return w.Walk(stride, w.values[:], o)
}
