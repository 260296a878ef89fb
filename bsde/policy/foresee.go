package policy

import (
	"unsafe"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/machine"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/control"
)

// foresee refuses settings whose arrays the machine has no room for, before any is made. It
// counts those alone that any such run has: the noises of a batch in the steps of a segment
// and the states at its start, the costs of the estimate, and the noise of a step for each
// worker.
func foresee[T autodiff.Float](d *control.Discrete, m Method, s *bsde.Settings) error {
	width, batch := float64(unsafe.Sizeof(*new(T))), float64(s.Batch)
	segment, segments := float64(d.Steps/m.Segments), float64(m.Segments)
	return machine.Fits(
		machine.Part{What: "a batch of paths (batch × steps × noises)", Bytes: width * batch * (segment*float64(d.Noises()) + segments*float64(d.StateDim))},
		machine.Part{What: "the paths of the estimate (paths)", Bytes: 8 * float64(s.Paths)},
		machine.Part{What: "the workers' noise (workers × noises)", Bytes: 8 * float64(s.Workers) * float64(d.Noises())},
	)
}
