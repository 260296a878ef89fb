package basis

import (
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
)

// noise is how ΔW enters ℓ: ξ = L ΔW with a constant L, else ξ = σ(t, x) ΔW.
type noise struct {
	dim       int
	loading   *pde.Loading // nil where σ is not constant in ℓ
	variances []float64    // of the components of ξ in unit time
	sigma     *expr.Func   // σ(t, x) dw, where there is no loading
	adjoint   *expr.Func   // σᵀ(t, x) v, the same
}

func newNoise(p *pde.Problem) (*noise, error) {
	n := &noise{dim: p.Dim}
	if l, ok := pde.LoadingOf(p.Diffusion, p.Dim); ok {
		n.loading, n.variances = l, l.Variances()
		return n, nil
	}
	t, x, dw := expr.Input("t", 1), expr.Input("x", p.Dim), expr.Input("dw", p.Dim)
	var err error
	moved := p.Diffusion.Mul(t, x, dw)
	if n.sigma, err = expr.Compile(moved, t, x, dw); err != nil {
		return nil, err
	}
	v := expr.Input("v", p.Dim)
	n.adjoint, err = expr.Compile(moved.Dot(v).Gradient(dw).Broadcast(p.Dim), t, x, v)
	return n, err
}

// transposed fills out with Lᵀv, or σᵀ(t, x)v, of rows of states.
func (n *noise) transposed(t float64, rows int, x, v, out []float64) error {
	if n.loading == nil {
		return n.adjoint.Eval(rows, out, []float64{t}, x, v)
	}
	d := n.dim
	for r := range rows {
		n.loading.Transposed(v[r*d:(r+1)*d], out[r*d:(r+1)*d])
	}
	return nil
}

// log tells whether ℓ = log x.
func (n *noise) log() bool { return n.loading != nil && n.loading.Log }

// coordinates fills l with ℓ.
func (n *noise) coordinates(x, l []float64) {
	if !n.log() {
		copy(l, x)
		return
	}
	for i, v := range x {
		l[i] = math.Log(v)
	}
}

// increments fills xi with ξ of rows of states.
func (n *noise) increments(t float64, rows int, x, dw, xi []float64) error {
	d := n.dim
	if n.loading == nil {
		return n.sigma.Eval(rows, xi, []float64{t}, x, dw)
	}
	for r := range rows {
		n.loading.Apply(dw[r*d:(r+1)*d], xi[r*d:(r+1)*d])
	}
	return nil
}

// obstacle is Φ(t, x) and, where it is wanted, ∂Φ/∂ℓ.
type obstacle struct {
	value, slope *expr.Func
	log          bool
}

func newObstacle(p *pde.Problem, n *noise) (*obstacle, error) {
	t, x := expr.Input("t", 1), expr.Input("x", p.Dim)
	out := p.Obstacle(t, x)
	o := &obstacle{log: n.log()}
	var err error
	if o.value, err = expr.Compile(out, t, x); err != nil {
		return nil, err
	}
	o.slope, err = expr.Compile(out.Gradient(x).Broadcast(p.Dim), t, x)
	return o, err
}

// gradient fills out with ∂Φ/∂ℓ.
func (o *obstacle) gradient(t float64, rows int, x, out []float64) error {
	if err := o.slope.Eval(rows, out, []float64{t}, x); err != nil {
		return err
	}
	for i, v := range out {
		if o.log {
			v *= x[i]
		}
		if math.IsNaN(v) || math.IsInf(v, 0) {
			v = 0
		}
		out[i] = v
	}
	return nil
}
