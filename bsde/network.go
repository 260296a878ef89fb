package bsde

import (
	"fmt"
	"slices"

	"github.com/deepbsde/deepbsde/autodiff"
)

// Network is the architecture of Z, or of a policy: a function of the state for each
// time step. It is Shared, PerStep, or Custom for one of your own.
type Network interface {
	// Name is the network's name in results, such as "shared".
	Name() string

	// check reports the first field that cannot be used.
	check() error

	// Resolve is the network with its defaults for dimension d filled in.
	Resolve(d int) Network

	// stacked tells whether one call of build makes all time steps, one below the
	// other in a single batch; else every step is built by a call of its own.
	stacked() bool

	// valueScale is the unit in which Y0 is trained.
	valueScale(s *scales) (scale, rate float64)

	// build adds Z of the steps first … first+count−1 to the graph. x holds the
	// states, count blocks of equal size; the result has the shape of x.
	build(b *builder, first, count int, x autodiff.Node) autodiff.Node

	// policy adds the raw action at step n, of order 1, in the states x.
	policy(b *policyBuilder, n int, x autodiff.Node) autodiff.Node
}

// builder is what a network is built with.
type builder struct {
	*autodiff.Graph
	steps int // N
	dim   int // d
	*scales
	norms []*autodiff.NormUpdate
}

// varies tells whether the states at step n do.
func (b *builder) varies(n int) bool {
	return slices.Max(b.invstd[n]) > 0
}

func checkHidden(hidden []int) error {
	for _, h := range hidden {
		if h < 1 || h > 1<<16 {
			return &SettingsError{"hidden", fmt.Sprintf("width %d, want numbers from 1 to %d", h, 1<<16)}
		}
	}
	return nil
}

// normalise is (x − mean)/std with the mean and standard deviation of each time
// step and component.
func (b *builder) normalise(first, count int, x autodiff.Node) autodiff.Node {
	var gain, offset []float64
	for n := first; n < first+count; n++ {
		for j, inv := range b.invstd[n] {
			gain, offset = append(gain, inv), append(offset, -b.mean[n][j]*inv)
		}
	}
	return b.BlockAffine(x, b.Constant(count, b.dim, gain), b.Constant(count, b.dim, offset))
}

// times is the normalised time, from −1 to 1 over the horizon, as a column.
func (b *builder) times(first, count, rows int) autodiff.Node {
	t := make([]float64, 0, count*rows)
	for n := first; n < first+count; n++ {
		for range rows {
			t = append(t, 2*float64(n)/float64(b.steps)-1)
		}
	}
	return b.Constant(count*rows, 1, t)
}
