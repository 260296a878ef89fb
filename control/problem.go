package control

import (
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
)

// Problem is a stochastic control problem. It is a plain struct: copying it and
// changing a field makes a new problem. In the functions t has width 1, x StateDim, a
// ActionDim, noise NoiseDim.
type Problem struct {
	Name      string // for messages and results
	StateDim  int    // d ≥ 1
	ActionDim int    // m ≥ 1
	NoiseDim  int    // components of the noise; 0: StateDim

	Start []float64 // x0, d components
	// RandomStart makes the start random, as a function of d standard normal numbers ξ:
	// for normal starts Start + std·ξ, for uniform ones lo + (hi−lo)·Φ(ξ) with
	// ξ.NormCDF(). nil: the start is Start. Start is then only where Validate and the
	// initial action look.
	RandomStart func(xi expr.Value) expr.Value

	// In continuous time: the horizon T > 0, the drift b, width d, nil for 0, and the
	// diffusion, either Diffusion, a σ(t,x) of package pde with noise of d components,
	// or Noise, the action s(t,x,a)·dW of one that may depend on the action.
	Horizon   float64
	Drift     func(t, x, a expr.Value) expr.Value
	Diffusion pde.Diffusion
	Noise     func(t, x, a, dw expr.Value) expr.Value

	// In discrete time: the number of stages, and the next state, width d, as a
	// function of the stage t = 0, 1, …, Stages−1 and of standard normal w. The fields
	// of continuous time are then left out.
	Stages     int
	Transition func(t, x, a, w expr.Value) expr.Value

	RunningCost  func(t, x, a expr.Value) expr.Value // L, width 1, a stage or a unit of time; nil: 0
	TerminalCost func(x expr.Value) expr.Value       // G, width 1; nil: 0
	Maximize     bool                                // the costs are rewards

	// Actions is the set of admissible actions, nil for all. Every action of a trained
	// policy lies in it.
	Actions Actions
	// ActionScale is the usual size of each component of a, by which the outputs of a
	// network are multiplied; nil: 1. In a Box it is the usual distance from a single bound;
	// where all components have two bounds it is an error.
	ActionScale []float64
	// Constraints are those that no set of actions guarantees, such as bounds on the
	// state: violations are penalised in training and reported.
	Constraints []Constraint

	// StateNames and ActionNames say what the components are, with their units, for
	// tables and plots; nil: x[0], a[0] and so on.
	StateNames, ActionNames []string

	// Minimizer is the action that minimises the Hamiltonian
	//
	//	H(t,x,p,a) = b(t,x,a)·p + L(t,x,a)
	//
	// for the gradient p = ∇u of the value function (maximises, where the problem
	// does). nil: HJB finds it where the problem is linear-quadratic in a.
	Minimizer func(t, x, p expr.Value) expr.Value
}

// Kind is "control": what kind of problem this is, for results and saved runs.
func (Problem) Kind() string { return "control" }

// Constraint is a wanted inequality v(t,x,a) ≤ 0.
type Constraint struct {
	Name      string
	Violation func(t, x, a expr.Value) expr.Value // v, of any width
	// Weight w adds w·Σ max(v,0)² to the running cost in training, and only there: the
	// cost of a policy is reported without it. Where v is free of a by its form, it is
	// wanted of the last state too.
	Weight float64
}

// Policy is a rule that gives the action for the state.
type Policy interface {
	// Act fills a (rows×m) with the actions at step n, time t, in the states x
	// (rows×d). It is called from several goroutines at a time.
	Act(n int, t float64, rows int, x, a []float64) error
}

// PolicyFunc is a policy given by a function of a single state.
type PolicyFunc func(n int, t float64, x, a []float64)

// Act calls the function for every row.
func (f PolicyFunc) Act(n int, t float64, rows int, x, a []float64) error {
	d, m := len(x)/rows, len(a)/rows
	for r := range rows {
		f(n, t, x[r*d:(r+1)*d], a[r*m:(r+1)*m])
	}
	return nil
}

// Noises is the number of components of the noise of a step.
func (p *Problem) Noises() int {
	if p.NoiseDim == 0 {
		return p.StateDim
	}
	return p.NoiseDim
}
