package network

import (
	"fmt"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/bsde"
)

// Custom is a network of one's own, for equations and policies alike: a function that
// adds Z, or the raw action, to a graph.
//
//	net := network.Custom{Label: "residual", Build: func(b *network.CustomBuilder) autodiff.Node {
//		h := b.Dense("hidden", b.Concat(b.X, b.Time), 32, true, autodiff.Glorot)
//		h = b.Unary(expr.Unary{Fn: expr.Tanh}, h)
//		return b.Add(b.Linear(), b.Dense("output", h, b.Outputs, true, autodiff.Fill(0)))
//	}}
//	bsde.Solve(ctx, p, deep.Method{Network: net}, nil)
//
// Build is called many times, for training and for evaluation, with different steps and
// numbers of rows, and must make the same function of the step and the state each time:
// each row of the result depends on the same row of the inputs alone (but through
// BatchNorm, in training), and a call asks for no parameter that the calls for training
// did not ask for. It may ask for parameters, layers and operations of the graph; Input,
// Loss, Sum and Gradient are the method's.
//
// Parameters have a name, which is that of their array in checkpoints; asked for twice
// they are the same. The names "y0" and "value/…", those of Linear ("linear/gain", "linear/offset", and
// in policies "step0/gain", "step0/offset" and so on) and those of normalisations are
// taken. The start of a parameter depends on the seed and its name alone, so that equal
// seeds give equal bits. Sizes, constants and start values are numbers in float64; the
// graph converts them to the precision of the run.
type Custom struct {
	// Label is the network's name in results and checkpoints. A checkpoint is refused
	// by a network with another label or other parameters; change it with the function.
	Label string

	// Build adds the output to the graph and returns it: b.X.Rows rows and b.Outputs
	// columns, of order 1. Z is c times the output, c = std(G)/√(T·d) as for Shared; a
	// policy's action is the output mapped into the admissible ones. Training starts best
	// from an output of 0.
	Build func(b *CustomBuilder) autodiff.Node

	// EachStep has Build called for one step at a time in training, as it always is for
	// a policy: for networks with layers of their own for each step, which are named by
	// b.First. Otherwise one call makes all steps, as one batch, which is faster.
	EachStep bool

	// Features has Build given the features of an equation, see CustomBuilder.Vectors. Policies have
	// none.
	Features bool
}

// CustomBuilder is what the function of a Custom network is given: the graph to add to,
// and the steps First … First+Count−1 as Count blocks of rows of equal size, one below
// the other.
type CustomBuilder struct {
	*autodiff.Graph

	X    autodiff.Node // state by components as (x − E X_n)/std X_n, 0 where it does not vary; rows×d
	RawX autodiff.Node // state as it is, rows×d
	Time autodiff.Node // the number of the step, from −1 at the first to 1 at the horizon, rows×1

	// Vectors are the vectors ψ of Features, rows×d or one row for all, and Pooled its row ρ, for
	// networks that have asked for them; else they are empty. They are known functions of the state.
	Vectors []autodiff.Node
	Pooled  autodiff.Node

	First, Count int // the steps: a row of block k belongs to step First+k
	Steps        int // N
	Outputs      int // columns of the output: d for Z, the number of components of the action for a policy

	linear func() autodiff.Node
	norms  *[]*autodiff.NormUpdate
	prefix string // of the names of normalisations
	normed map[string]bool
}

// Linear is the linear part of Shared, with parameters of its own for each step that start
// at 0: for Z a_n∘x̃ + b_n, trained with five times the learning rate, for a policy
// K_n x̃ + k_n, x̃ being X. Added to the output it is a skip connection that carries most of
// the solution, and lets the rest be narrower than the state.
func (b *CustomBuilder) Linear() autodiff.Node { return b.linear() }

// BatchNorm normalises the columns of x, by the statistics of the batch in training and by
// running ones otherwise. Where steps are built one by one it belongs to the step; the name
// may be used once in a call.
func (b *CustomBuilder) BatchNorm(name string, x autodiff.Node, spec autodiff.NormSpec) autodiff.Node {
	if b.normed[name] {
		b.Fail(&bsde.SettingsError{Field: "network", Reason: fmt.Sprintf("two batch normalisations %q", name)})
	}
	b.normed[name] = true
	y, update := b.Graph.BatchNorm(b.prefix+name, x, spec)
	if update != nil {
		*b.norms = append(*b.norms, update)
	}
	return y
}

// Name is the Label.
func (c Custom) Name() string { return c.Label }

// Resolve is the network itself: it has no defaults.
func (c Custom) Resolve(int) Network { return c }

// Check reports a label that is taken or a missing function.
func (c Custom) Check() error {
	switch {
	case c.Label == "" || c.Label == (Shared{}).Name() || c.Label == (PerStep{}).Name():
		return &bsde.SettingsError{Field: "network", Reason: fmt.Sprintf("the label of a custom network is %q, want a name of its own", c.Label)}
	case c.Build == nil:
		return &bsde.SettingsError{Field: "network", Reason: fmt.Sprintf("%s has no Build", c.Label)}
	}
	return nil
}

// Stacked is false with EachStep.
func (c Custom) Stacked() bool { return !c.EachStep }

// ValueUnit is that of Shared.
func (Custom) ValueUnit(std float64) (unit, rate float64) { return Shared{}.ValueUnit(std) }

// Z adds Z of some steps to the graph.
func (c Custom) Z(b *Builder, first, count int, x autodiff.Node) autodiff.Node {
	xn := b.Normalise(first, count, x)
	prefix := ""
	if c.EachStep {
		prefix = fmt.Sprintf("step%d/", first)
	}
	var vectors []autodiff.Node
	var pooled autodiff.Node
	if c.Features {
		vectors, pooled = b.Features.Steps(b.Graph, first, count, x)
	}
	z := c.output(&CustomBuilder{
		Vectors: vectors, Pooled: pooled,
		Graph: b.Graph, X: xn, RawX: x, Time: b.times(first, count, x.Rows/count),
		First: first, Count: count, Steps: b.Steps(), Outputs: b.Outputs,
		linear: func() autodiff.Node { return b.linearZ(first, count, xn) },
		norms:  &b.Norms, prefix: prefix,
	})
	return b.Scale(b.Unit, z)
}

// Action adds the raw action of step n to the graph.
func (c Custom) Action(b *Builder, n int, x autodiff.Node) autodiff.Node {
	xn := b.Normalise(n, 1, x)
	return c.output(&CustomBuilder{
		Graph: b.Graph, X: xn, RawX: x, Time: b.times(n, 1, x.Rows),
		First: n, Count: 1, Steps: b.Steps(), Outputs: b.Outputs,
		linear: func() autodiff.Node { return b.LinearAction(n, xn) },
		norms:  &b.Norms, prefix: fmt.Sprintf("step%d/", n),
	})
}

// output calls the function and checks the shape of what it gives: a single row, for
// instance, would be taken for the same number on every path.
func (c Custom) output(b *CustomBuilder) autodiff.Node {
	b.normed = map[string]bool{}
	out := c.Build(b)
	if b.Err() == nil && (out.Rows != b.X.Rows || out.Cols != b.Outputs) {
		b.Fail(&bsde.SettingsError{Field: "network", Reason: fmt.Sprintf("%s gives %d×%d numbers at step %d, want %d×%d", c.Label, out.Rows, out.Cols, b.First, b.X.Rows, b.Outputs)})
	}
	return out
}
