package file

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/problems/file/internal/formula"
	"github.com/deepbsde/deepbsde/problems/file/internal/source"
)

// noisy is a diffusion n×m of an equation, n states and m noises, as one of package pde, which is
// n×n, and what z = σᵀ∇u of the file is in terms of that of the equation.
type noisy struct {
	diffusion pde.Diffusion
	z         func(z value) value
}

// withNoises is the diffusion for m noises that are not as many as the states. Fewer are the first of n,
// the others without effect. For more σ must be constant, and the symmetric square root R of σσᵀ
// stands for it: X has the same law, and σᵀ∇u = σᵀR⁺·R∇u.
func (s *diffusionSource) withNoises(in *formula.Instance, n, m int, check func(action func(t, x, dw value) value) *source.Error) (out noisy, wrong *source.Error) {
	action, constant, wrong := s.wide(in, n, m)
	if wrong == nil && action != nil {
		wrong = check(action)
	}
	if wrong == nil && action != nil && constant == nil && s.rows == nil {
		constant, wrong = s.columns(in, action, n, m)
	}
	if wrong != nil {
		return out, wrong
	}
	switch {
	case m < n && constant != nil:
		square := make([][]float64, n)
		for k, row := range constant {
			square[k] = append(append([]float64{}, row...), make([]float64, n-m)...)
		}
		return noisy{pde.Dense(square), func(z value) value { return z.Slice(0, m) }}, nil
	case m < n:
		return noisy{pde.DiffusionFunc(func(t, x, dw value) value { return action(t, x, dw.Slice(0, m)) }), func(z value) value { return z.Slice(0, m) }}, nil
	case constant == nil:
		return out, s.at("diffusion depends on t or x and has %d noises for %d states, want as many at most. Only σσᵀ counts for u: write a square root of it with %d noises", m, n, n)
	}
	root, back := squareRoot(constant)
	return noisy{pde.Dense(root), func(z value) value { return z.Linear(back) }}, nil
}

// at is an error at the diffusion.
func (s *diffusionSource) at(format string, args ...any) *source.Error {
	v := s.v
	if v == nil {
		v = s.rows[0]
	}
	return v.ErrorAt(s.node, format, args...)
}

// wide is a diffusion n×m as its action on dw, and as a matrix where it is constant.
func (s *diffusionSource) wide(in *formula.Instance, n, m int) (action func(t, x, dw value) value, constant [][]float64, wrong *source.Error) {
	if s.volatility != nil || s.geometric != nil {
		v := s.volatility
		if v == nil {
			v = s.geometric
		}
		return nil, nil, s.wantsMatrix(v, n, m)
	}
	if s.rows != nil {
		return s.wideRows(in, n, m)
	}
	if a := s.v.Matrix(in); a != nil {
		if len(a) != n || len(a[0]) != m {
			return nil, nil, s.v.Errorf("diffusion is a %d×%d matrix, want %d×%d: %d states and %d noises", len(a), len(a[0]), n, m, n, m)
		}
		return nil, a, nil
	}
	f := s.formula(in, n)
	_, used, wrong := f.Any(1, n, m)
	if wrong == nil && !used["dw"] {
		wrong = s.wantsMatrix(s.v, n, m)
	}
	if wrong == nil {
		_, _, wrong = f.Try(1, n, m)
	}
	return func(t, x, dw value) value { return f.Call(t, x, dw) }, nil, wrong
}

func (s *diffusionSource) formula(in *formula.Instance, n int) *formula.Function {
	return &formula.Function{Instance: in, Vector: s.v, Field: "diffusion, the action on dw,", N: n, Names: []string{"t", "x", "dw"}}
}

// wantsMatrix says what a diffusion for other noises is.
func (s *diffusionSource) wantsMatrix(at *formula.Vector, n, m int) *source.Error {
	return at.ErrorAt(s.node, "noise: %d beside %d states wants a %d×%d matrix as diffusion, or its action on dw, such as A*dw", m, n, n, m)
}

