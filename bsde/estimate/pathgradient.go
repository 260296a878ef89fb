package estimate

import (
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/autodiff/vec"
	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
)

// pathGradient differentiates Γ(Y_N − g(X_N)) and the weight in the first state, along
// walk.ChunkRows paths that a walker walks.
type pathGradient[T autodiff.Float] struct {
	m       *walk.Model[T]
	from    *walk.Origin
	stride  int
	program *autodiff.Program[T]
	serial  *autodiff.Pool
	slope   []T // the gradient without bend, rows×d
	bend    []T // what Y and Z in the weights add to it; nil where f is affine in them

	// Inputs of the program: the states of all steps, one below the other, and X_N; the
	// increments, and what of them is noise; ∂X/∂X_0 like the states; Γ, Y_0 and the weight
	// of the tilt. One that it does not read is nil.
	x, dw, noise, tangent, gamma, y0, weight []T

	w           *walk.Walker[T] // that walks
	step        int             // that is observed next
	a, next     []float64       // ∂X/∂X_0 along the walk
	delta, logs []float64
}

func newPathGradient[T autodiff.Float](m *walk.Model[T], from *walk.Origin, stride int) (*pathGradient[T], error) {
	rows, d := walk.ChunkRows, m.Eq.Dim
	p := &pathGradient[T]{
		m: m, from: from, stride: stride, serial: autodiff.NewPool(1),
		a: make([]float64, rows*d), next: make([]float64, rows*d),
		delta: make([]float64, rows), logs: make([]float64, rows),
	}
	b := m.Graph(false)
	// Both are added to the first state, and 0: bend where Y and Z in the weights see it,
	// shift everywhere else.
	shift, bend := b.Input("shift", rows, d), b.Input("bend", rows, d)
	cost, err := p.recursion(b, shift, bend)
	if err != nil {
		return nil, err
	}
	wrt := []autodiff.Node{shift}
	if m.Eq.Bent {
		wrt = append(wrt, bend)
	}
	p.program, err = autodiff.Compile(b, autodiff.Target{Cost: cost, Wrt: wrt}, m.Params, m.States)
	if err != nil {
		return nil, err
	}
	in := p.program.Input
	p.x, p.dw, p.noise, p.tangent = in("x"), in("dw"), in("noise"), in("tangent")
	p.gamma, p.y0, p.weight = in("gamma"), in("y0"), in("weight")
	p.slope = p.program.Gradient(shift)
	if m.Eq.Bent {
		p.bend = p.program.Gradient(bend)
	}
	return p, nil
}

