package stopping

import (
	"github.com/deepbsde/deepbsde/autodiff/machine"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/exercise"
)

// foresee refuses settings whose arrays the machine has no room for, before any is made. It counts those alone that any
// such run has: the states of the fit, what the functions are chosen on, bounds and stopping time of each path of the
// estimate, sums of derivatives, and the states, noise and coordinates of each worker.
func foresee(m *exercise.Model, o Method, s *bsde.Settings) error {
	d, points := float64(m.Eq.Dim), float64(m.Grid.Steps()+1)
	paths := fitPaths(m, o.Samples)
	gradient := s.Gradient
	if gradient == 0 {
		gradient = defaultGradient
	}
	return machine.Fits(
		machine.Part{What: "the paths of the fit (samples × steps × d)", Bytes: 4 * float64(paths) * d * points},
		machine.Part{What: "the paths that functions are chosen on (paths × d)", Bytes: 2 * 8 * float64(chosenPaths(paths, m.Eq.Dim)) * d},
		machine.Part{What: "the paths of the estimate (paths)", Bytes: 24 * float64(s.Paths)},
		machine.Part{What: "the paths of the upper bound (outer)", Bytes: 8 * float64(max(o.Outer, 0))},
		machine.Part{What: "sums of the gradient (gradient × d)", Bytes: 2 * 8 * float64(max(min(gradient, s.Paths), 0)) / 128 * d},
		machine.Part{What: "the workers' states (workers × d)", Bytes: 11 * 8 * float64(s.Workers) * blockRows * d},
	)
}
