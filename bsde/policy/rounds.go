package policy

import (
	"context"
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/autodiff/safetensors"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"github.com/deepbsde/deepbsde/control"
	"gonum.org/v1/gonum/stat"
)

const (
	firstRound    = 0.6  // share of the iterations in the first round; all others have the rest each
	mostAdded     = 2    // rounds beyond the iterations, while the cost falls
	fewestSteps   = 50   // in a round, to be judged by it
	settledWithin = 2e-3 // change of the cost in a round, relative to its size, that counts as none
	roundPaths    = 2048 // fixed ones on which rounds are compared
	calmer        = 4    // the divisor of the learning rate after a round that made the policy worse
)

// rounds are the stretches of a training in each of which the learning rate is lowered anew. A
// policy has been trained to the end when a whole round has not changed its cost; else there is
// another round. A round that has made the policy worse is undone, and the next ones have a lower rate:
// the full rate can drive it from a swing to where it hangs. Without the cosine schedule the rate does not
// start anew, and no round is added.
type rounds struct {
	planned, first int
	restarts       bool
	unjudged       bool // of a pilot

	// What a checkpoint keeps: the costs of pairs of paths at the end of the last round that was not undone,
	// and [rounds ended, rounds added, relative change in the last one, 1 where it is more than noise,
	// factor of the rate, penalty that goes with the costs].
	costs, state []float64
}

func newRounds(s *bsde.Settings) *rounds {
	r := &rounds{
		planned: s.Iterations, first: int(math.Round(firstRound * float64(s.Iterations))),
		restarts: s.Schedule == "cosine", costs: make([]float64, roundPaths/2), state: []float64{0, 0, math.NaN(), 1, 1, 0},
	}
	if !r.restarts || s.Iterations-r.first < fewestSteps {
		r.restarts = false
	}
	return r
}

// Round is the round of a step. All is one where the rate does not start anew.
func (r *rounds) Round(step int) (begin, end int) {
	switch rest := r.planned - r.first; {
	case !r.restarts:
		return 0, r.planned
	case step < r.first:
		return 0, r.first
	default:
		begin = r.first + (step-r.first)/rest*rest
		return begin, begin + rest
	}
}

// Steps is the number of all steps as decided by now.
func (r *rounds) Steps() int { return r.planned + int(r.state[1])*(r.planned-r.first) }

// MostSteps is that of as many rounds as there can be.
func (r *rounds) MostSteps() int {
	if !r.restarts {
		return r.planned
	}
	return r.planned + mostAdded*(r.planned-r.first)
}

// Falling is by how much the last round changed the cost, and whether by more than noise.
func (r *rounds) Falling() (by float64, yes bool) { return r.state[2], r.state[3] != 0 }

// ends tells whether a round ends before a step.
func (r *rounds) ends(step int) bool {
	return step == r.first || step >= r.planned && (step-r.planned)%max(r.planned-r.first, 1) == 0
}

// rateFactor is what the learning rate of this round is multiplied by.
func (r *rounds) rateFactor() float64 { return r.state[4] }

// judge takes the costs of pairs at the end of a round in, less rewards, with their mean penalty. It tells
// whether the round is to be undone.
func (r *rounds) judge(costs []float64, penalty float64) (undo bool) {
	mean, size := stat.MeanStdDev(costs, nil)
	size = math.Max(size, math.Abs(mean))
	if r.state[0] > 0 && r.planned-r.first >= fewestSteps {
		change := make([]float64, len(costs))
		for i, c := range costs {
			change[i] = c - r.costs[i]
		}
		by, std := stat.MeanStdDev(change, nil)
		noise := 2 * std / math.Sqrt(float64(len(change)))
		r.state[2], r.state[3] = by/size, 0
		undo = r.restarts && !(by+penalty-r.state[5] <= settledWithin*size+noise)
		if undo || !(math.Abs(by) <= settledWithin*size+noise) {
			r.state[3] = 1
			if r.restarts && r.state[1] < mostAdded {
				r.state[1]++
			}
		}
	}
	r.state[0]++
	if undo {
		r.state[4] /= calmer
		return true
	}
	copy(r.costs, costs)
	r.state[5] = penalty
	return false
}

// tensors is what a checkpoint keeps.
func (r *rounds) tensors() []safetensors.Tensor {
	return []safetensors.Tensor{
		{Name: "rounds/costs", Shape: []int{len(r.costs)}, Data: r.costs},
		{Name: "rounds/state", Shape: []int{len(r.state)}, Data: r.state},
	}
}

// endRound compares the policy with that at the end of the round before, where a round ends before
// a step.
func (e *engine[T]) endRound(step int) error {
	if e.unjudged || !e.ends(step) {
		return nil
	}
	o, err := control.Simulate(context.WithoutCancel(e.ctx), e.problem, e.policy, control.Simulation{
		Paths: roundPaths, Seed: e.set.Seed, Purpose: uint64(walk.ForValidation), Workers: e.set.Workers,
	})
	if err != nil {
		return err
	}
	costs, penalty := slices.Clone(o.Pairs), math.Abs(o.Penalised-o.Cost)
	if e.problem.Maximize {
		for i := range costs {
			costs[i] = -costs[i]
		}
	}
	from, to := [][]T{e.params, e.states}, [][]T{e.kept, e.keptStates}
	if e.judge(costs, penalty) {
		from, to = to, from
	}
	for i := range to {
		copy(to[i], from[i])
	}
	return nil
}
