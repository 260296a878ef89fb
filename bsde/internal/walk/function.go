package walk

import (
	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/vec"
)

// Function is a compiled function of ChunkRows states.
type Function[T autodiff.Float] struct {
	*autodiff.Program[T]
	x, out []T // input, nil where the output does not depend on it, and output
	more   []T // a second output
	third  []T // and a third
}

// Compile makes a function of ChunkRows states of d components out of what build adds to
// the graph: one node, or up to three that are computed together, of which Second and Third have the others.
func Compile[T autodiff.Float](arena *autodiff.Arena[T], g *autodiff.Graph, d int, params, states []T, build func(x autodiff.Node) []autodiff.Node) (f Function[T], err error) {
	out := build(g.Input("x", ChunkRows, d))
	if arena == nil {
		arena = &autodiff.Arena[T]{}
	}
	if f.Program, err = autodiff.CompileIn(arena, g, autodiff.Target{Outputs: out}, params, states); err != nil {
		return f, err
	}
	f.x, f.out = f.Input("x"), f.Value(out[0])
	if len(out) > 1 {
		f.more = f.Value(out[1])
	}
	if len(out) > 2 {
		f.third = f.Value(out[2])
	}
	return f, nil
}

// Eval fills out with the function at the states x, of which there may be fewer than
// ChunkRows.
func (f *Function[T]) Eval(serial *autodiff.Pool, out, x []float64) {
	Narrow(f.x, x)
	f.Run(serial)
	vec.Widen(out, f.out[:len(out)])
}

// Narrow converts src to the precision of dst; an input that a program does not
// have is nil and stays so.
func Narrow[T autodiff.Float](dst []T, src []float64) {
	if dst == nil {
		return
	}
	vec.Narrow(dst, src)
}

// Second fills out with the second function at the states that Eval was given.
func (f *Function[T]) Second(out []float64) { vec.Widen(out, f.more[:len(out)]) }

// Third fills out with the third function at these states.
func (f *Function[T]) Third(out []float64) { vec.Widen(out, f.third[:len(out)]) }
