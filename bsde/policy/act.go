package policy

import (
	"fmt"
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"github.com/deepbsde/deepbsde/control"
)

// actors is a policy network as a control.Policy. It may be used from several
// goroutines. Between the steps of its grid it is not defined.
type actors struct {
	problem *control.Discrete
	free    chan actor
	admit   *expr.Func
}

// actor evaluates the networks of all steps for up to walk.ChunkRows states. Each goroutine
// needs one of its own.
type actor interface {
	raw(n, rows int, x, raw []float64)
}

type actorOf[T autodiff.Float] struct {
	steps  []walk.Function[T]
	serial *autodiff.Pool
}

func newActors[T autodiff.Float](m *model[T], workers int) (*actors, error) {
	d := m.problem
	t, x, raw := expr.Input("t", 1), expr.Input("x", d.StateDim), expr.Input("raw", d.ActionDim)
	admit, err := expr.Compile(d.Admit(t, x, raw), t, x, raw)
	if err != nil {
		return nil, err
	}
	p := &actors{problem: d, admit: admit, free: make(chan actor, workers)}
	for range workers {
		a := &actorOf[T]{serial: autodiff.NewPool(1)}
		arena := &autodiff.Arena[T]{}
		for n := range d.Steps {
			b := m.builder(false)
			f, err := walk.Compile(arena, b.Graph, d.StateDim, m.params, m.states, func(x autodiff.Node) []autodiff.Node {
				return []autodiff.Node{m.raw(b, n, x)}
			})
			if err != nil {
				return nil, err
			}
			a.steps = append(a.steps, f)
		}
		p.free <- a
	}
	return p, nil
}

// farthest is the largest number that a network sees: beyond it float32 overflows on the
// way, and the action would not be a number.
const farthest = 1e30

// raw is the output of the network of step n.
func (a *actorOf[T]) raw(n, rows int, x, raw []float64) {
	s := &a.steps[n]
	for i, v := range x {
		if math.Abs(v) > farthest {
			x = slices.Clone(x)
			for ; i < len(x); i++ {
				x[i] = math.Max(-farthest, math.Min(farthest, x[i]))
			}
			break
		}
	}
	s.Eval(a.serial, raw, x)
}

// Act fills a (rows×m) with the actions at step n, time t, in the states x (rows×d).
// Every action is admissible, whatever the state, as long as that is a number.
func (p *actors) Act(n int, t float64, rows int, x, a []float64) error {
	d, m := p.problem.StateDim, p.problem.ActionDim
	if n < 0 || n >= p.problem.Steps || len(x) != rows*d || len(a) != rows*m {
		return fmt.Errorf("policy at step %d of %d with %d numbers for the states and %d for the actions of %d rows, want %d and %d a row",
			n, p.problem.Steps, len(x), len(a), rows, d, m)
	}
	net := <-p.free
	defer func() { p.free <- net }()
	var raw [walk.ChunkRows * 16]float64
	buffer := raw[:]
	if m > 16 {
		buffer = make([]float64, walk.ChunkRows*m)
	}
	for lo := 0; lo < rows; lo += walk.ChunkRows {
		count := min(walk.ChunkRows, rows-lo)
		states := x[lo*d : (lo+count)*d]
		net.raw(n, count, states, buffer[:count*m])
		if err := p.admit.Eval(count, a[lo*m:(lo+count)*m], []float64{t}, states, buffer[:count*m]); err != nil {
			return err
		}
	}
	return nil
}
