package control

import (
	"math"
	"math/rand/v2"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"gonum.org/v1/gonum/mat"
)

const (
	probePoints  = 16   // random (t, x)
	probeActions = 6    // random actions at each
	probeDigits  = 1e-9 // of the sum of the absolute terms, above the rounding of sums of 10⁵ terms
)

// probe looks at b and L at random times, states and actions.
type probe struct {
	p           *Problem
	rng         *rand.Rand
	t, x        []float64  // of the points
	drift, cost *expr.Func // b and L in (t, x, a), nil for 0
}

// newProbe draws the points: the components of x of the sign of Start's, and of either
// sign where that is 0.
func newProbe(p *Problem) (*probe, error) {
	q := &probe{p: p, rng: rand.New(rand.NewPCG(1, 2))}
	for range probePoints {
		q.t = append(q.t, q.rng.Float64()*p.Horizon)
		for _, x0 := range p.Start {
			if x0 == 0 {
				q.x = append(q.x, q.rng.NormFloat64())
			} else {
				q.x = append(q.x, x0*math.Exp(0.3*q.rng.NormFloat64()))
			}
		}
	}
	t, x, a := expr.Input("t", 1), expr.Input("x", p.StateDim), expr.Input("a", p.ActionDim)
	var err error
	if p.Drift != nil {
		if q.drift, err = expr.Compile(p.Drift(t, x, a), t, x, a); err != nil {
			return nil, p.errorf("Drift", err, "the expression is wrong")
		}
	}
	if p.RunningCost != nil {
		if q.cost, err = expr.Compile(p.RunningCost(t, x, a), t, x, a); err != nil {
			return nil, p.errorf("RunningCost", err, "the expression is wrong")
		}
	}
	return q, nil
}

// at is f, of the given width, at point i with n actions; 0 for a nil f.
func (q *probe) at(f *expr.Func, width, i, n int, a []float64) ([]float64, error) {
	out := make([]float64, n*width)
	if f == nil {
		return out, nil
	}
	d := q.p.StateDim
	return out, f.Eval(n, out, q.t[i:i+1], q.x[i*d:(i+1)*d], a)
}

func (q *probe) driftVanishes() bool { return q.vanishes(q.drift, q.p.StateDim) }
func (q *probe) costVanishes() bool  { return q.vanishes(q.cost, 1) }

// vanishes tells whether f(t,x,0) is 0 at all points.
func (q *probe) vanishes(f *expr.Func, width int) bool {
	for i := range q.t {
		out, err := q.at(f, width, i, 1, make([]float64, q.p.ActionDim))
		if err != nil {
			return false
		}
		for _, v := range out {
			if v != 0 {
				return false
			}
		}
	}
	return true
}

// linearQuadratic is the part of a problem in the action, b = μ + B a, L = ℓ + a'R a.
type linearQuadratic struct {
	transposed [][]float64 // B', m×d
	gain       [][]float64 // −½ R⁻¹, m×m
}

// force is B'p and action is a* = −½ R⁻¹ B'p for it.
func (l *linearQuadratic) force(p expr.Value) expr.Value  { return applied(l.transposed, p) }
func (l *linearQuadratic) action(q expr.Value) expr.Value { return applied(l.gain, q) }

// applied is A·v for every row v, without the matrix where A is a multiple of I to the
// rounding of the differences it comes from.
func applied(a [][]float64, v expr.Value) expr.Value {
	if len(a) != v.Width() {
		return v.Linear(a)
	}
	for i, row := range a {
		for j, c := range row {
			if i == j {
				c -= a[0][0]
			}
			if math.Abs(c) > 1e-14*math.Abs(a[0][0]) {
				return v.Linear(a)
			}
		}
	}
	return v.Scale(a[0][0])
}

// quadratic reads B and R off at one point and confirms them at all of them, or tells
// what is missing.
func (q *probe) quadratic() (*linearQuadratic, error) {
	p, m := q.p, q.p.ActionDim
	const way = "give Minimizer, the action that minimises b·p + L"
	b, r, err := q.coefficients(0)
	if err != nil {
		return nil, err
	}
	for i := range q.t {
		a := make([]float64, (probeActions+1)*m) // the last is 0
		for j := range probeActions * m {
			a[j] = q.rng.NormFloat64()
		}
		drift, err := q.at(q.drift, p.StateDim, i, probeActions+1, a)
		if err != nil {
			return nil, err
		}
		cost, err := q.at(q.cost, 1, i, probeActions+1, a)
		if err != nil {
			return nil, err
		}
		d, l0 := p.StateDim, cost[probeActions]
		for k := range probeActions {
			act := mat.NewVecDense(m, a[k*m:(k+1)*m])
			for j := range d {
				got, base, want := drift[k*d+j], drift[probeActions*d+j], mat.Dot(b.RowView(j), act)
				if !(math.Abs(got-base-want) <= probeDigits*(math.Abs(got)+math.Abs(base)+math.Abs(want))) {
					return nil, p.errorf("Minimizer", nil, "is missing and the drift is not linear in the action with constant coefficients (b(t,x,a) − b(t,x,0) = B·a with one B everywhere): %s", way)
				}
			}
			want := mat.Inner(act, r, act)
			if !(math.Abs(cost[k]-l0-want) <= probeDigits*(math.Abs(cost[k])+math.Abs(l0)+math.Abs(want))) {
				return nil, p.errorf("Minimizer", nil, "is missing and the running cost is not quadratic in the action with constant coefficients (L(t,x,a) − L(t,x,0) = a'R·a, without linear and mixed terms): %s", way)
			}
		}
	}
	return q.solve(b, r)
}

