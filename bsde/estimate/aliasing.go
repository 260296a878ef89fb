package estimate

import (
	"math"

	"github.com/deepbsde/deepbsde/autodiff/random"
	"github.com/deepbsde/deepbsde/bsde/internal/between"
	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
)

// aliasing is what the levels cannot see: all of them take f, μ and σ at the begin of their steps,
// and what these do in between, a season or a pulse, may be the same to all. It is measured on
// a few paths, step by step from their states, with Y and Z kept.
type aliasing struct {
	f float64 // what the extrapolation leaves of Σ f h less ∫ f dt, of each with the drift in between
	x float64 // the same for X and its variance, in standard deviations of X
}

// The most chunks of paths that are kept, fewer where a state has many components.
const (
	keptChunks  = 16
	keptNumbers = 160
)

// aliased measures it on the first paths of the estimate. The levels i and i+1 with the weights
// a and b make the value.
func (e *engine[T]) aliased(p *pilot, a, b float64) (*aliasing, error) {
	eq, out := e.Eq, &aliasing{}
	inF := eq.F != nil && equation.DependsOn(eq.FList, equation.InT, false)[len(eq.FList)-1]
	euler, err := e.EulerStep()
	if err != nil {
		return nil, err
	}
	inT := euler != nil && equation.DependsOn(euler, 0, false)[len(euler)-1]
	inX := euler != nil && equation.DependsOn(euler, 2, false)[len(euler)-1]
	if !inF && !inT && !inX {
		return out, nil
	}
	k := &between.Paths{
		From: p.from, Eq: eq, Unit: e.Scales.InvStd[e.Grid.Steps()-1],
		Random: random.Stream{Key: random.Key(e.Seed, uint64(walk.ForCurvature)), Batch: 3 << 20},
	}
	w := e.team.Take()
	defer func() { e.team.Give(w) }()
	for c := range min(max(keptNumbers/eq.Dim, 1), keptChunks) { // a part of f may be active on few paths
		if err := w.Begin(walk.ForEstimate, 0, c*walk.ChunkRows, walk.ChunkRows, p.from); err != nil {
			return nil, err
		}
		y := w.EqualValues(p.r.y0)
		k.Y = y[0]
		if err := w.Walk(1, y, k); err != nil {
			return nil, err
		}
		k.Rows += walk.ChunkRows
	}
	if euler != nil {
		if err := k.Compile(); err != nil {
			return nil, err
		}
	}
	if inF || inT {
		if out.f, out.x, err = k.Flows(a, b, e.SecondOrder(), inT); err != nil {
			return nil, err
		}
	}
	if inT {
		turns, err := k.Turns(a, b)
		if err != nil {
			return nil, err
		}
		out.x = math.Max(out.x, turns)
	}
	if inX {
		rough, err := k.Rough()
		if err != nil {
			return nil, err
		}
		out.x = math.Max(out.x, rough)
	}
	return out, nil
}
