package pde

import (
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
)

// Residual puts a candidate solution u into the equation at the points (t_i, x_i)
// and returns for each point
//
//	r = ∂u/∂t + μ·∇u + ½ Tr(σσᵀ∇²u) + f(t, x, u, σᵀ∇u)
//	s = |∂u/∂t| + |μ·∇u| + ½ Tr-terms in absolute value + |f|
//
// so that r/s is the relative residual, of the order of rounding for a true
// solution. t has n numbers, x n×d. Derivatives are exact up to rounding
// (second-order Taylor arithmetic along the columns of σ): with the k-th column
// σ_k, (σᵀ∇u)_k = d/dε u(t, x+εσ_k) and Tr(σσᵀ∇²u) = Σ_k d²/dε² u(t, x+εσ_k).
func Residual(p Problem, u func(t, x expr.Value) expr.Value, t, x []float64) (r, s []float64, err error) {
	if err := p.Validate(); err != nil {
		return nil, nil, err
	}
	d, n := p.Dim, len(t)
	if len(x) != n*d {
		return nil, nil, fmt.Errorf("pde: %d times but %d coordinates, want %d points × %d", n, len(x), n, d)
	}
	e, err := p.Functions(u)
	if err != nil {
		return nil, nil, err
	}
	r, s = make([]float64, n), make([]float64, n)
	for i := range n {
		if r[i], s[i], err = e.at(t[i], x[i*d:(i+1)*d]); err != nil {
			return nil, nil, err
		}
	}
	return r, s, nil
}

// at is Residual at one point.
func (e *Functions) at(t float64, x []float64) (r, s float64, err error) {
	d, time := e.dim, []float64{t}
	cols, err := e.Columns(t, x)
	if err != nil {
		return 0, 0, err
	}
	u, z, d2, err := e.Candidate.Jet(d, [][]float64{time, x}, [][]float64{{0}, cols})
	if err != nil {
		return 0, 0, err
	}
	mu := make([]float64, d)
	if err = e.Drift.Eval(1, mu, time, x); err != nil {
		return 0, 0, err
	}
	_, ut, _, err := e.Candidate.Jet(1, [][]float64{time, x}, [][]float64{{1}, make([]float64, d)})
	if err != nil {
		return 0, 0, err
	}
	_, um, _, err := e.Candidate.Jet(1, [][]float64{time, x}, [][]float64{{0}, mu})
	if err != nil {
		return 0, 0, err
	}
	f := make([]float64, 1)
	if err = e.Generator.Eval(1, f, time, x, u[:1], z); err != nil {
		return 0, 0, err
	}
	r = ut[0] + um[0] + f[0]
	s = math.Abs(ut[0]) + math.Abs(um[0]) + math.Abs(f[0])
	for _, v := range d2 {
		r += 0.5 * v
		s += 0.5 * math.Abs(v)
	}
	return r, s, nil
}

// Gradient solves σᵀ(t,x)·∇u = z for ∇u, d numbers. It fails where σ is singular.
func (p *Problem) Gradient(t float64, x, z []float64) ([]float64, error) {
	if s := p.diagonal(x); s != nil { // without a d×d matrix
		return divide(z, s)
	}
	tv, xv, w := expr.Input("t", 1), expr.Input("x", p.Dim), expr.Input("dw", p.Dim)
	sigma, err := expr.Compile(p.Diffusion.Mul(tv, xv, w), tv, xv, w)
	if err != nil {
		return nil, err
	}
	cols, err := columns(sigma, p.Dim, t, x)
	if err != nil {
		return nil, err
	}
	return solve(cols, z, p.Dim)
}

// diagonal is the diagonal of σ(t,x) for the diagonal kinds, else nil.
func (p *Problem) diagonal(x []float64) []float64 {
	switch s := p.Diffusion.(type) {
	case Scalar:
		return repeat(float64(s), p.Dim)
	case Diagonal:
		return s
	case Geometric:
		out := make([]float64, len(x))
		for j, v := range x {
			out[j] = float64(s) * v
		}
		return out
	}
	return nil
}