// recursion is Σ Γ(Y_N − g(X_N)) over the paths as a function of shift and bend, with the
// tilt of their weights.
func (p *pathGradient[T]) recursion(b *autodiff.Graph, shift, bend autodiff.Node) (autodiff.Node, error) {
	m, rows, d := p.m, walk.ChunkRows, p.m.Eq.Dim
	steps := (p.from.Steps() + p.stride - 1) / p.stride
	x, dw := b.Input("x", (steps+1)*rows, d), b.Input("dw", steps*rows, d)
	euler, err := m.EulerStep()
	if err != nil {
		return autodiff.Node{}, err
	}
	move := func(i int, at, shift autodiff.Node) autodiff.Node {
		if euler == nil {
			tangent := b.Input("tangent", (steps+1)*rows, d)
			return b.Add(b.Rows(x, (i+1)*rows, rows), b.Mul(b.Rows(tangent, (i+1)*rows, rows), shift))
		}
		e := b.Embed(euler)
		e.BindInputs(b.Constant(1, 1, []float64{p.from.Times[i*p.stride]}), b.Constant(1, 1, []float64{p.length(i)}), at, b.Rows(dw, i*rows, rows))
		return e.Result()
	}
	at, bent := b.Add(b.Rows(x, 0, rows), shift), b.Add(b.Rows(x, 0, rows), bend)
	// Nothing else may depend on them, as with one step and a fixed start.
	y := b.Add(b.Input("y0", rows, 1), b.Scale(0, b.RowDot(shift, shift)))
	tilt := b.Scale(0, b.RowDot(bend, bend))
	weighed := b.Add(y, tilt) // Y as the weights see it
	for i := range steps {
		t, span := b.Constant(1, 1, []float64{p.from.Times[i*p.stride]}), p.length(i)
		net := p.from.Nets[i*p.stride]
		z, growth := p.z(b, i, net, at, dw, steps)
		advance := func(y, at, z, growth autodiff.Node) autodiff.Node {
			next := b.Add(y, growth)
			if m.Eq.F == nil {
				return next
			}
			e := b.Embed(m.Eq.FList)
			e.BindInputs(t, at, y, z)
			if m.Eq.UsesY && !m.Eq.Bent {
				return b.Sub(next, b.Mul(b.Scale(span, p.growth(b, t, span, at, z)), e.Result()))
			}
			return b.Sub(next, b.Scale(m.Eq.Span(span), e.Result()))
		}
		if tilted(m.Eq) {
			z, growth := p.z(b, i, net, bent, dw, steps)
			tilt = b.Add(tilt, p.tilt(b, i, span, at, weighed, z))
			if m.Eq.UsesY {
				weighed = advance(weighed, bent, z, growth)
			}
		}
		y = advance(y, at, z, growth)
		if at = move(i, at, shift); tilted(m.Eq) {
			bent = move(i, bent, bend)
		}
	}
	e := b.Embed(m.Eq.GList)
	e.BindInputs(at)
	each := b.Mul(b.Input("gamma", rows, 1), b.Sub(y, e.Result()))
	if tilted(m.Eq) {
		each = b.Add(each, b.Mul(b.Input("weight", rows, 1), tilt))
	}
	return b.Sum(each), nil
}

// z is that of the field as the walk takes it, in step i in the states x, and what it and Γ add to Y.
func (p *pathGradient[T]) z(b *autodiff.Graph, i, net int, x, dw autodiff.Node, steps int) (z, growth autodiff.Node) {
	m, rows := p.m, walk.ChunkRows
	dw = b.Rows(dw, i*rows, rows)
	if m.Bend == nil {
		z = m.Field.Z(b, net, x)
		if p.from.Scale != 1 {
			z = b.Scale(p.from.Scale, z)
		}
		return z, b.RowDot(z, dw)
	}
	z, gamma := m.Bend(b, net, p.stride, x)
	noise := dw
	if m.Eq.UsesZ {
		noise = b.Rows(b.Input("noise", steps*rows, m.Eq.Dim), i*rows, rows)
	}
	curl := b.RowDot(b.Detach(gamma), m.Directions.Squares(b, noise, b.Constant(1, 1, []float64{p.length(i)})))
	if p.from.Scale != 1 {
		z, curl = b.Scale(p.from.Scale, z), b.Scale(p.from.Scale, curl)
	}
	return z, b.Add(b.RowDot(z, dw), b.Scale(0.5, curl))
}

// tilted tells whether the weights of paths depend on x.
func tilted(eq *equation.Equation) bool {
	return eq.UsesY || eq.Curved || eq.UsesZ && equation.DependsOn(eq.FList, equation.InX, true)[len(eq.FList)-1]
}

// tiltReach is how far the central difference of a tilt goes, as a part of what Z or Y
// varies by: far enough that few paths do not decide the gradient where f has a kink.
const tiltReach = 0.1

