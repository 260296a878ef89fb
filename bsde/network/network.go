// Package network holds the networks of methods: the architecture of Z for equations and
// of the action for control problems, as a function of the state for each time step.
//
// Shared is the default, PerStep that of the literature, Custom one of your own. A
// network does not know of methods: it adds operations to a graph that a method has begun.
package network

import (
	"fmt"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/internal/features"
)

// Network is the architecture of Z, or of a policy: a function of the state for each
// time step. It is Shared, PerStep, or Custom for one of your own.
type Network interface {
	// Name is the network's name in results, such as "shared".
	Name() string

	// Check reports the first field that cannot be used, as a *bsde.SettingsError.
	Check() error

	// Resolve is the network with its defaults for dimension d filled in.
	Resolve(d int) Network

	// Stacked tells whether one call of Z makes all time steps, one below the
	// other in a single batch; else every step is built by a call of its own.
	Stacked() bool

	// ValueUnit is the unit in which Y0 is trained, where G has the standard deviation
	// std, and the multiple of the learning rate for it.
	ValueUnit(std float64) (unit, rate float64)

	// Z adds Z of the steps first … first+count−1 to the graph. x holds the
	// states, count blocks of equal size; the result has the shape of x.
	Z(b *Builder, first, count int, x autodiff.Node) autodiff.Node

	// Action adds the raw action at step n, of order 1, in the states x, rows×d; the
	// result is rows×m.
	Action(b *Builder, n int, x autodiff.Node) autodiff.Node
}

// Bender is a network that gives a diagonal Γ with Z.
type Bender interface {
	Network
	// Bend adds Z and Γ of the steps first … first+count−1 of walks on every stride-th grid point.
	Bend(b *Builder, first, count, stride int, x autodiff.Node) (z, gamma autodiff.Node)
}

// WantsFeatures tells whether a network asks for the features of the problem.
func WantsFeatures(n Network) bool {
	switch n := n.(type) {
	case Bender:
		return true
	case Custom:
		return n.Features
	}
	return false
}

// Builder is what a network is built with: a graph, and what a method knows of the states.
type Builder struct {
	*autodiff.Graph
	Mean       [][]float64   // of X at each time step, N×d
	InvStd     [][]float64   // 1/standard deviation of X, 0 where it does not vary
	Unit       float64       // of a component of Z
	Outputs    int           // columns of the output: d for Z, m for an action
	FixedStart bool          // X does not vary at time 0
	Features   *features.Set // of the problem; nil where the method has not asked for them
	Fitted     bool          // the coefficients of Features are fitted, and not to be trained

	// Norms are the updates of the batch normalisations that were added.
	Norms []*autodiff.NormUpdate
}

// Steps is N.
func (b *Builder) Steps() int { return len(b.Mean) }

// LinearRate is the multiple of the learning rate for Y0 and linear parts: few
// parameters, each seen by every path.
const LinearRate = 5

// Normalise is (x − mean)/std with the mean and standard deviation of each time
// step and component.
func (b *Builder) Normalise(first, count int, x autodiff.Node) autodiff.Node {
	var gain, offset []float64
	for n := first; n < first+count; n++ {
		for j, inv := range b.InvStd[n] {
			gain, offset = append(gain, inv), append(offset, -b.Mean[n][j]*inv)
		}
	}
	d := len(b.Mean[first])
	return b.BlockAffine(x, b.Constant(count, d, gain), b.Constant(count, d, offset))
}

// Column is a number in every row.
func (b *Builder) Column(rows int, c float64) autodiff.Node {
	data := make([]float64, rows)
	for i := range data {
		data[i] = c
	}
	return b.Constant(rows, 1, data)
}

// times is the number of the step as a time, from −1 at the first to 1 at the horizon, as
// a column. On a grid that is not uniform it is not the time itself: networks see every
// step as equally long.
func (b *Builder) times(first, count, rows int) autodiff.Node {
	t := make([]float64, 0, count*rows)
	for n := first; n < first+count; n++ {
		for range rows {
			t = append(t, 2*float64(n)/float64(b.Steps())-1)
		}
	}
	return b.Constant(count*rows, 1, t)
}

// norm is a batch normalisation, whose update is kept.
func (b *Builder) norm(name string, x autodiff.Node, spec autodiff.NormSpec) autodiff.Node {
	y, update := b.BatchNorm(name, x, spec)
	if update != nil {
		b.Norms = append(b.Norms, update)
	}
	return y
}

func checkHidden(hidden []int) error {
	for _, h := range hidden {
		if h < 1 || h > 1<<16 {
			return &bsde.SettingsError{Field: "hidden", Reason: fmt.Sprintf("width %d, want numbers from 1 to %d", h, 1<<16)}
		}
	}
	return nil
}
