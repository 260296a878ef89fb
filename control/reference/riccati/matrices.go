package riccati

import (
	"math"

	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/control/reference/internal/matrix"
	"github.com/deepbsde/deepbsde/control/reference/linearquadratic"
	"github.com/deepbsde/deepbsde/pde/grid"
	"gonum.org/v1/gonum/mat"
)

// matrices are those of a linear-quadratic problem, with zeros in place of nil but for
// s, c[k] and d[k].
type matrices struct {
	a, b, s, q, r, n, g *mat.Dense
	c, d                []*mat.Dense
}

func newMatrices(l *linearquadratic.Form) *matrices {
	d, m := l.StateDim(), l.ActionDim()
	s := &matrices{a: matrix.Dense(l.A, d, d), b: matrix.Dense(l.B, d, m), q: matrix.Dense(l.Q, d, d), r: matrix.Dense(l.R, m, m), n: matrix.Dense(l.N, d, m), g: matrix.Dense(l.G, d, d)}
	if l.AdditiveDim() > 0 {
		s.s = matrix.Dense(l.S, d, l.AdditiveDim())
	}
	k := l.MultiplicativeDim()
	s.c, s.d = make([]*mat.Dense, k), make([]*mat.Dense, k)
	for i, x := range l.C {
		if !matrix.IsZero(x) {
			s.c[i] = matrix.Dense(x, d, d)
		}
	}
	for i, x := range l.D {
		if !matrix.IsZero(x) {
			s.d[i] = matrix.Dense(x, d, m)
		}
	}
	if l.Maximize { // solved as a problem of costs
		for _, x := range []*mat.Dense{s.q, s.r, s.n, s.g} {
			x.Scale(-1, x)
		}
	}
	return s
}

// matricesAt are those at a time t.
func matricesAt(l *linearquadratic.Form, t float64) (*matrices, error) {
	if l.At != nil {
		now, err := l.At(t)
		if err != nil {
			return nil, err
		}
		l = now
	}
	return newMatrices(l), nil
}

// sign is −1 where the solution is that of the costs that rewards are.
func sign(l *linearquadratic.Form) float64 {
	if l.Maximize {
		return -1
	}
	return 1
}

// stages are the matrices of each step of the problem in discrete time, or of Euler's
// scheme on a grid with steps of the length h,
//
//	I + hA, hB, √h S, √h C_k, √h D_k, hQ, hR, hN.
func stages(l *linearquadratic.Form, g *grid.Grid) ([]*matrices, error) {
	p, err := timeless(l)
	if err != nil {
		return nil, err
	}
	d, err := p.On(g)
	if err != nil {
		return nil, err
	}
	step := func(n int) (*matrices, error) {
		s, err := matricesAt(l, d.Time(n))
		if err == nil && l.Stages == 0 {
			s.discretise(d.Grid.Length(n))
		}
		return s, err
	}
	if l.At == nil {
		return control.EachStep(d, step)
	}
	all := make([]*matrices, d.Steps)
	for n := range all {
		if all[n], err = step(n); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// timeless is the problem with the coefficients of time 0, for its grid.
func timeless(l *linearquadratic.Form) (control.Problem, error) {
	fixed := *l
	fixed.At = nil
	return fixed.Problem()
}

// uniform is the grid of so many steps (0: control.DefaultSteps), nil in discrete time.
func uniform(l *linearquadratic.Form, steps int) (*grid.Grid, error) {
	p, err := timeless(l)
	if err != nil {
		return nil, err
	}
	d, err := p.Discretise(steps)
	if err != nil {
		return nil, err
	}
	return d.Grid, nil
}

// discretise turns the matrices of continuous time into those of a step of length h.
func (s *matrices) discretise(h float64) {
	root := math.Sqrt(h)
	for _, m := range []*mat.Dense{s.a, s.b, s.q, s.r, s.n} {
		m.Scale(h, m)
	}
	for _, m := range append(append([]*mat.Dense{s.s}, s.c...), s.d...) {
		if m != nil {
			m.Scale(root, m)
		}
	}
	d, _ := s.a.Dims()
	for i := range d {
		s.a.Set(i, i, 1+s.a.At(i, i))
	}
}

// complete writes the cost of a stage with xᵀPx after it as
//
//	aᵀHa + 2aᵀFx + xᵀ free x:
//	H = R + BᵀPB + ΣDᵀPD,  F = Nᵀ + BᵀPA + ΣDᵀPC,  free = Q + AᵀPA + ΣCᵀPC.
func (s *matrices) complete(p *mat.Dense) (h, f, free *mat.Dense) {
	h, f, free = mat.DenseCopyOf(s.r), mat.DenseCopyOf(s.n.T()), mat.DenseCopyOf(s.q)
	pa, pb := times(p, s.a), times(p, s.b)
	addProduct(h, s.b, pb)
	addProduct(f, s.b, pa)
	addProduct(free, s.a, pa)
	s.addMultiplicative(p, h, f, free)
	return h, f, free
}

// addMultiplicative adds ΣDᵀPD to h, ΣDᵀPC to f and ΣCᵀPC to free.
func (s *matrices) addMultiplicative(p, h, f, free *mat.Dense) {
	for k, c := range s.c {
		d := s.d[k]
		if d != nil {
			addProduct(h, d, times(p, d))
		}
		if c == nil {
			continue
		}
		pc := times(p, c)
		addProduct(free, c, pc)
		if d != nil {
			addProduct(f, d, pc)
		}
	}
}

// noise is tr(SᵀPS), what the additive noise costs.
func (s *matrices) noise(p *mat.Dense) float64 {
	if s.s == nil {
		return 0
	}
	return trace(p, s.s)
}

// expected is E[X_0ᵀPX_0].
func expected(l *linearquadratic.Form, p *mat.Dense) float64 {
	x := mat.NewVecDense(len(l.Start), l.Start)
	v := mat.Inner(x, p, x)
	if l.StartFactor != nil {
		v += trace(p, matrix.Dense(l.StartFactor, len(l.Start), len(l.Start)))
	}
	return v
}

// trace is tr(FᵀPF) for symmetric P.
func trace(p, f *mat.Dense) float64 {
	var fp mat.Dense
	fp.Mul(f.T(), p)
	fp.MulElem(&fp, f.T())
	return mat.Sum(&fp)
}

// times is PM for symmetric P, as (MᵀP)ᵀ: gonum's product skips the zeros of its left
// operand, of which A, B and S often have many.
func times(p, m *mat.Dense) *mat.Dense {
	var mp mat.Dense
	mp.Mul(m.T(), p)
	return mat.DenseCopyOf(mp.T())
}

// addProduct adds aᵀb to sum.
func addProduct(sum, a, b *mat.Dense) {
	var ab mat.Dense
	ab.Mul(a.T(), b)
	sum.Add(sum, &ab)
}

// solveGain is H⁻¹F, or the smallest eigenvalue of H where H is not positive definite.
// One that rounding cannot tell from a singular matrix is not.
func solveGain(h, f *mat.Dense) (k *mat.Dense, eigenvalue float64, ok bool) {
	var chol mat.Cholesky
	sym := matrix.Symmetric(h)
	k = new(mat.Dense)
	if chol.Factorize(sym) && chol.SolveTo(k, f) == nil {
		return k, 0, true
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(sym, false) {
		return nil, math.NaN(), false
	}
	return nil, eigen.Values(nil)[0], false
}
