package backward

import (
	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/vec"
	"github.com/deepbsde/deepbsde/bsde/internal/features"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
)

// tool computes the moments and the basis of a chunk of states for a worker.
type tool[T autodiff.Float] struct {
	*autodiff.Program[T]
	b                      *basis
	serial                 *autodiff.Pool
	at, x, dw, curl, along []T
	moments, all           []T
}

func newTool[T autodiff.Float](b *basis) (*tool[T], error) {
	g, d := autodiff.NewGraph[T](&autodiff.Layout{}, false), b.eq.Dim
	in := func(name string) autodiff.Node { return g.Input(name, walk.ChunkRows, d) }
	var along autodiff.Node
	if p := b.Directions.Terms(); p > 0 {
		along = g.Input("along", walk.ChunkRows, p)
	}
	vectors, all := b.at(g, g.Input("at", 1, len(b.Numbers(0))), in("x"))
	moments := features.Moments(g, vectors, in("dw"), in("curl"), along)
	p, err := autodiff.Compile[T](g, autodiff.Target{Outputs: []autodiff.Node{moments, all}}, nil, nil)
	if err != nil {
		return nil, err
	}
	return &tool[T]{
		Program: p, b: b, serial: autodiff.NewPool(1), at: p.Input("at"), x: p.Input("x"), dw: p.Input("dw"), curl: p.Input("curl"),
		along: p.Input("along"), moments: p.Value(moments), all: p.Value(all),
	}, nil
}

// run computes them at step k in the states x, for increments of length h.
func (t *tool[T]) run(k int, x, dw []float64, h float64) {
	vec.Narrow(t.at, t.b.Numbers(k))
	walk.Narrow(t.x, x)
	walk.Narrow(t.dw, dw)
	for i, v := range dw {
		t.curl[i] = T((v*v - h) / 2)
	}
	features.Along(t.b.Set, t.along, dw, h)
	t.Run(t.serial)
}
