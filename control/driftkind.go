package control

import (
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
)

// driftKind is the drift as one of the kinds of package pde, whose paths are sampled
// exactly, where the form of the expression proves it: μ = c + A x without t, with A = 0,
// r·I or −κ·I. Else it is the function itself.
func driftKind(mu pde.DriftFunc, d int) (pde.Drift, error) {
	t, x := expr.Input("t", 1), expr.Input("x", d)
	out := mu(t, x)
	nodes, err := expr.Nodes(out, t, x)
	if err != nil || !expr.Affine(nodes, 1) || expr.Contains(nodes, 0) {
		return mu, err
	}
	f, err := expr.Compile(out, t, x)
	if err != nil {
		return nil, err
	}
	in, got := make([]float64, (d+1)*d), make([]float64, (d+1)*d) // 0 and the unit vectors
	for j := range d {
		in[(j+1)*d+j] = 1
	}
	if err := f.Eval(d+1, got, []float64{0}, in); err != nil {
		return nil, err
	}
	c, a := got[:d], got[d]-got[0]
	equal, zero := true, true
	for i, v := range c {
		equal, zero = equal && v == c[0], zero && v == 0
		for j := range d {
			want := 0.0
			if i == j {
				want = a
			}
			if got[(j+1)*d+i]-v != want {
				return mu, nil // not a multiple of I, in every bit
			}
		}
	}
	switch {
	case a == 0 && equal:
		return pde.ConstantDrift(c[0]), nil
	case a == 0:
		return pde.VectorDrift(append([]float64(nil), c...)), nil
	case zero:
		return pde.LinearDrift(a), nil
	case equal:
		return pde.MeanReverting{Rate: -a, Mean: -c[0] / a}, nil
	}
	return mu, nil
}
