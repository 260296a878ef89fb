package policy

import (
	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde/network"
	"github.com/deepbsde/deepbsde/control"
)

const (
	structuredStates = 5  // from which on: a network of fewer states finds all that by itself
	structureHidden  = 16 // of the network of the coefficients
	structureUnits   = 3  // nonlinear functions of the vectors
	mostStructured   = 30 // a component of a vector, in units of its rms
	mostPooled       = 4  // a pooled number, in standard deviations
)

// structure is what the formulas of a problem say of its policy. The best action follows the gradient p
// of what comes after, through the part of the dynamics that the action moves,
//
//	φ(p) = ∂/∂a (p·X_{n+1})
//
// Vectors φ of the state and of those gradients of the running and the terminal cost that are not
// linear are of the action's width. To the output of the network is added
//
//	Σ_k c_k φ_k + Σ_j e_j silu(Σ_k b_jk φ_k + b_j)
//
// component by component, where all coefficients are functions of the time and of few pooled numbers,
// ‖x̃‖² and the costs: few parameters, each seen by every component. A network as wide as usual would
// have to find the same function of each component for itself.
type structure struct {
	vectors []vector
	steps   []structureLists
	d       *control.Discrete
	admit   *expr.Func // the action in the middle of those admissible, in (t, x)
}

// vector is the number of what its p is.
type vector int

const (
	ofState vector = iota
	ofRunning
	ofTerminal
)

// structureLists are operations of a step in (t, x, a, p): φ, the gradients of the costs in x, and the
// costs.
type structureLists struct {
	pull, slopes, pooled []expr.Node
	pullFunc, slopesFunc *expr.Func
	pooledFunc           *expr.Func
}

// newStructure is nil where there is nothing to find: few states, or costs whose gradients are linear.
func newStructure(d *control.Discrete, m Method) (*structure, error) {
	if _, shared := m.Network.(network.Shared); !shared || m.NoStructure || d.StateDim < structuredStates || d.ActionDim < 2 {
		return nil, nil
	}
	t, x, a, p := expr.Input("t", 1), expr.Input("x", d.StateDim), expr.Input("a", d.ActionDim), expr.Input("p", d.StateDim)
	s := &structure{d: d, vectors: []vector{ofState}}
	curved := func(slope expr.Value) (bool, error) {
		list, err := expr.Nodes(slope, t, x, a, p)
		if err != nil {
			return false, err
		}
		degree, _ := expr.Degree(list, 1)
		return degree < 0 || degree > 1, nil
	}
	slopeOf := func(cost expr.Value) expr.Value { return cost.Gradient(x).Broadcast(d.StateDim) }
	for i, cost := range []expr.Value{d.Cost(0, t, x, a), d.Final(x)} {
		yes, err := curved(slopeOf(cost))
		if err != nil {
			return nil, err
		}
		if yes {
			s.vectors = append(s.vectors, ofRunning+vector(i))
		}
	}
	if len(s.vectors) == 1 {
		return nil, nil
	}
	var err error
	if s.admit, err = expr.Compile(d.Admit(t, x, expr.Vector(make([]float64, d.ActionDim))).Add(x.At(0).Scale(0)), t, x); err != nil {
		return nil, err
	}
	still := expr.Vector(make([]float64, d.Noises()))
	s.steps, err = control.EachStep(d, func(n int) (l structureLists, err error) {
		running, final := d.Cost(n, t, x, a), d.Final(x)
		for _, c := range []struct {
			list *[]expr.Node
			f    **expr.Func
			out  expr.Value
		}{
			{&l.pull, &l.pullFunc, d.Next(n, t, x, a, still).Dot(p).Gradient(a).Broadcast(d.ActionDim)},
			{&l.slopes, &l.slopesFunc, expr.Concat(slopeOf(running), slopeOf(final))},
			{&l.pooled, &l.pooledFunc, expr.Concat(running, final)},
		} {
			if *c.list, err = expr.Nodes(c.out, t, x, a, p); err != nil {
				return l, err
			}
			if *c.f, err = expr.Compile(c.out, t, x, a, p); err != nil {
				return l, err
			}
		}
		return l, nil
	})
	return s, err
}

// add is what the structure adds to the raw action at step n in the states x.
func (s *structure) add(b *network.Builder, lists *rolloutLists, sizes *structureScales, n int, x autodiff.Node) autodiff.Node {
	d := s.d
	m, step := d.ActionDim, &s.steps[n]
	full := func(v autodiff.Node, columns int) autodiff.Node {
		if v.Rows == x.Rows && v.Cols == columns {
			return v
		}
		return b.Add(v, b.Constant(x.Rows, columns, make([]float64, x.Rows*columns)))
	}
	clock := b.Constant(1, 1, []float64{d.Time(n)})
	embed := func(list []expr.Node, a, p autodiff.Node) autodiff.Node {
		e := b.Embed(list)
		e.BindInputs(clock, x, a, p)
		return e.Result()
	}
	middle := b.Embed(lists.admit)
	middle.BindInputs(clock, x, b.Constant(1, m, make([]float64, m)), autodiff.Node{})
	a := full(middle.Result(), m)
	xn := b.Normalise(n, 1, x)
	slopes := full(embed(step.slopes, a, xn), 2*d.StateDim)
	vectors := []autodiff.Node{b.Constant(x.Rows, m, ones(x.Rows*m))}
	for k, which := range s.vectors {
		p := xn
		if which != ofState {
			p = b.Columns(slopes, int(which-ofRunning)*d.StateDim, d.StateDim)
		}
		v := b.Scale(1/sizes.vectors[n][k], full(embed(step.pull, a, p), m))
		vectors = append(vectors, b.Bounded(mostStructured, v))
	}
	pooled := b.Concat(b.Scale(1/float64(d.StateDim), b.RowDot(xn, xn)), full(embed(step.pooled, a, xn), 2))
	row := func(v []float64) autodiff.Node { return b.Constant(1, len(v), v) }
	pooled = b.Bounded(mostPooled, b.Mul(b.Sub(pooled, row(sizes.mean[n])), row(sizes.invstd[n])))
	in := b.Concat(pooled, b.Column(x.Rows, 2*float64(n)/float64(d.Steps)-1))
	silu := expr.Unary{Fn: expr.SiLU}
	hidden := b.Concat(b.Unary(silu, b.Dense("structure/hidden", in, structureHidden, true, autodiff.Glorot)), in)
	k := len(vectors)
	inner := b.Dense("structure/inner", hidden, structureUnits*k, true, autodiff.Glorot)
	sum := vectors
	for j := range structureUnits {
		sum = append(sum, b.Unary(silu, b.Combine(b.Columns(inner, j*k, k), vectors...)))
	}
	return b.Combine(b.Dense("structure/outer", hidden, len(sum), true, autodiff.Fill(0)), sum...)
}

func ones(n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = 1
	}
	return v
}
