package policy

import (
	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/autodiff/random"
	"github.com/deepbsde/deepbsde/autodiff/vec"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"github.com/deepbsde/deepbsde/control"
)

// startNoise is the step number of the random start's noise.
const startNoise = 1 << 31

// aheadRows is the number of paths in a task that fills a gap: few, since all may
// have to wait for its end.
const aheadRows = 8

// noise makes the noise of training batches: of any steps of any batch, the same
// numbers whenever it is asked.
type noise[T autodiff.Float] struct {
	stream    random.Stream
	batch     int
	width     int // of a step's noise
	dim       int // d
	mirror    bool
	startFrom *expr.Func // of the random start; nil for a fixed one
	start     []float64

	// what the tasks of a fill read
	to           []T
	number       int
	first, count int
	plan         *autodiff.Plan
	scratch      chan []float64
}

func newNoise[T autodiff.Float](d *control.Discrete, m Method, set *bsde.Settings) (*noise[T], error) {
	s := &noise[T]{
		stream: random.Stream{Key: random.Key(set.Seed, uint64(walk.ForTraining))},
		batch:  set.Batch, width: d.Noises(), dim: d.StateDim, start: d.Start,
		mirror: m.Antithetic && set.Batch > 1,
	}
	if d.RandomStart != nil {
		xi := expr.Input("xi", d.StateDim)
		var err error
		if s.startFrom, err = expr.Compile(d.RandomStart(xi), xi); err != nil {
			return nil, err
		}
	}
	tasks := (s.originals() + aheadRows - 1) / aheadRows
	s.plan = autodiff.NewPlan(tasks, s.task)
	s.scratch = make(chan []float64, set.Workers)
	for range set.Workers {
		s.scratch <- make([]float64, s.width)
	}
	return s, nil
}

// originals is the number of paths with noise of their own.
func (s *noise[T]) originals() int {
	if s.mirror {
		return (s.batch + 1) / 2
	}
	return s.batch
}

// fill prepares to fill to with the noise of count steps of a batch, one step below the
// other; the plan does it.
func (s *noise[T]) fill(to []T, number, first, count int) *autodiff.Plan {
	s.to, s.number, s.first, s.count = to, number, first, count
	return s.plan
}

// task fills in some original paths and their mirror images.
func (s *noise[T]) task(i int) {
	z := <-s.scratch
	stream := s.stream
	stream.Batch = uint32(s.number)
	for path := i * aheadRows; path < min((i+1)*aheadRows, s.originals()); path++ {
		stream.Path = uint32(path)
		for k := range s.count {
			stream.Step = uint32(s.first + k)
			stream.Normals(z, 1)
			at := (k*s.batch + path) * s.width
			vec.Narrow(s.to[at:at+s.width], z)
			if other := path + s.originals(); s.mirror && other < s.batch {
				for j, v := range s.to[at : at+s.width] {
					s.to[(k*s.batch+other)*s.width+j] = -v
				}
			}
		}
	}
	s.scratch <- z
}

// starts fills x, batch×d, with the states at time 0. Random ones are mirrored too.
func (s *noise[T]) starts(x []T, number int) error {
	if s.startFrom == nil {
		for i := range s.batch {
			for j, v := range s.start {
				x[i*s.dim+j] = T(v)
			}
		}
		return nil
	}
	xi := make([]float64, s.batch*s.dim)
	stream := s.stream
	stream.Batch, stream.Step = uint32(number), startNoise
	for path := range s.originals() {
		stream.Path = uint32(path)
		row := xi[path*s.dim : (path+1)*s.dim]
		stream.Normals(row, 1)
		if other := path + s.originals(); s.mirror && other < s.batch {
			for j, v := range row {
				xi[other*s.dim+j] = -v
			}
		}
	}
	x0 := make([]float64, len(xi))
	if err := s.startFrom.Eval(s.batch, x0, xi); err != nil {
		return err
	}
	vec.Narrow(x, x0)
	return nil
}