// columns is the matrix of an action on dw that does not depend on t and x, nil where it does.
func (s *diffusionSource) columns(in *formula.Instance, action func(t, x, dw value) value, n, m int) ([][]float64, *source.Error) {
	_, used, wrong := s.formula(in, n).Any(1, n, m)
	if wrong != nil || used["t"] || used["x"] {
		return nil, wrong
	}
	matrix, err := columnsOf(action, n, m)
	if err != nil {
		return nil, s.v.Errorf("diffusion: %v", err)
	}
	return matrix, nil
}

// wideRows is wide for a matrix by rows.
func (s *diffusionSource) wideRows(in *formula.Instance, n, m int) (func(t, x, dw value) value, [][]float64, *source.Error) {
	if len(s.rows) != n {
		return nil, nil, s.at("diffusion has %d rows, want %d", len(s.rows), n)
	}
	rows, constant := make([]*formula.Function, n), make([][]float64, n)
	for k, v := range s.rows {
		rows[k] = &formula.Function{Instance: in, Vector: v, Field: "a row of diffusion", N: m, Names: []string{"t", "x"}}
		got, _, wrong := rows[k].Try(1, n)
		if wrong == nil {
			wrong = v.Finite(got, "a row of diffusion")
		}
		if wrong != nil {
			return nil, nil, wrong
		}
		if constant != nil && got.Constant != nil {
			constant[k] = got.Constant
		} else {
			constant = nil
		}
	}
	return func(t, x, dw value) value { return times(rows, t, x, dw) }, constant, nil
}

// columnsOf is the matrix of an action that does not depend on t and x.
func columnsOf(action func(t, x, dw value) value, n, m int) ([][]float64, error) {
	t, x, dw := expr.Input("t", 1), expr.Input("x", n), expr.Input("dw", m)
	f, err := expr.Compile(action(t, x, dw), t, x, dw)
	if err != nil {
		return nil, err
	}
	noise, out := make([]float64, m*m), make([]float64, m*n)
	for k := range m {
		noise[k*m+k] = 1
	}
	if err := f.Eval(m, out, []float64{0}, make([]float64, m*n), noise); err != nil {
		return nil, err
	}
	a := make([][]float64, n)
	for i := range a {
		a[i] = make([]float64, m)
		for k := range m {
			a[i][k] = out[k*n+i]
		}
	}
	return a, nil
}

// squareRoot is R = (AAᵀ)^½, symmetric, and AᵀR⁺.
func squareRoot(a [][]float64) (root, back [][]float64) {
	n, m := len(a), len(a[0])
	A := mat.NewDense(n, m, nil)
	for i, row := range a {
		A.SetRow(i, row)
	}
	var svd mat.SVD
	svd.Factorize(A, mat.SVDThin) // A = U S Vᵀ, so R = U S Uᵀ and AᵀR⁺ = V Uᵀ where S is not 0
	var u, v mat.Dense
	svd.UTo(&u)
	svd.VTo(&v)
	sizes := svd.Values(nil)
	var scaled, ones mat.Dense
	scaled.CloneFrom(&u)
	ones.CloneFrom(&v)
	for k, size := range sizes {
		keep := 1.0
		if size <= 1e-14*math.Max(sizes[0], math.SmallestNonzeroFloat64) { // a noise that does not move X
			size, keep = 0, 0
		}
		for i := range n {
			scaled.Set(i, k, scaled.At(i, k)*size)
		}
		for i := range m {
			ones.Set(i, k, ones.At(i, k)*keep)
		}
	}
	var r, b mat.Dense
	r.Mul(&scaled, u.T())
	b.Mul(&ones, u.T())
	rowsOf := func(d *mat.Dense) [][]float64 {
		count, _ := d.Dims()
		rows := make([][]float64, count)
		for i := range rows {
			rows[i] = append([]float64{}, d.RawRowView(i)...)
		}
		return rows
	}
	return rowsOf(&r), rowsOf(&b)
}
