package policy

import (
	"context"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/parallel"
	"github.com/deepbsde/deepbsde/autodiff/parallel/ranks"
	"github.com/deepbsde/deepbsde/autodiff/random"
	"github.com/deepbsde/deepbsde/autodiff/vec"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"gonum.org/v1/gonum/floats"
)

// costateProgram is the cost of walk.ChunkRows paths from a step on, differentiated in the
// states at its begin.
type costateProgram[T autodiff.Float] struct {
	*autodiff.Program[T]
	start, w, slope []T
	z               []float64
	serial          *autodiff.Pool
}

// costates are the derivatives of the cost of the policy in the state where it begins,
// means over pairs of paths with opposite noise, pairs×d.
func (p *model[T]) costates(ctx context.Context, first int, x []float64, paths int) ([]float64, error) {
	free := make(chan *costateProgram[T], p.set.Workers)
	for range p.set.Workers {
		c, err := p.costateProgram(first)
		if err != nil {
			return nil, err
		}
		free <- c
	}
	const half = walk.ChunkRows / 2
	d, pairs := p.problem.StateDim, (paths+1)/2
	out := make([]float64, pairs*d)
	err := parallel.Share(ctx, p.set.Workers, (pairs+half-1)/half, func(chunk int) error {
		c := <-free
		defer func() { free <- c }()
		at := chunk * half
		p.fillPairs(c, at, first, x)
		c.Run(c.serial)
		for i := range out[at*d : min((at+half), pairs)*d] {
			out[at*d+i] = 0.5 * (float64(c.slope[i]) + float64(c.slope[half*d+i]))
		}
		return nil
	}, ranks.Each(out, half*d))
	unit := p.scales.cost * walk.ChunkRows // the objective is a mean in units of the scale
	if p.problem.Maximize {
		unit = -unit
	}
	floats.Scale(unit, out)
	return out, err
}

// costateProgram makes the program for the paths that begin at a step. Penalties of
// constraints are no part of the cost.
func (p *model[T]) costateProgram(first int) (*costateProgram[T], error) {
	q, hard := *p, *p.scales
	hard.smooth = nil
	q.scales = &hard
	var err error
	if q.lists, err = newRolloutLists(p.problem, false, nil); err != nil {
		return nil, err
	}
	b := q.builder(false)
	start, out, cost, _ := q.piece(b, first, p.problem.Steps-first, walk.ChunkRows, false)
	ones := make([]float64, p.problem.StateDim)
	for i := range ones {
		ones[i] = 1
	}
	// A cost that does not depend on the start has a gradient too.
	cost = b.Add(cost, b.Scale(0, b.MatMul(start, b.Constant(len(ones), 1, ones))))
	objective := q.objective(b, out, cost, autodiff.Node{}, true)
	program, err := autodiff.Compile(b.Graph, autodiff.Target{Cost: objective, Wrt: []autodiff.Node{start}}, p.params, p.states)
	if err != nil {
		return nil, err
	}
	return &costateProgram[T]{
		Program: program, start: program.Input("start"), w: program.Input("w"), slope: program.Gradient(start),
		z: make([]float64, p.problem.Noises()), serial: autodiff.NewPool(1),
	}, nil
}

// fillPairs gives the program the start x, and the noise of the pairs from number pair
// on as control.Simulate makes it.
func (p *model[T]) fillPairs(c *costateProgram[T], pair, first int, x []float64) {
	d, k := p.problem.StateDim, p.problem.Noises()
	for r := range walk.ChunkRows {
		vec.Narrow(c.start[r*d:(r+1)*d], x)
	}
	if c.w == nil {
		return
	}
	stream := random.Stream{Key: random.Key(p.set.Seed, uint64(walk.ForEstimate))}
	const half = walk.ChunkRows / 2
	for n := first; n < p.problem.Steps; n++ {
		stream.Step = uint32(n)
		for r := range half {
			stream.Path = uint32(pair + r)
			stream.Normals(c.z, 1)
			at := ((n-first)*walk.ChunkRows + r) * k
			vec.Narrow(c.w[at:at+k], c.z)
			for j, v := range c.w[at : at+k] {
				c.w[at+half*k+j] = -v
			}
		}
	}
}
