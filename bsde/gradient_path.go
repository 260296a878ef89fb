package bsde

import (
	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/autodiff/vec"
)

// pathGradient differentiates Γ(Y_N − g(X_N)) in the first state, along chunkRows paths
// that a walker walks.
type pathGradient[T autodiff.Float] struct {
	m       *model[T]
	from    *origin
	stride  int
	program *autodiff.Program[T]
	serial  *autodiff.Pool
	slope   []T // the gradient, rows×d

	// Inputs of the program: the states of all steps, one below the other, and X_N; the
	// increments; ∂X/∂X_0 like the states; Γ and Y_0. One that it does not read is nil.
	x, dw, tangent, gamma, y0 []T

	step          int       // that is observed next
	a, next       []float64 // ∂X/∂X_0 along the walk
	delta, slopes []float64
}

func newPathGradient[T autodiff.Float](m *model[T], from *origin, stride int) (*pathGradient[T], error) {
	rows, d := chunkRows, m.eq.Dim
	p := &pathGradient[T]{
		m: m, from: from, stride: stride, serial: autodiff.NewPool(1),
		a: make([]float64, rows*d), next: make([]float64, rows*d),
		delta: make([]float64, rows), slopes: make([]float64, rows),
	}
	b := m.builder(false)
	shift := b.Input("shift", rows, d) // of the first state; 0
	cost, err := p.recursion(b, shift)
	if err != nil {
		return nil, err
	}
	p.program, err = autodiff.Compile(b.Graph, autodiff.Target{Cost: cost, Wrt: []autodiff.Node{shift}}, m.params, m.states)
	if err != nil {
		return nil, err
	}
	in := p.program.Input
	p.x, p.dw, p.tangent, p.gamma, p.y0 = in("x"), in("dw"), in("tangent"), in("gamma"), in("y0")
	p.slope = p.program.Gradient(shift)
	return p, nil
}

// recursion is Σ Γ(Y_N − g(X_N)) over the paths as a function of the shift.
func (p *pathGradient[T]) recursion(b *builder, shift autodiff.Node) (autodiff.Node, error) {
	m, rows, d := p.m, chunkRows, p.m.eq.Dim
	steps := (p.from.steps() + p.stride - 1) / p.stride
	x, dw := b.Input("x", (steps+1)*rows, d), b.Input("dw", steps*rows, d)
	tangent := b.Input("tangent", (steps+1)*rows, d)
	euler, err := m.eulerStep()
	if err != nil {
		return autodiff.Node{}, err
	}
	at := b.Add(b.Rows(x, 0, rows), shift)
	y := b.Add(b.Input("y0", rows, 1), b.Scale(0, b.RowDot(shift, shift)))
	for i := range steps {
		t, span := b.Constant(1, 1, []float64{p.from.times[i*p.stride]}), p.length(i)
		noise := b.Rows(dw, i*rows, rows)
		z := m.net.build(b, p.from.nets[i*p.stride], 1, at)
		now := y
		y = b.Add(y, b.RowDot(z, noise))
		if m.eq.generator != nil {
			e := b.Embed(m.eq.list)
			e.BindInputs(t, at, now, z)
			y = b.Sub(y, b.Scale(span, e.Result()))
		}
		if euler == nil {
			at = b.Add(b.Rows(x, (i+1)*rows, rows), b.Mul(b.Rows(tangent, (i+1)*rows, rows), shift))
			continue
		}
		e := b.Embed(euler)
		e.BindInputs(t, b.Constant(1, 1, []float64{span}), at, noise)
		at = e.Result()
	}
	e := b.Embed(m.eq.final)
	e.BindInputs(at)
	return b.Sum(b.Mul(b.Input("gamma", rows, 1), b.Sub(y, e.Result()))), nil
}

// length is that of step i of the walk on its level.
func (p *pathGradient[T]) length(i int) float64 {
	first := i * p.stride
	return p.from.length(first, min(p.stride, p.from.steps()-first))
}

// eulerStep is the step of X as operations in t, h, x and ΔW; nil where it is exact.
func (m *model[T]) eulerStep() ([]expr.Node, error) {
	if m.eq.move.Exact {
		return nil, nil
	}
	d := m.eq.Dim
	t, h, x, dw := expr.Input("t", 1), expr.Input("h", 1), expr.Input("x", d), expr.Input("dw", d)
	return expr.Nodes(m.eq.EulerStep(t, h, x, dw), t, h, x, dw)
}

// run walks the paths that the walker has begun, on the level of r, and fills out with
// their gradients, rows×d.
func (p *pathGradient[T]) run(w *walker[T], r *residuals, out []T) error {
	slopes := p.slopes[:w.noise.rows]
	if !p.m.eq.usesY {
		slopes = nil
	}
	p.step = 0
	spread(p.a, []float64{1})
	if err := w.mismatch(p.stride, r.y0, p.delta[:w.noise.rows], slopes, p); err != nil {
		return err
	}
	p.keep(p.x, w.x[:len(out)])
	p.keep(p.tangent, p.a[:len(out)])
	for i := range p.gamma {
		p.gamma[i], p.y0[i] = 1, T(r.y0)
		if i < len(slopes) {
			p.gamma[i] = T(1 / r.bounded(slopes[i]))
		}
	}
	p.program.Run(p.serial)
	copy(out, p.slope)
	return nil
}

// observe keeps a step of the walk for the program.
func (p *pathGradient[T]) observe(_ int, _ float64, x, dw, _ []float64) error {
	p.keep(p.x, x)
	p.keep(p.dw, dw)
	if p.tangent != nil {
		p.keep(p.tangent, p.a[:len(x)])
		p.m.eq.move.Tangent(p.length(p.step), len(x)/p.m.eq.Dim, p.a[:len(x)], dw, p.next[:len(x)])
		p.a, p.next = p.next, p.a
	}
	p.step++
	return nil
}

// keep puts the numbers of the present step into an input, where the program has it.
func (p *pathGradient[T]) keep(input []T, v []float64) {
	if input != nil {
		at := p.step * len(p.a)
		vec.Narrow(input[at:at+len(v)], v)
	}
}
