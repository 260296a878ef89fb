package pde

import "github.com/deepbsde/deepbsde/autodiff/expr"

// ExactReference evaluates Exact at (0, Start); nil where Exact is nil.
func (p *Problem) ExactReference() (*Reference, error) {
	if p.Exact == nil {
		return nil, nil
	}
	t, x := expr.Input("t", 1), expr.Input("x", p.Dim)
	f, err := expr.Compile(p.Exact(t, x), t, x)
	if err != nil {
		return nil, p.errorf("Exact", err, "the expression is wrong")
	}
	v := make([]float64, 1)
	if err := f.Eval(1, v, []float64{0}, p.Start); err != nil {
		return nil, err
	}
	return &Reference{Value: v[0], Method: "exact solution", Source: "closed form"}, nil
}