// tilt is ∂f/∂z·ΔW + ∂f/∂y h at step i, of which the derivative along a path is that of
// the logarithm of its weight, the density of the control times Γ. A central difference
// of f: gradients cannot be differentiated once more. z is the network's at the bent
// state.
func (p *pathGradient[T]) tilt(b *autodiff.Graph, i int, span float64, at, y, z autodiff.Node) autodiff.Node {
	m, rows := p.m, walk.ChunkRows
	reach := tiltReach * m.Scales.G / span
	if m.Eq.UsesZ {
		reach = tiltReach * m.Scales.Z / math.Sqrt(span)
	}
	t, all := b.Constant(1, 1, []float64{p.from.Times[i*p.stride]}), (p.from.Steps()+p.stride-1)/p.stride*rows
	side := func(reach float64) autodiff.Node {
		ys, zs := y, z
		if m.Eq.UsesY {
			ys = b.Add(y, b.Constant(rows, 1, slices.Repeat([]float64{reach * span}, rows)))
		}
		if m.Eq.UsesZ {
			zs = b.Add(z, b.Scale(reach, b.Rows(b.Input("noise", all, m.Eq.Dim), i*rows, rows)))
		}
		e := b.Embed(m.Eq.FList)
		e.BindInputs(t, at, ys, zs)
		return e.Result()
	}
	return b.Scale(0.5/reach, b.Sub(side(reach), side(-reach)))
}

// growth is (e^a − 1)/a for a = −∂f/∂y h, where f is affine in y, but for 1e-4 in a that
// keeps it from 0/0.
func (p *pathGradient[T]) growth(b *autodiff.Graph, t autodiff.Node, span float64, at, z autodiff.Node) autodiff.Node {
	f := func(y float64) autodiff.Node {
		e := b.Embed(p.m.Eq.FList)
		e.BindInputs(t, at, b.Constant(walk.ChunkRows, 1, slices.Repeat([]float64{y}, walk.ChunkRows)), z)
		return e.Result()
	}
	unit := p.m.Scales.G
	a := b.Unary(expr.Unary{Fn: expr.AddConst, C: 1e-4}, b.Scale(span/(2*unit), b.Sub(f(-unit), f(unit))))
	return b.Binary(expr.Div, b.Unary(expr.Unary{Fn: expr.Expm1}, a), a)
}

// length is that of step i of the walk on its level.
func (p *pathGradient[T]) length(i int) float64 {
	first := i * p.stride
	return p.from.Length(first, min(p.stride, p.from.Steps()-first))
}

// run walks the paths that the walker has begun, on the level of r with its mean, and
// fills out with their gradients, rows×d, and bend with the part of Z in the weights.
func (p *pathGradient[T]) run(w *walk.Walker[T], r *residuals, mean float64, out, bend []T) error {
	logs := p.logs[:w.Rows()]
	if !p.m.Eq.UsesY {
		logs = nil
	}
	p.w, p.step = w, 0
	walk.Spread(p.a, []float64{1})
	if err := w.Mismatch(p.stride, r.y0, p.delta[:w.Rows()], logs, p); err != nil {
		return err
	}
	p.keep(p.x, w.X[:len(out)])
	p.keep(p.tangent, p.a[:len(out)])
	for i := range p.gamma {
		p.gamma[i], p.y0[i] = 1, T(r.y0)
		gamma := 1.0
		if i < len(logs) {
			gamma = math.Exp(logs[i])
			p.gamma[i] = T(gamma)
		}
		if p.weight != nil && i < w.Rows() {
			p.weight[i] = T(gamma*p.delta[i] - mean)
		}
	}
	p.program.Run(p.serial)
	copy(out, p.slope)
	if p.bend != nil {
		copy(bend, p.bend)
		for i, v := range bend {
			out[i] += v
		}
	}
	return nil
}

// Observe keeps a step of the walk for the program.
func (p *pathGradient[T]) Observe(_ int, _ float64, x, dw, _ []float64) error {
	p.keep(p.x, x)
	p.keep(p.dw, dw)
	if p.noise != nil {
		span, pure := p.length(p.step), p.next[:len(dw)]
		for i, v := range p.w.V[:len(dw)] {
			pure[i] = dw[i] - float64(v)*span
		}
		p.keep(p.noise, pure)
	}
	if p.tangent != nil {
		p.keep(p.tangent, p.a[:len(x)])
		p.m.Eq.Move.Tangent(p.length(p.step), len(x)/p.m.Eq.Dim, p.a[:len(x)], dw, p.next[:len(x)])
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