// coefficients are B (d×m) and R (m×m, symmetric) from the actions ±e_j and e_j + e_k
// at point i.
func (q *probe) coefficients(i int) (b, r *mat.Dense, err error) {
	d, m := q.p.StateDim, q.p.ActionDim
	n := 1 + m + m*(m+1)/2 // 0; −e_j; e_j + e_k for j < k and e_j
	a := make([]float64, n*m)
	row := 1
	for j := range m {
		a[row*m+j] = -1
		row++
	}
	for j := range m {
		for k := j; k < m; k++ {
			a[row*m+j], a[row*m+k] = 1, 1
			row++
		}
	}
	drift, err := q.at(q.drift, d, i, n, a)
	if err != nil {
		return nil, nil, err
	}
	cost, err := q.at(q.cost, 1, i, n, a)
	if err != nil {
		return nil, nil, err
	}
	b, r = mat.NewDense(d, m, nil), mat.NewDense(m, m, nil)
	row = 1 + m
	for j := range m {
		for k := j; k < m; k++ {
			r.Set(j, k, cost[row]-cost[0]) // e_j'Re_j, and (e_j+e_k)'R(e_j+e_k)
			if k == j {
				r.Set(j, j, (cost[row]+cost[1+j])/2-cost[0])
				for l := range d {
					b.Set(l, j, (drift[row*d+l]-drift[(1+j)*d+l])/2)
				}
			}
			row++
		}
	}
	for j := range m {
		for k := j + 1; k < m; k++ {
			v := (r.At(j, k) - r.At(j, j) - r.At(k, k)) / 2
			if math.Abs(v) <= 1e-14*(math.Abs(r.At(j, j))+math.Abs(r.At(k, k))) {
				v = 0 // what the differences leave
			}
			r.Set(j, k, v)
			r.Set(k, j, v)
		}
	}
	return b, r, nil
}

// solve is −½R⁻¹, where R has the sign that makes the Hamiltonian's extremum one.
func (q *probe) solve(b, r *mat.Dense) (*linearQuadratic, error) {
	m, sign, wanted := q.p.ActionDim, 1.0, "positive definite"
	if q.p.Maximize {
		sign, wanted = -1, "negative definite, for a maximum"
	}
	sym := mat.NewSymDense(m, nil)
	for j := range m {
		for k := j; k < m; k++ {
			sym.SetSym(j, k, sign*r.At(j, k))
		}
	}
	var c mat.Cholesky
	if !c.Factorize(sym) || !(c.Cond() < worstCondition) {
		return nil, q.p.errorf("RunningCost", nil, "is a'R·a in the action with an R that is not %s: the Hamiltonian has no minimiser; add a cost of the action, or give Minimizer", wanted)
	}
	inverse := mat.NewSymDense(m, nil)
	if err := c.InverseTo(inverse); err != nil {
		return nil, q.p.errorf("RunningCost", err, "the matrix R of the action's cost cannot be inverted")
	}
	l := &linearQuadratic{}
	for j := range m {
		gain := make([]float64, m)
		for k := range m {
			gain[k] = -0.5 * sign * inverse.At(j, k)
		}
		l.gain = append(l.gain, gain)
		l.transposed = append(l.transposed, mat.Col(nil, j, b))
	}
	return l, nil
}

// noiseDependsOnAction compares s(t,x,a)·dw for different actions at random points.
func (p *Problem) noiseDependsOnAction() (bool, error) {
	q, err := newProbe(p)
	if err != nil {
		return false, err
	}
	k := p.Noises()
	t, x, a, w := expr.Input("t", 1), expr.Input("x", p.StateDim), expr.Input("a", p.ActionDim), expr.Input("w", k)
	f, err := expr.Compile(p.Noise(t, x, a, w), t, x, a, w)
	if err != nil {
		return false, p.errorf("Noise", err, "the expression is wrong")
	}
	d := p.StateDim
	for i := range q.t {
		actions, dw, out := make([]float64, probeActions*p.ActionDim), make([]float64, k), make([]float64, probeActions*d)
		for j := range actions {
			actions[j] = q.rng.NormFloat64()
		}
		for j := range dw {
			dw[j] = q.rng.NormFloat64()
		}
		if err := f.Eval(probeActions, out, q.t[i:i+1], q.x[i*d:(i+1)*d], actions, dw); err != nil {
			return false, err
		}
		for j, v := range out {
			if v != out[j%d] {
				return true, nil
			}
		}
	}
	return false, nil
}
