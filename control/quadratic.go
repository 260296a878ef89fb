package control

import (
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"gonum.org/v1/gonum/mat"
)

// reader evaluates b and L in (t, x, a) at the start; nil functions are 0.
type reader struct {
	p           *Problem
	drift, cost *expr.Func
}

// at is f, of the given width, at time 0 in the start with n actions; 0 for a nil f.
func (q *reader) at(f *expr.Func, width, n int, a []float64) ([]float64, error) {
	out := make([]float64, n*width)
	if f == nil {
		return out, nil
	}
	return out, f.Eval(n, out, []float64{0}, q.p.Start, a)
}

// vanishes tells whether an expression in t and x is 0 by its form.
func vanishes(out, t, x expr.Value) bool {
	list, err := expr.Nodes(out, t, x)
	return err == nil && expr.Vanishes(list)
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

// quadratic proves from the operations of b and L that they have that form, and reads B and R
// off, or tells what is missing.
func (p *Problem) quadratic() (*linearQuadratic, error) {
	const way = "give Minimizer, the action that minimises b·p + L"
	q := &reader{p: p}
	t, x, a := expr.Input("t", 1), expr.Input("x", p.StateDim), expr.Input("a", p.ActionDim)
	compile := func(field string, out expr.Value, most int) (*expr.Func, bool, error) {
		list, err := expr.Nodes(out, t, x, a)
		if err != nil {
			return nil, false, p.errorf(field, err, "the expression is wrong")
		}
		degree, constant := expr.Degree(list, 2)
		f, err := expr.Compile(out, t, x, a)
		return f, constant && degree <= most, err
	}
	var shown bool
	var err error
	if p.Drift != nil {
		if q.drift, shown, err = compile("Drift", p.Drift(t, x, a), 1); err != nil {
			return nil, err
		}
		if !shown {
			return nil, p.errorf("Minimizer", nil, "is missing and the drift is not linear in the action with constant coefficients (b(t,x,a) − b(t,x,0) = B·a with one B everywhere, as the formula shows it): %s", way)
		}
	}
	if p.RunningCost != nil {
		if q.cost, shown, err = compile("RunningCost", p.RunningCost(t, x, a), 2); err != nil {
			return nil, err
		}
	}
	b, r, odd, err := q.coefficients()
	if err != nil {
		return nil, err
	}
	if p.RunningCost != nil && (!shown || odd) {
		return nil, p.errorf("Minimizer", nil, "is missing and the running cost is not quadratic in the action with constant coefficients (L(t,x,a) − L(t,x,0) = a'R·a, without linear and mixed terms, as the formula shows it): %s", way)
	}
	return q.solve(b, r)
}

// coefficients are B (d×m) and R (m×m, symmetric) from the actions ±e_j and e_j + e_k, and
// whether L has a part that is odd in a.
func (q *reader) coefficients() (b, r *mat.Dense, odd bool, err error) {
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
	drift, err := q.at(q.drift, d, n, a)
	if err != nil {
		return nil, nil, false, err
	}
	cost, err := q.at(q.cost, 1, n, a)
	if err != nil {
		return nil, nil, false, err
	}
	b, r = mat.NewDense(d, m, nil), mat.NewDense(m, m, nil)
	row = 1 + m
	for j := range m {
		for k := j; k < m; k++ {
			r.Set(j, k, cost[row]-cost[0]) // e_j'Re_j, and (e_j+e_k)'R(e_j+e_k)
			if k == j {
				r.Set(j, j, (cost[row]+cost[1+j])/2-cost[0])
				odd = odd || math.Abs(cost[row]-cost[1+j]) > readDigits*(math.Abs(cost[row])+math.Abs(cost[1+j]))
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
	return b, r, odd, nil
}

// readDigits is the rounding of a sum of 10⁵ terms, relative to their absolute values.
const readDigits = 1e-9

// worstCondition is the condition number from which on R counts as singular: four digits of the action would
// be left.
const worstCondition = 1e12

// solve is −½R⁻¹, where R has the sign that makes the Hamiltonian's extremum one.
func (q *reader) solve(b, r *mat.Dense) (*linearQuadratic, error) {
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
