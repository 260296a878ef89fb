package bsde

import (
	"github.com/deepbsde/deepbsde/autodiff/safetensors"
	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/bsde/exercise"
)

// Training is a method at work on a problem: what a Trainer repeats, saves, and takes the
// answer from.
type Training interface {
	// Label is problem, method and network in words. A checkpoint is refused by a run
	// whose words are others.
	Label() string

	// GradientStep makes one step and tells whether all numbers stayed finite.
	GradientStep(iteration int, rate float64) (finite bool, err error)
	// Validate is the loss on fixed paths.
	Validate() (loss float64, err error)
	// Value is the answer as trained so far, such as Y0.
	Value() float64
	// UnitLoss is the loss of a method that has learnt nothing, or 0.
	UnitLoss() float64

	// State is the live arrays of a checkpoint, with the optimiser's steps. Resume tells
	// that they have been filled from one, whose last record is given.
	State() (live []safetensors.Tensor, steps int)
	Resume(steps int, last Record)

	// Deliver is what the method delivers. It stays the same, and moves with the training.
	Deliver() Delivery
}

// Fitting is a Training whose first steps are passes of a fit: each of them is recorded.
type Fitting interface {
	Training
	// Passes is the number of these steps, at most, and Steps that of all steps, given
	// Settings.Iterations.
	Passes() int
	Steps(iterations int) int
	// Ended tells whether further steps of any kind would change nothing.
	Ended() bool
}

// Restarting is a Training in rounds, in each of which the learning rate is lowered anew (warm
// restarts; Loshchilov, Hutter 2017): that the cost no longer falls tells that training has ended, which a
// single schedule hides.
type Restarting interface {
	Training
	// Round is the first step of the round that a step is in, and the first step after it.
	Round(step int) (begin, end int)
	// Steps is the number of all steps as far as is decided by now, and MostSteps that of as many
	// rounds as there can be.
	Steps() int
	MostSteps() int
	// Falling is by how much the last round has changed the loss, relative to its size, NaN where
	// rounds are too short to tell; and whether that is more than noise: training has not ended
	// then.
	Falling() (by float64, yes bool)
}

// Warm is a Training that can begin with what another run has learned.
type Warm interface {
	Training
	// Begin takes the parameters over from the arrays of a checkpoint; all or none of them.
	Begin(saved []safetensors.Tensor) error
}

// Delivery is the field that a method delivers: Z for an equation, an action for a
// control problem, a rule and a martingale for early exercise. One of them is set.
type Delivery struct {
	Solution *estimate.Solution
	Policy   *estimate.Policy
	Exercise *exercise.Solution
}

// Untrained is the Training of a method that has nothing to train.
type Untrained struct {
	Words    string // see Training.Label
	Delivery Delivery
}

// Label is Words.
func (u Untrained) Label() string { return u.Words }

// GradientStep does nothing.
func (Untrained) GradientStep(int, float64) (bool, error) { return true, nil }

// Validate is 0.
func (Untrained) Validate() (float64, error) { return 0, nil }

// Value is where the estimate starts from, 0 for a policy.
func (u Untrained) Value() float64 {
	if s := u.Delivery.Solution; s != nil {
		return s.Y0()
	}
	return 0
}

// UnitLoss is 0.
func (Untrained) UnitLoss() float64 { return 0 }

// State is nothing.
func (Untrained) State() ([]safetensors.Tensor, int) { return nil, 0 }

// Resume does nothing.
func (Untrained) Resume(int, Record) {}

// Deliver is Delivery.
func (u Untrained) Deliver() Delivery { return u.Delivery }
