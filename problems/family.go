// Package problems holds the named benchmark problems: families in the dimension
// with settable parameters, their reference values, citations and the training
// settings that were tuned for them. A family of one's own needs a Definition, or a file
// for package problems/file. The solver is not imported.
package problems

import (
	"context"
	"fmt"
	"strings"

	"github.com/deepbsde/deepbsde/pde"
)

// Family is a named problem for every dimension and parameter value.
type Family struct {
	Name     string  // as on the command line
	Title    string  // one line
	Equation string  // the equation, the process and the terminal condition, Unicode, several lines
	Citation string  // where the problem comes from
	Dim      int     // default dimension
	Params   []Param // settable parameters; "horizon" is always the first

	// Training holds tuned settings for each network, "shared" and "per-step";
	// those of "per-step" are the published ones.
	Training map[string]Training

	// Published is the value of the literature for the default dimension and
	// parameters, nil where an exact solution makes it superfluous. Recorded is a
	// more exact one by a reference method that takes too long to be run every time,
	// with the command or the settings that gave it.
	Published, Recorded *pde.Reference

	// PublishedRun is what the literature reports of its own training with the
	// settings of Training["per-step"]; nil where it gives no figures.
	PublishedRun *PublishedRun

	// Text is the problem file that describes the family, nil for a named problem.
	Text []byte

	// Definition makes the members.
	Definition Definition
}

// Values are the parameters of one member of a family by their names, all of them, and
// each within its range.
type Values map[string]float64

// Definition is what makes a family: functions that give a member for a dimension, which
// is at least 1, and parameters. One of Equation and Control is set, all the rest may be
// nil. Whoever defines a family of one's own fills one in, as package problems/file does
// for problem files.
type Definition struct {
	// Equation is a member of a family of equations. Make names it and fills in the
	// dimension, and the horizon from the parameter of that name.
	Equation func(dim int, v Values) (pde.Problem, error)

	// Control is a member of a family of control problems. MakeControl names it.
	Control func(dim int, v Values) (*Control, error)

	// Reference computes the solution of an equation whenever a member is made, so it
	// must be quick. Nil: from Exact, Recorded or Published.
	Reference func(p *pde.Problem, dim int, v Values) (*pde.Reference, error)

	// Methods are reference methods of this equation beside those for all.
	Methods func(v Values) []ReferenceMethod

	// Locate puts the place of its cause before an error of a member, a *pde.Error.
	Locate func(error) error

	// Unused lists names in the description that no formula has; Check mentions them.
	Unused func() []string
}

// TrainingOf is that of a network. For features, which few families have settings of their own
// for, it has the grid and the paths of those for the shared network.
func (f *Family) TrainingOf(network string) Training {
	t, ok := f.Training[network]
	if shared := f.Training["shared"]; !ok && network == "features" {
		t = Training{Grid: shared.Grid, Steps: shared.Steps, Paths: shared.Paths}
	}
	return t
}

// Training is a set of training settings, the data that turn into bsde.Settings
// and the options of a bsde.Method. Zero means the solver's default.
type Training struct {
	Grid                     string // "uniform", "graded" or "adaptive", see package grid
	Steps, Iterations, Batch int
	LearningRate             float64
	Boundaries               []int     // piecewise schedule where not nil
	Rates                    []float64 // one more than Boundaries
	Schedule                 string    // "cosine", "constant" or "piecewise"
	Hidden                   []int
	Activation               string
	Uncontrolled             bool // paths without the control ∂f/∂z
	Antithetic               bool // policies: pairs of paths with opposite noise
	LossClip, ClipNorm       float64
	Paths                    int
}

// PublishedRun is the accuracy and the time of a published training, over five runs.
type PublishedRun struct {
	Iterations int
	Error      float64 // mean relative error of Y0
	StdDev     float64 // its standard deviation, 0 where it is not stated
	Seconds    float64 // mean, on a laptop of 2017
	Source     string
}

// MaxDim is the largest dimension of a member, which keeps a slip of the finger from filling the memory.
const MaxDim = 100_000

// Make is the member of the family with dimension dim (0: the default) and the
// given parameters changed from their defaults. Its Reference is set where one
// is known: the exact solution, a computed one, or for the default dimension and
// parameters the recorded or else the published value.
func (f *Family) Make(dim int, set map[string]float64) (pde.Problem, error) {
	if f.Definition.Equation == nil {
		return pde.Problem{}, fmt.Errorf("%s is a control problem, not an equation", f.Name)
	}
	dim, err := f.dimension(dim)
	if err != nil {
		return pde.Problem{}, err
	}
	v, changed, err := f.values(set)
	if err != nil {
		return pde.Problem{}, err
	}
	p, err := f.Definition.Equation(dim, v)
	if err != nil {
		return pde.Problem{}, err
	}
	p.Name, p.Dim, p.Horizon = f.Name, dim, v["horizon"]
	if err := p.Validate(); err != nil {
		return pde.Problem{}, f.located(err)
	}
	switch {
	case f.Definition.Reference != nil:
		// Where the reference method fails, at extreme parameters, the equation
		// stands all the same, without a reference.
		if r, err := f.Definition.Reference(&p, dim, v); err == nil {
			p.Reference = r
		}
	case p.Exact != nil:
		if p.Reference, err = p.ExactReference(); err != nil {
			return pde.Problem{}, err
		}
	case dim == f.Dim && !changed:
		if p.Reference = f.Recorded; p.Reference == nil {
			p.Reference = f.Published
		}
	}
	return p, nil
}

// CheckMinimizer tries the minimiser that a control problem of the family gives beside other actions; the error of a wrong
// one is that of check.
func (f *Family) CheckMinimizer(ctx context.Context, c *Control) error {
	err := c.checkMinimizer(ctx)
	if err == nil {
		return nil
	}
	return f.located(err)
}

// located is the error with its place in the problem file, where there is one.
func (f *Family) located(err error) error {
	if f.Definition.Locate == nil {
		return err
	}
	return f.Definition.Locate(err)
}

func (f *Family) dimension(dim int) (int, error) {
	if dim == 0 {
		dim = f.Dim
	}
	if dim < 1 || dim > MaxDim {
		return 0, fmt.Errorf("dimension %d, want a number from 1 to %d", dim, MaxDim)
	}
	return dim, nil
}

// noteUnused adds a line about names that no formula has, if there are any.
func (f *Family) noteUnused(list []Checked) []Checked {
	if text := f.UnusedNames(); text != "" {
		return append(list, Checked{"unused", text})
	}
	return list
}

// UnusedNames tells in a sentence which names of the description no formula has, "" where
// each is in use: one that is left is often a slip.
func (f *Family) UnusedNames() string {
	if f.Definition.Unused == nil {
		return ""
	}
	switch names := f.Definition.Unused(); len(names) {
	case 0:
		return ""
	case 1:
		return "no formula has the name " + names[0]
	default:
		last := len(names) - 1
		return fmt.Sprintf("no formula has the names %s and %s", strings.Join(names[:last], ", "), names[last])
	}
}
