package minimizer

import (
	"math"
	"math/rand/v2"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/control"
)

// hamiltonian is H(t,x,p,a) = b·p + L and the minimiser of a problem, to be tried at points.
type hamiltonian struct {
	problem           *control.Problem
	value, terms      *expr.Func // H and the sum of its absolute terms
	minimizer, admit  *expr.Func
	lower, upper      *expr.Func // of a box, nil for other sets
	slope             *expr.Func // ∇G, nil without a terminal cost
	endless           bool       // the set is not bounded, for all that is known
	sign              float64    // −1 for a maximum
	rng               *rand.Rand
	t, x, p, best, at []float64 // of the point that is tried
}

// costate fills in p: ∇G in the last state with other sizes, or any where that is 0.
func (h *hamiltonian) costate(last []float64) error {
	h.p = h.normals(h.problem.StateDim, math.Pow(10, 2*h.rng.Float64()-1))
	if h.slope == nil {
		return nil
	}
	slope := make([]float64, h.problem.StateDim)
	if err := h.slope.Eval(1, slope, last); err != nil {
		return err
	}
	zero := true
	for _, v := range slope {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil
		}
		zero = zero && v == 0
	}
	if !zero {
		for i, v := range slope {
			h.p[i] = v * math.Exp(0.7*h.rng.NormFloat64())
		}
	}
	return nil
}

func newHamiltonian(p *control.Problem) (*hamiltonian, error) {
	h := &hamiltonian{problem: p, rng: rand.New(rand.NewPCG(2, 3)), at: make([]float64, p.ActionDim), best: make([]float64, p.ActionDim), sign: 1}
	if p.Maximize {
		h.sign = -1
	}
	t, x, q, a := expr.Input("t", 1), expr.Input("x", p.StateDim), expr.Input("p", p.StateDim), expr.Input("a", p.ActionDim)
	value, terms := expr.Const(0), expr.Const(0)
	if p.Drift != nil {
		products := p.Drift(t, x, a).Mul(q)
		value, terms = products.Sum(), products.Abs().Sum()
	}
	if p.RunningCost != nil {
		cost := p.RunningCost(t, x, a)
		value, terms = value.Add(cost), terms.Add(cost.Abs())
	}
	var err error
	compile := func(out expr.Value, in ...expr.Value) (f *expr.Func) {
		if err == nil {
			f, err = expr.Compile(out, in...)
		}
		return f
	}
	h.value, h.terms = compile(value, t, x, q, a), compile(terms, t, x, q, a)
	h.minimizer = compile(p.Minimizer(t, x, q), t, x, q)
	if p.TerminalCost != nil {
		h.slope = compile(p.TerminalCost(x).Gradient(x), x)
	}
	admitted := a
	switch set := p.Actions.(type) {
	case nil:
		h.endless = true
	case control.Box:
		for i, lo := range set.Lower {
			h.endless = h.endless || math.IsInf(lo, -1) || math.IsInf(set.Upper[i], 1)
		}
		h.lower, h.upper = compile(expr.Vector(set.Lower), t, x), compile(expr.Vector(set.Upper), t, x)
		admitted = set.Admit(t, x, a)
	case control.StateBox:
		h.lower, h.upper = compile(set.Lower(t, x), t, x), compile(set.Upper(t, x), t, x)
		admitted = set.Admit(t, x, a)
	case control.ActionsFunc:
		h.endless, admitted = true, set(t, x, a)
	default:
		admitted = set.Admit(t, x, a)
	}
	h.admit = compile(admitted, t, x, a)
	return h, err
}

func (h *hamiltonian) normals(n int, size float64) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = size * h.rng.NormFloat64()
	}
	return v
}

// admissible refuses a minimiser outside the set, where that can be told.
func (h *hamiltonian) admissible() error {
	m := len(h.best)
	for i, v := range h.best {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return h.wrong("component %d is %g, want a finite number", i, v)
		}
	}
	sum, least := 0.0, 0.0
	for _, v := range h.best {
		sum, least = sum+v, math.Min(least, v)
	}
	switch set := h.problem.Actions.(type) {
	case control.Simplex:
		if least < -betterBy || math.Abs(sum-1) > betterBy {
			return h.wrong("the least share is %.4g and their sum %.10g, want shares ≥ 0 with the sum 1", least, sum)
		}
	case control.Budget:
		if least < -betterBy || sum > float64(set)*(1+betterBy) {
			return h.wrong("the least part is %.4g and their sum %.10g, want parts ≥ 0 with a sum of at most %g", least, sum, float64(set))
		}
	}
	if h.lower == nil {
		return nil
	}
	lower, upper := make([]float64, m), make([]float64, m)
	if err := h.bounds(lower, upper); err != nil {
		return err
	}
	for i, v := range h.best {
		if slack := betterBy * (1 + math.Abs(v)); v < lower[i]-slack || v > upper[i]+slack {
			return h.wrong("component %d is %.6g, outside its bounds %g and %g", i, v, lower[i], upper[i])
		}
	}
	return nil
}

// bounds fills in those of the box.
func (h *hamiltonian) bounds(lower, upper []float64) error {
	for f, to := range map[*expr.Func][]float64{h.lower: lower, h.upper: upper} {
		got := to
		if f.Width() == 1 {
			got = make([]float64, 1)
		}
		if err := f.Eval(1, got, h.t, h.x); err != nil {
			return err
		}
		for i := range to {
			to[i] = got[i%len(got)]
		}
	}
	return nil
}
