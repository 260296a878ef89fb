package control

import (
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
	"gonum.org/v1/gonum/mat"
)

// Problem is the problem as a value: expressions without the terms that are 0, a
// multiplication where a matrix is diagonal and one matrix product where it is full.
// The noise is W first and then V. Without D in continuous time the Minimizer is set,
//
//	a = −R⁻¹(½Bᵀp + Nᵀx),
//
// where R is positive definite.
func (l *LinearQuadratic) Problem() (Problem, error) {
	if err := l.Validate(); err != nil {
		return Problem{}, err
	}
	copied := *l // the problem does not change with l
	l = &copied
	d, m, additive := l.StateDim(), l.ActionDim(), l.additive()
	p := Problem{
		Name: l.Name, StateDim: d, ActionDim: m, NoiseDim: additive + l.multiplicative(),
		Start: l.Start, Horizon: l.Horizon, Stages: l.Stages,
		RunningCost: func(_, x, a expr.Value) expr.Value {
			return sum(1, quadratic(x, l.Q), quadratic(a, l.R), cross(x, a, l.N))
		},
		TerminalCost: func(x expr.Value) expr.Value { return sum(1, quadratic(x, l.G)) },
	}
	if l.StartFactor != nil {
		p.RandomStart = func(xi expr.Value) expr.Value {
			return sum(d, linear(xi, l.StartFactor)).Add(expr.Vector(l.Start))
		}
	}
	noise := func(x, a, w expr.Value) []*expr.Value {
		var terms []*expr.Value
		if additive > 0 {
			terms = append(terms, linear(w.Slice(0, additive), l.S))
		}
		if k := l.multiplicative(); k > 0 {
			v := w.Slice(additive, additive+k)
			terms = append(terms, bilinear(x, v, l.C), bilinear(a, v, l.D))
		}
		return terms
	}
	if l.Stages > 0 {
		p.Transition = func(_, x, a, w expr.Value) expr.Value {
			return sum(d, append(noise(x, a, w), linear(x, l.A), linear(a, l.B))...)
		}
		return p, nil
	}
	p.Drift = func(_, x, a expr.Value) expr.Value { return sum(d, linear(x, l.A), linear(a, l.B)) }
	switch {
	case p.NoiseDim == 0:
		p.NoiseDim = d // of which none is used
	case additive == d && l.multiplicative() == 0:
		p.Diffusion = diffusion(l.S)
	default:
		p.Noise = func(_, x, a, dw expr.Value) expr.Value { return sum(d, noise(x, a, dw)...) }
	}
	if len(l.D) == 0 {
		p.Minimizer = l.minimizer()
	}
	return p, nil
}

// minimizer is nil where R is not positive definite.
func (l *LinearQuadratic) minimizer() func(t, x, p expr.Value) expr.Value {
	s := l.matrices()
	var chol mat.Cholesky
	if !chol.Factorize(symmetric(s.r)) {
		return nil
	}
	var onGradient, onState mat.Dense
	if chol.SolveTo(&onGradient, s.b.T()) != nil || chol.SolveTo(&onState, s.n.T()) != nil {
		return nil // singular but for rounding
	}
	onGradient.Scale(-0.5, &onGradient)
	onState.Scale(-1, &onState)
	p1, x1 := rowsOf(&onGradient), rowsOf(&onState)
	return func(_, x, p expr.Value) expr.Value {
		return sum(l.ActionDim(), linear(p, p1), linear(x, x1))
	}
}

// sum is that of the terms that are not nil, 0 of the given width where all are.
func sum(width int, terms ...*expr.Value) expr.Value {
	var total *expr.Value
	for _, t := range terms {
		switch {
		case t == nil:
		case total == nil:
			total = t
		default:
			v := total.Add(*t)
			total = &v
		}
	}
	if total == nil {
		return expr.Const(0).Broadcast(width)
	}
	return *total
}

// linear is M·v, nil where M is 0.
func linear(v expr.Value, m [][]float64) *expr.Value {
	diagonal, scalar := diagonalOf(m)
	var out expr.Value
	switch {
	case isZero(m):
		return nil
	case diagonal == nil:
		out = v.Linear(m)
	case !scalar:
		out = v.Mul(expr.Vector(diagonal))
	case diagonal[0] == 1:
		out = v
	default:
		out = v.Scale(diagonal[0])
	}
	return &out
}

// quadratic is vᵀMv, nil where M is 0.
func quadratic(v expr.Value, m [][]float64) *expr.Value {
	diagonal, scalar := diagonalOf(m)
	var out expr.Value
	switch {
	case isZero(m):
		return nil
	case scalar:
		out = v.NormSq().Scale(diagonal[0])
	default:
		out = v.Dot(*linear(v, m))
	}
	return &out
}

// cross is 2xᵀNa, nil where N is 0.
func cross(x, a expr.Value, n [][]float64) *expr.Value {
	if isZero(n) {
		return nil
	}
	out := x.Dot(*linear(a, n)).Scale(2)
	return &out
}

// bilinear is Σ_k w_k·(M_k v) = Σ_j v_j·(M^j w), nil where all M_k are 0: the sum with
// fewer terms.
func bilinear(v, w expr.Value, m [][][]float64) *expr.Value {
	byNoise, byComponent := 0, 0
	turned := turn(m, v.Width())
	for _, x := range m {
		if !isZero(x) {
			byNoise++
		}
	}
	for _, x := range turned {
		if !isZero(x) {
			byComponent++
		}
	}
	if byComponent < byNoise {
		m, v, w = turned, w, v
	}
	var terms []*expr.Value
	width := 0
	for k, x := range m {
		if term := linear(v, x); term != nil {
			t := term.Mul(w.At(k))
			terms, width = append(terms, &t), len(x)
		}
	}
	if terms == nil {
		return nil
	}
	out := sum(width, terms...)
	return &out
}

// turn is M^j with M^j[i][k] = M_k[i][j], j below p.
func turn(m [][][]float64, p int) [][][]float64 {
	out := make([][][]float64, p)
	for k, x := range m {
		for i, row := range x {
			for j, v := range row {
				if out[j] == nil {
					out[j] = make([][]float64, len(x))
				}
				if out[j][i] == nil {
					out[j][i] = make([]float64, len(m))
				}
				out[j][i][k] = v
			}
		}
	}
	return out
}

func isZero(m [][]float64) bool {
	for _, row := range m {
		for _, v := range row {
			if v != 0 {
				return false
			}
		}
	}
	return true
}

// diagonalOf is the diagonal of a square diagonal matrix, nil of another one, and
// whether it is a multiple of the identity.
func diagonalOf(m [][]float64) (diagonal []float64, scalar bool) {
	scalar = true
	for i, row := range m {
		if len(row) != len(m) {
			return nil, false
		}
		for j, v := range row {
			if i != j && v != 0 {
				return nil, false
			}
		}
		diagonal = append(diagonal, row[i])
		scalar = scalar && row[i] == diagonal[0]
	}
	return diagonal, scalar && len(m) > 0
}

// diffusion is the simplest diffusion with the square matrix s.
func diffusion(s [][]float64) pde.Diffusion {
	diagonal, scalar := diagonalOf(s)
	switch {
	case scalar:
		return pde.Scalar(diagonal[0])
	case diagonal != nil:
		return pde.Diagonal(diagonal)
	}
	return pde.Dense(s)
}
