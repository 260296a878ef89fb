// Package paths simulates paths of an equation's process, each from a random stream of its
// own.
package paths

import (
	"context"
	"math"
	"sync"

	"github.com/deepbsde/deepbsde/pde"
)

// Walk simulates paths of dX = μ dt + σ dW from Start in batches, each from a random
// stream of its own.
type Walk struct {
	Context    context.Context // ends a batch between two steps
	Transition *pde.Transition
	Sampling   pde.Sampling
	Step       float64 // length of a step
	Mirror     bool    // the second half of a batch are the paths of −W for those of the first
	Coarse     bool    // also follow the paths of twice the step on the same W

	p       *pde.Problem
	m       Method
	scratch sync.Pool
}

// NewWalk checks the settings; WithDefaults has been called on s. A walk with coarse
// paths has an even number of steps: an odd one is raised by 1.
func NewWalk(ctx context.Context, p *pde.Problem, tr *pde.Transition, s pde.Sampling, m Method, coarse bool) (*Walk, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	if coarse {
		s.Steps += s.Steps % 2
	}
	return &Walk{Context: ctx, p: p, Transition: tr, Sampling: s, m: m, Step: p.Horizon / float64(s.Steps), Coarse: coarse}, nil
}

// Chunk is a number of streams that one task takes, so that a batch stays in the
// cache; it depends on the dimension alone.
func (w *Walk) Chunk() int { return min(max(1<<14/w.p.Dim, 8), 128) }

// Chunks is how many chunks n streams make.
func (w *Walk) Chunks(n int) int { return (n + w.Chunk() - 1) / w.Chunk() }

// Rows is the number of paths of n streams.
func (w *Walk) Rows(n int) int {
	if w.Mirror {
		return 2 * n
	}
	return n
}

// Position is where the paths of a batch are after step K. Far are the paths of twice
// the step where K is even and the walk has coarse paths, else nil; where the
// transition is exact they are the same as Near.
type Position struct {
	K         int
	T         float64
	Near, Far []float64
}

// scratch is the memory of one batch.
type scratch struct {
	noise                  []float64 // one stream, one step
	dw, extra, far         []float64 // increments of a step, of two steps
	x, next, farX, farNext []float64
}

// Run simulates the streams first … first+n−1 and calls seen after every step, and
// before the first.
func (w *Walk) Run(first, n int, seen func(at Position) error) error {
	d, rows := w.p.Dim, w.Rows(n)
	b, _ := w.scratch.Get().(*scratch)
	if b == nil || len(b.x) != rows*d {
		b = &scratch{noise: make([]float64, d*(1+w.Transition.Extra)), extra: make([]float64, rows*d*w.Transition.Extra)}
		for _, v := range []*[]float64{&b.dw, &b.far, &b.x, &b.next, &b.farX, &b.farNext} {
			*v = make([]float64, rows*d)
		}
	}
	defer w.scratch.Put(b)
	for r := range rows {
		copy(b.x[r*d:], w.p.Start)
		copy(b.farX[r*d:], w.p.Start)
	}
	double := w.Coarse && !w.Transition.Exact // the coarse paths are other ones
	at := Position{Near: b.x, Far: b.x}
	for k := 0; ; k++ {
		at.K, at.T, at.Near, at.Far = k, float64(k)*w.Step, b.x, nil
		switch {
		case w.Coarse && k%2 == 0 && double:
			at.Far = b.farX
		case w.Coarse && k%2 == 0:
			at.Far = b.x
		}
		if err := seen(at); err != nil || k == w.Sampling.Steps {
			return err
		}
		if err := w.Context.Err(); err != nil {
			return err
		}
		w.increments(b, first, n, k)
		if err := w.Transition.Step(at.T, w.Step, rows, b.x, b.dw, b.extra, b.next); err != nil {
			return err
		}
		b.x, b.next = b.next, b.x
		if !double {
			continue
		}
		if k%2 == 0 {
			copy(b.far, b.dw)
			continue
		}
		for i, v := range b.dw {
			b.far[i] += v
		}
		if err := w.Transition.Step(at.T-w.Step, 2*w.Step, rows, b.farX, b.far, nil, b.farNext); err != nil {
			return err
		}
		b.farX, b.farNext = b.farNext, b.farX
	}
}

// increments fills ΔW, and the numbers of transitions that need more, for step k.
func (w *Walk) increments(b *scratch, first, n, k int) {
	d, root := w.p.Dim, math.Sqrt(w.Step)
	for i := range n {
		stream := Stream(w.Sampling, w.m, first+i)
		stream.Step = uint32(k)
		stream.Normals(b.noise, 1)
		for j, v := range b.noise[:d] {
			b.dw[i*d+j] = root * v
		}
		if w.Transition.Extra > 0 {
			copy(b.extra[i*d:], b.noise[d:])
		}
	}
	if w.Mirror {
		for i, v := range b.dw[:n*d] {
			b.dw[n*d+i] = -v
		}
		if w.Transition.Extra > 0 {
			for i, v := range b.extra[:n*d] {
				b.extra[n*d+i] = -v
			}
		}
	}
}

// EulerHint names what often makes Euler paths leave the domain of the functions.
func EulerHint(tr *pde.Transition) string {
	if tr.Exact {
		return ""
	}
	return " Euler steps may go where X does not, below 0 under a square root for example"
}
