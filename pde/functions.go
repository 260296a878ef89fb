package pde

import "github.com/deepbsde/deepbsde/autodiff/expr"

// Functions are the functions of an equation and a candidate for its solution, compiled
// for plain evaluation.
type Functions struct {
	Candidate *expr.Func // u(t, x)
	Drift     *expr.Func // μ(t, x)
	Diffusion *expr.Func // σ(t, x)·dw in (t, x, dw)
	Generator *expr.Func // f(t, x, y, z)

	dim int
}

// Functions compiles the functions of a valid problem and u.
func (p *Problem) Functions(u func(t, x expr.Value) expr.Value) (*Functions, error) {
	d := p.Dim
	t, x, y, z := expr.Input("t", 1), expr.Input("x", d), expr.Input("y", 1), expr.Input("z", d)
	e := &Functions{dim: d}
	for _, c := range []struct {
		to  **expr.Func
		out expr.Value
		in  []expr.Value
	}{
		{&e.Candidate, u(t, x), []expr.Value{t, x}},
		{&e.Drift, p.DriftOrZero().At(t, x), []expr.Value{t, x}},
		{&e.Diffusion, p.Diffusion.Mul(t, x, z), []expr.Value{t, x, z}},
		{&e.Generator, p.GeneratorAt(t, x, y, z), []expr.Value{t, x, y, z}},
	} {
		var err error
		if *c.to, err = expr.Compile(c.out, c.in...); err != nil {
			return nil, err
		}
	}
	return e, nil
}

// Columns is σ(t,x) by columns, d×d: row k of the result is σ·e_k.
func (e *Functions) Columns(t float64, x []float64) ([]float64, error) {
	return columns(e.Diffusion, e.dim, t, x)
}

// columns is Functions.Columns of a compiled diffusion.
func columns(sigma *expr.Func, d int, t float64, x []float64) ([]float64, error) {
	identity, cols := make([]float64, d*d), make([]float64, d*d)
	for k := range d {
		identity[k*d+k] = 1
	}
	err := sigma.Eval(d, cols, []float64{t}, x, identity)
	return cols, err
}
