package deep

import (
	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/parallel/ranks"
	"github.com/deepbsde/deepbsde/autodiff/vec"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
)

// paths is a batch as the gradient program reads it. x is empty where neither f nor Z
// depends on the state.
type paths[T autodiff.Float] struct {
	x, dw []T // N blocks of Batch rows × d: states and increments of each step
	noise []T // dw without the control; nil where it is the same or not read
	g     []T // terminal values, Batch numbers
}

// sampler simulates the batches of training. Where the paths do not depend on the
// network, that of the next step is made during the present one, by workers who would
// have to wait.
type sampler[T autodiff.Float] struct {
	e       *engine[T]
	buffers []paths[T]     // two where sampling goes ahead
	ready   int            // number of the batch that was sampled last, −1 for none
	rows    int            // paths in a task
	plan    *autodiff.Plan // of this rank's share
	first   int            // task in it
	errs    []error        // of each task
	sinks   []batchSink[T] // of each task
}

// aheadRows is the number of paths in a task that fills a gap: few, since all may
// have to wait for its end.
const aheadRows = 8

func newSampler[T autodiff.Float](e *engine[T]) *sampler[T] {
	p := e.program
	s := &sampler[T]{e: e, ready: -1, rows: walk.ChunkRows, buffers: []paths[T]{{p.Input("x"), p.Input("dw"), p.Input("noise"), p.Input("g")}}}
	if e.method.Uncontrolled || !e.Eq.UsesZ {
		first := s.buffers[0]
		s.rows = aheadRows
		s.buffers = append(s.buffers, paths[T]{make([]T, len(first.x)), make([]T, len(first.dw)), nil, make([]T, len(first.g))})
	}
	s.errs = make([]error, (e.set.Batch+s.rows-1)/s.rows)
	s.sinks = make([]batchSink[T], len(s.errs))
	var end int
	s.first, end = ranks.Stretch(len(s.errs))
	s.plan = autodiff.NewPlan(end-s.first, func(i int) { s.chunk(s.first + i) })
	return s
}

func (s *sampler[T]) buffer(batch int) *paths[T] { return &s.buffers[batch%len(s.buffers)] }

// take lets the program read the given batch, which is simulated unless it is ready.
func (s *sampler[T]) take(batch int) error {
	if s.ready != batch {
		s.ready = batch
		s.e.pool.Do(s.plan)
	}
	if ranks.Count() > 1 {
		if err := s.exchange(batch); err != nil {
			return err
		}
	}
	for _, err := range s.errs {
		if err != nil {
			return err
		}
	}
	if len(s.buffers) > 1 {
		b := s.buffer(batch)
		s.e.program.Bind("x", b.x)
		s.e.program.Bind("dw", b.dw)
		s.e.program.Bind("g", b.g)
	}
	return nil
}

// exchange gives all ranks the whole batch.
func (s *sampler[T]) exchange(batch int) error {
	b, n, d := s.buffer(batch), s.e.Grid.Steps(), s.e.Eq.Dim
	outs := []ranks.Out{ranks.Each(b.g, s.rows)}
	for _, data := range [][]T{b.x, b.dw, b.noise} {
		if len(data) > 0 {
			outs = append(outs, ranks.Blocks(data, n, s.rows*d))
		}
	}
	done := func(lo, hi int, task func(int)) {
		for c := lo; c < hi; c++ {
			task(c)
		}
	}
	return ranks.Share(len(s.errs), done, func(c int) error {
		if c < s.first || c >= s.first+s.plan.Count() { // another rank's, which has failed
			s.chunk(c)
		}
		return s.errs[c]
	}, outs...)
}

// prepare lets the batch be simulated in the next run of the pool, if it can be.
func (s *sampler[T]) prepare(batch int) {
	if len(s.buffers) > 1 {
		s.ready = batch
		s.e.pool.Aside(s.plan)
	}
}

// chunk simulates paths c·rows … of the batch.
func (s *sampler[T]) chunk(c int) {
	e := s.e
	w := e.team.Take()
	defer e.team.Give(w)
	first := c * s.rows
	rows := min(s.rows, e.set.Batch-first)
	sink := &s.sinks[c]
	*sink = batchSink[T]{w: w, paths: s.buffer(s.ready), batch: e.set.Batch, dim: e.Eq.Dim, first: first}
	if s.errs[c] = w.Begin(walk.ForTraining, s.ready, first, rows, nil); s.errs[c] == nil {
		s.errs[c] = w.Sample(!e.method.Uncontrolled, sink)
	}
	vec.Narrow(sink.g[first:first+rows], w.G[:rows])
}

// batchSink puts a chunk of paths into a batch.
type batchSink[T autodiff.Float] struct {
	*paths[T]
	w          *walk.Walker[T]
	batch, dim int
	first      int // row of the chunk's first path in the batch
}

// Observe puts a step of the chunk where the program reads it.
func (s *batchSink[T]) Observe(n int, _ float64, x, dw, _ []float64) error {
	at := (n*s.batch + s.first) * s.dim
	if len(s.x) > 0 {
		vec.Narrow(s.x[at:at+len(x)], x)
	}
	vec.Narrow(s.dw[at:at+len(dw)], dw)
	if len(s.noise) > 0 {
		vec.Narrow(s.noise[at:at+len(dw)], s.w.Noise())
	}
	return nil
}
