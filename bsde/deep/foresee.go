package deep

import (
	"unsafe"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/machine"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
)

// foresee refuses settings whose arrays the machine has no room for, before any is made. It
// counts those alone that any such run has: x and ΔW of a batch, the mismatch and g of each
// path of the estimate, two gradients of each path that has one, the moments of the scales
// at each time, and the states of each worker.
func foresee[T autodiff.Float](dim int, m Method, s *bsde.Settings) error {
	width, d := float64(unsafe.Sizeof(*new(T))), float64(dim)
	list := []machine.Part{
		{What: "the paths of the estimate (paths)", Bytes: 16 * float64(s.Paths)},
		{What: "gradients of single paths (gradient × d)", Bytes: 2 * width * float64(max(min(s.Gradient, s.Paths), 0)) * d},
		{What: "the scales (steps × d)", Bytes: 4 * 8 * float64(s.Steps) * d},
		{What: "the workers' states (workers × d)", Bytes: 5 * 8 * float64(s.Workers) * walk.ChunkRows * d},
	}
	if m.Fit != LeastSquares {
		list = append(list, machine.Part{What: "a batch of paths (batch × steps × d)", Bytes: 2 * width * float64(s.Batch) * float64(s.Steps) * d})
	}
	return machine.Fits(list...)
}
