package pde

import (
	"context"
	"math"
	"sync"
)

// walk simulates paths of dX = μ dt + σ dW from Start in batches, each from a random
// stream of its own.
type walk struct {
	ctx     context.Context // ends a batch between two steps
	p       *Problem
	tr      *Transition
	s       Sampling
	m       method
	h       float64 // length of a step
	mirror  bool    // the second half of a batch are the paths of −W for those of the first
	coarse  bool    // also follow the paths of twice the step on the same W
	scratch sync.Pool
}

// newWalk checks the settings; withDefaults has been called on s. A walk with coarse
// paths has an even number of steps: an odd one is raised by 1.
func newWalk(ctx context.Context, p *Problem, tr *Transition, s Sampling, m method, coarse bool) (*walk, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	if coarse {
		s.Steps += s.Steps % 2
	}
	return &walk{ctx: ctx, p: p, tr: tr, s: s, m: m, h: p.Horizon / float64(s.Steps), coarse: coarse}, nil
}

// chunk is a number of streams that one task takes, so that a batch stays in the
// cache; it depends on the dimension alone.
func (w *walk) chunk() int { return min(max(1<<14/w.p.Dim, 8), 128) }

// chunks is how many chunks n streams make.
func (w *walk) chunks(n int) int { return (n + w.chunk() - 1) / w.chunk() }

// rows is the number of paths of n streams.
func (w *walk) rows(n int) int {
	if w.mirror {
		return 2 * n
	}
	return n
}

// position is where the paths of a batch are after step k. far are the paths of twice
// the step where k is even and the walk has coarse paths, else nil; where the
// transition is exact they are the same as near.
type position struct {
	k         int
	t         float64
	near, far []float64
}

// walkScratch is the memory of one batch.
type walkScratch struct {
	noise                  []float64 // one stream, one step
	dw, extra, far         []float64 // increments of a step, of two steps
	x, next, farX, farNext []float64
}

// run simulates the streams first … first+n−1 and calls seen after every step, and
// before the first.
func (w *walk) run(first, n int, seen func(at position) error) error {
	d, rows := w.p.Dim, w.rows(n)
	b, _ := w.scratch.Get().(*walkScratch)
	if b == nil || len(b.x) != rows*d {
		b = &walkScratch{noise: make([]float64, d*(1+w.tr.Extra)), extra: make([]float64, rows*d*w.tr.Extra)}
		for _, v := range []*[]float64{&b.dw, &b.far, &b.x, &b.next, &b.farX, &b.farNext} {
			*v = make([]float64, rows*d)
		}
	}
	defer w.scratch.Put(b)
	for r := range rows {
		copy(b.x[r*d:], w.p.Start)
		copy(b.farX[r*d:], w.p.Start)
	}
	double := w.coarse && !w.tr.Exact // the coarse paths are other ones
	at := position{near: b.x, far: b.x}
	for k := 0; ; k++ {
		at.k, at.t, at.near, at.far = k, float64(k)*w.h, b.x, nil
		switch {
		case w.coarse && k%2 == 0 && double:
			at.far = b.farX
		case w.coarse && k%2 == 0:
			at.far = b.x
		}
		if err := seen(at); err != nil || k == w.s.Steps {
			return err
		}
		if err := w.ctx.Err(); err != nil {
			return err
		}
		w.increments(b, first, n, k)
		if err := w.tr.Step(at.t, w.h, rows, b.x, b.dw, b.extra, b.next); err != nil {
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
		if err := w.tr.Step(at.t-w.h, 2*w.h, rows, b.farX, b.far, nil, b.farNext); err != nil {
			return err
		}
		b.farX, b.farNext = b.farNext, b.farX
	}
}

// increments fills ΔW, and the numbers of transitions that need more, for step k.
func (w *walk) increments(b *walkScratch, first, n, k int) {
	d, root := w.p.Dim, math.Sqrt(w.h)
	for i := range n {
		stream := stream(w.s, w.m, first+i)
		stream.Step = uint32(k)
		stream.Normals(b.noise, 1)
		for j, v := range b.noise[:d] {
			b.dw[i*d+j] = root * v
		}
		if w.tr.Extra > 0 {
			copy(b.extra[i*d:], b.noise[d:])
		}
	}
	if w.mirror {
		for i, v := range b.dw[:n*d] {
			b.dw[n*d+i] = -v
		}
		if w.tr.Extra > 0 {
			for i, v := range b.extra[:n*d] {
				b.extra[n*d+i] = -v
			}
		}
	}
}

// eulerHint names what often makes Euler paths leave the domain of the functions.
func eulerHint(tr *Transition) string {
	if tr.Exact {
		return ""
	}
	return " Euler steps may go where X does not, below 0 under a square root for example"
}
