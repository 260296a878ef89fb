package pde

import (
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
)

// squareRoots is the step of a problem some of whose components are square-root
// processes, as the variance of Heston's model or the rate of Cox, Ingersoll and Ross:
//
//	dV = (a − kV) dt + √V ρ·dW,   a ≥ 0, k a number, ρ a constant row, s = ‖ρ‖
//
// Their next state is drawn by the quadratic-exponential scheme. It has the mean m and the
// variance ψm² of the exact law of V_{t+h}, and never is below 0, whether Feller's
// condition 2a ≥ s² holds or not. With B = (1−e^{−kh})/k,
//
//	m = Ve^{−kh} + aB,   ψ = s²B(m − ½aB)/m²,   ξ = ρ·ΔW/(s√h)
//	V' = m(√w + √(1−w)·ξ)², w = √(1−½ψ)                     where ψ ≤ 3/2
//	V' = ½m(1+ψ)·max(0, ln 2 − ln(1+ψ) − ln Φ(−ξ))          elsewhere
//
// It is a function of ΔW: coarse paths see the sum of the fine increments, a drift in ΔW
// is a change of measure, and Z·ΔW stays a control variate.
//
// Source: Andersen, Simple and efficient simulation of the Heston stochastic volatility
// model, J. Computational Finance 11 (2008), sections 3.2 and 4.2; the first line in the
// form here follows from his a = m(1−w) and b² = w/(1−w).
type squareRoots struct {
	index []int // the components, in order
	floor []float64
	a, k  []float64
	moved bool        // some a depends on t or on other components: all are taken from the drift
	s     []float64   // ‖ρ‖
	along [][]float64 // ρ/‖ρ‖

	companions companions
	rest       []int // components that make Euler steps
}

// switchAt is the ψ at which the form of the step changes.
const switchAt = 1.5

// What is divided by or under a root is not below smallest, whose square a float32 holds.
// A tail probability is not below leastTail.
const (
	smallest  = 1e-18
	leastTail = 1e-37
)

// rootStep is one step of the square-root components, with what their companions need.
type rootStep struct {
	v, a, next expr.Value // V, a and V'
	psi, m     expr.Value
	one, spare expr.Value // w and 1−w where ψ ≤ 3/2
	width      expr.Value // ½m(1+ψ)
	low        expr.Value // 1 where ψ ≤ 3/2
}

// formula is the step as an expression.
func (q *squareRoots) formula(p *Problem, t, h, x, dw expr.Value) expr.Value {
	floored := q.at(x, gather(x, q.index).Max(expr.Vector(q.floor)))
	drift := p.DriftOrZero().At(t, floored)
	r := q.step(h, floored, dw, drift)
	parts, order := []expr.Value{r.next}, append([]int(nil), q.index...)
	if c := &q.companions; len(c.index) > 0 {
		later := drift
		if c.averaged {
			later = p.DriftOrZero().At(t, q.at(floored, r.next))
		}
		parts, order = append(parts, c.step(q, r, h, x, dw, drift, later)), append(order, c.index...)
	}
	if len(q.rest) > 0 {
		euler := x.Add(drift.Mul(h)).Add(p.Diffusion.Mul(t, floored, dw))
		parts, order = append(parts, gather(euler, q.rest)), append(order, q.rest...)
	}
	place := make([]int, len(order))
	for i, component := range order {
		place[component] = i
	}
	return gather(expr.Concat(parts...), place)
}

// at is x with the square-root components replaced by v.
func (q *squareRoots) at(x, v expr.Value) expr.Value {
	place := make([]int, x.Width())
	for i := range place {
		place[i] = i
	}
	for i, component := range q.index {
		place[component] = x.Width() + i
	}
	return gather(expr.Concat(x, v), place)
}

// step moves the square-root components.
func (q *squareRoots) step(h, x, dw, drift expr.Value) rootStep {
	k, s2, invK := make([]float64, len(q.k)), make([]float64, len(q.k)), make([]float64, len(q.k))
	for i, v := range q.k {
		k[i], s2[i], invK[i] = -v, q.s[i]*q.s[i], -1/v
	}
	r := rootStep{v: gather(x, q.index), a: expr.Vector(q.a)}
	if q.moved {
		r.a = gather(drift, q.index).Sub(r.v.Mul(expr.Vector(k))).Relu()
	}
	kh := h.Mul(expr.Vector(k)) // −kh
	b := kh.Expm1().Mul(expr.Vector(invK))
	ab, noise := r.a.Mul(b), b.Mul(expr.Vector(s2))
	r.m = r.v.Mul(kh.Exp()).Add(ab)
	over := r.m.Max(expr.Const(smallest))
	variance := noise.Mul(r.m.Sub(ab.Scale(0.5)).Div(over)) // ψm
	r.psi = variance.Div(over)
	r.width = variance.Add(r.m).Scale(0.5)
	r.low = r.psi.LessEq(expr.Const(switchAt))

	xi := dw.Linear(q.along).Div(h.Sqrt())
	half := r.psi.Min(expr.Const(switchAt)).Max(expr.Const(smallest)).Scale(0.5)
	r.one = half.Neg().AddConst(1).Sqrt()
	r.spare = half.Div(r.one.AddConst(1)) // half = 1 − w²
	quadratic := r.m.Mul(r.one.Sqrt().Add(r.spare.Sqrt().Mul(xi)).Square())
	high := r.psi.Max(expr.Const(switchAt)).AddConst(1).Log()
	tail := xi.Neg().NormCDF().Max(expr.Const(leastTail)).Log()
	exponential := r.width.Mul(high.Add(tail).Neg().AddConst(math.Ln2).Relu())
	// A user's √x has no derivative at 0.
	r.next = expr.Select(r.low, quadratic, exponential).Max(expr.Vector(q.floor))
	return r
}

// gather is the components of v with the given indices.
func gather(v expr.Value, index []int) expr.Value {
	var runs []expr.Value
	for lo := 0; lo < len(index); {
		hi := lo + 1
		for hi < len(index) && index[hi] == index[hi-1]+1 {
			hi++
		}
		runs = append(runs, v.Slice(index[lo], index[hi-1]+1))
		lo = hi
	}
	if len(runs) == 1 {
		return runs[0]
	}
	return expr.Concat(runs...)
}
