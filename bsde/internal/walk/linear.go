package walk

import (
	"math"

	"github.com/deepbsde/deepbsde/bsde/internal/equation"
)

// linear is a walk about a fitted field (U, Z) instead of the recursion of Y forward in time. f is replaced by its
// tangent there, which makes the equation linear, and each path carries
//
//	G_N g(X_N) + Σ G_n φ(h r) h (f − r U − v·Z) − Σ G_{n+1} (Z·ΔW + what Γ adds)
//	G_{n+1} = G_n e^{h r},   r = ∂f/∂y and v = ∂f/∂z at (U, Z),   φ(a) = (e^a − 1)/a
//
// along paths with the drift μ + σv. The mean is u but for the square of the error of (U, Z): a step of Newton's
// method on the equation. Nothing is divided by G, which decays where f does.
type linear struct {
	logs    []float64 // ln G_n
	carried []float64 // the sum so far
	inner   []float64 // v·Z
	steep   []float64 // the largest |h r| so far
}

func newLinear() linear {
	room := func() []float64 { return make([]float64, ChunkRows) }
	return linear{room(), room(), room(), room()}
}

func (l *linear) begin() {
	clear(l.logs)
	clear(l.carried)
	clear(l.steep)
}

// Carried is what each path has carried since Begin.
func (w *Walker[T]) Carried() []float64 { return w.linear.carried[:w.noise.rows] }

// Weights are the logarithms of G at the end of the walk so far.
func (w *Walker[T]) Weights() []float64 { return w.linear.logs[:w.noise.rows] }

// Steep is the largest |∂f/∂y| h of each path since Begin; nil for a recursion of Y.
func (w *Walker[T]) Steep() []float64 { return w.linear.steep[:min(w.noise.rows, len(w.linear.steep))] }

// settle takes conditional means c, in place, a step on in y: one of the exponential Euler method (Rosenbrock),
// linearised there,
//
//	c + φ(h r) h f(t, x, c, Z),   r = ∂f/∂y at c
func (w *Walker[T]) settle(t, h float64, x, z, c []float64) error {
	a, f, err := w.tangent(t, h, x, c, z)
	for r, v := range f {
		c[r] += equation.Phi(a[r]) * h * v
	}
	return err
}

// stepLength is that of the step k of the grid on walks of a stride.
func (w *Walker[T]) stepLength(k, stride int) (h float64) {
	for n := k; n < min(k+stride, w.m.Grid.Steps()); n++ {
		h += w.m.Grid.Length(n)
	}
	return h
}

// tangent is ∂f/∂y·h and f at (y, z), for rows of y.
func (w *Walker[T]) tangent(t, h float64, x, y, z []float64) (a, f []float64, err error) {
	a, f = w.slopes[:len(y)], w.f[:len(y)]
	clear(a)
	clear(f)
	if w.m.Eq.F == nil {
		return a, f, nil
	}
	w.now[0] = t
	if err = w.m.Eq.F.Eval(len(y), f, w.now[:], x, y, z); err == nil && w.m.Eq.UsesY {
		err = w.slope(h, x, y, z, f)
	}
	return a, f, err
}

// carry adds a step to what the paths carry. u holds U.
func (w *Walker[T]) carry(t, span float64, x, u, z []float64) error {
	l, d := &w.linear, w.m.Eq.Dim
	slopes, f, err := w.tangent(t, span, x, u, z)
	if err != nil {
		return err
	}
	inner := l.inner[:len(u)]
	clear(inner)
	if w.control != nil && w.Steer {
		for i, v := range w.V[:len(z)] {
			inner[i/d] += float64(v) * z[i]
		}
	}
	for r, v := range f {
		a := slopes[r]
		weight := math.Exp(l.logs[r])
		l.carried[r] += weight * (equation.Phi(a)*(span*(v-inner[r])-a*u[r]) - math.Exp(a)*(w.growth[r]-span*inner[r]))
		l.logs[r] += a
		l.steep[r] = math.Max(l.steep[r], math.Abs(a))
	}
	return nil
}

// arrive adds the end, and leaves g in u.
func (w *Walker[T]) arrive(g, u []float64) {
	for r, v := range g {
		w.linear.carried[r] += math.Exp(w.linear.logs[r]) * v
		u[r] = v
	}
}

// slope fills slopes with ∂f/∂y·h at the values y, where f is known.
func (w *Walker[T]) slope(h float64, x, y, z, f []float64) error {
	near, other := w.near[:len(y)], w.slopes[:len(y)]
	for r, v := range y {
		near[r] = v + w.aside(v)
	}
	if err := w.m.Eq.F.Eval(len(y), other, w.now[:], x, near, z); err != nil {
		return err
	}
	for r, v := range other {
		w.slopes[r] = (v - f[r]) / w.aside(y[r]) * h
	}
	return nil
}

// Settled fills u with V_k of the states x on walks of a stride. fitted are the conditional means where these are known and f
// needs neither x nor Z, nil else.
func (w *Walker[T]) Settled(k, stride int, x, fitted, u []float64) error {
	z, err := w.mean(k, stride, x, fitted, u)
	if err != nil || w.m.Ahead {
		return err
	}
	return w.settle(w.m.Grid.Time(k), w.stepLength(k, stride), x, z, u)
}

// Split fills u with what the states x of step k, or of the end, hand on to the step before it: a step in y from the
// fitted mean with the length of that step. It is for an Ahead model; z is σᵀ∇g at the end, and nil elsewhere.
func (w *Walker[T]) Split(k, stride int, x, fitted, z, u []float64) error {
	if z == nil {
		var err error
		if z, err = w.mean(k, stride, x, fitted, u); err != nil {
			return err
		}
	}
	return w.settle(w.m.Grid.Time(k), w.stepLength((k-1)/stride*stride, stride), x, z, u)
}

// mean fills u with the fitted conditional means of step k, and gives Z there, 0 where f does not ask for it.
func (w *Walker[T]) mean(k, stride int, x, fitted, u []float64) (z []float64, err error) {
	z = w.more[:w.m.Eq.Dim]
	clear(z)
	if fitted == nil {
		f, err := w.program(stride, k)
		if err != nil {
			return nil, err
		}
		z = w.z[:len(x)]
		f.Eval(w.serial, z, x)
		f.Third(u)
	} else {
		copy(u, fitted)
	}
	return z, nil
}

// Back takes what paths as the problem states them carry from the end of step k to its begin, where u is V_k: carried are
// without what Z and Γ add in the step. It follows Settled.
func (w *Walker[T]) Back(k, stride int, x, u, carried []float64) error {
	z := w.z[:len(x)]
	if len(x) < len(u)*w.m.Eq.Dim { // f needs neither
		z = w.more[:w.m.Eq.Dim]
	}
	h := w.stepLength(k, stride)
	a, f, err := w.tangent(w.m.Grid.Time(k), h, x, u, z)
	for r, v := range carried {
		carried[r] = math.Exp(a[r])*v + equation.Phi(a[r])*(h*f[r]-a[r]*u[r])
	}
	return err
}
