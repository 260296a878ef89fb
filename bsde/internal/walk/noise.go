package walk

import (
	"math"

	"github.com/deepbsde/deepbsde/autodiff/random"
	"github.com/deepbsde/deepbsde/bsde/internal/equation"
)

// Purpose keeps the random numbers of different uses apart.
type Purpose uint64

// The uses of random numbers, by methods for equations and for control problems alike.
const (
	ForStart Purpose = iota + 1
	ForTraining
	ForValidation
	ForEstimate
	ForCurvature
	ForRegion
	ForPairs
	ForCondition
	ForFeatures
	ForFit
	ForFitCheck
	ForBackward
	ForSimulation
)

// Noise is the driving noise of a chunk of paths. It depends on seed, purpose, batch,
// path and step only, so that results do not depend on who simulates a path when; and
// it is made step by step when it is wanted, so that nothing of it is stored.
type Noise struct {
	stream random.Stream
	first  int // number of the first path in its batch
	rows   int
	dim    int
}

// NewNoise is that of rows of paths from number first of a batch on, in dim components.
func NewNoise(seed uint64, p Purpose, batch, first, rows, dim int) Noise {
	s := random.Stream{Key: random.Key(seed, uint64(p)), Batch: uint32(batch)}
	return Noise{s, first, rows, dim}
}

// Increments is ΔW of step n, rows×d numbers of variance h.
func (w *Noise) Increments(n int, h float64, dw []float64) { w.normals(uint32(n), dw, math.Sqrt(h)) }

// Extra is the second set of numbers of step n that some transitions need, of
// variance 1.
func (w *Noise) Extra(n int, z []float64) { w.normals(1<<31|uint32(n), z, 1) }

// startStep is the step number of the random start, beyond those of any grid.
const startStep = 1 << 30

// starts fills x, rows×d, with random starts.
func (w *Noise) starts(e *equation.Equation, x []float64) error {
	xi := make([]float64, len(x))
	w.normals(startStep, xi, 1)
	return e.Random.Eval(w.rows, x, xi)
}

func (w *Noise) normals(step uint32, dst []float64, scale float64) {
	s := w.stream
	s.Step = step
	for r := range w.rows {
		s.Path = uint32(w.first + r)
		s.Normals(dst[r*w.dim:(r+1)*w.dim], scale)
	}
}
