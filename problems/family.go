package problems

import (
	"fmt"
	"math"
	"sort"
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

	make      func(dim int, v values) pde.Problem
	control   func(dim int, v values) (*Control, error)                       // of control problems, in place of make
	reference func(p *pde.Problem, dim int, v values) (*pde.Reference, error) // nil: from Exact or Published
	methods   func(v values) []ReferenceMethod                                // of this equation alone; nil: none

	// Of problem files: check finds what is wrong for a dimension and parameters before
	// the problem is made, locate puts an error of its validation into the file.
	check  func(dim int, v values) error
	locate func(error) error
}

// Param is a settable number of a family.
type Param struct {
	Name    string
	Default float64
	Doc     string // meaning and range
	Min     float64
	Max     float64 // inclusive bounds
	Open    bool    // Min itself is not allowed
}

// Training is a set of training settings, the data that turn into bsde.Settings
// and bsde.DeepBSDE. Zero means the solver's default.
type Training struct {
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
	EstimatePaths            int
}

// PublishedRun is the accuracy and the time of a published training, over five runs.
type PublishedRun struct {
	Iterations int
	Error      float64 // mean relative error of Y0
	StdDev     float64 // its standard deviation, 0 where it is not stated
	Seconds    float64 // mean, on a laptop of 2017
	Source     string
}

// values are the parameters of one member of a family.
type values map[string]float64

// UnknownError is a name that is not in a list.
type UnknownError struct {
	What, Name string
	Known      []string
}

// Error names the nearest known name and lists all.
func (e *UnknownError) Error() string {
	s := fmt.Sprintf("unknown %s %q", e.What, e.Name)
	if n := Nearest(e.Name, e.Known); n != "" {
		s += fmt.Sprintf(", did you mean %q?", n)
	}
	return s + " (known: " + strings.Join(e.Known, ", ") + ")"
}

// All lists the families: the equations, then the control problems.
func All() []*Family { return append([]*Family(nil), families...) }

// Equations lists the families of equations.
func Equations() []*Family { return filter(false) }

// Controls lists the families of control problems.
func Controls() []*Family { return filter(true) }

func filter(control bool) (list []*Family) {
	for _, f := range families {
		if f.IsControl() == control {
			list = append(list, f)
		}
	}
	return list
}

// Find is the family with the given name, or an *UnknownError.
func Find(name string) (*Family, error) {
	known := make([]string, len(families))
	for i, f := range families {
		if f.Name == name {
			return f, nil
		}
		known[i] = f.Name
	}
	return nil, &UnknownError{"problem", name, known}
}

// maxDim keeps a slip of the finger from filling the memory.
const maxDim = 100_000

// Make is the member of the family with dimension dim (0: the default) and the
// given parameters changed from their defaults. Its Reference is set where one
// is known: the exact solution, a computed one, or for the default dimension and
// parameters the recorded or else the published value.
func (f *Family) Make(dim int, set map[string]float64) (pde.Problem, error) {
	if f.make == nil {
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
	if f.check != nil {
		if err := f.check(dim, v); err != nil {
			return pde.Problem{}, err
		}
	}
	p := f.make(dim, v)
	p.Name, p.Dim, p.Horizon = f.Name, dim, v["horizon"]
	if err := p.Validate(); err != nil {
		return pde.Problem{}, f.located(err)
	}
	switch {
	case f.reference != nil:
		// Where the reference method fails, at extreme parameters, the equation
		// stands all the same, without a reference.
		if r, err := f.reference(&p, dim, v); err == nil {
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

// located is the error with its place in the problem file, where there is one.
func (f *Family) located(err error) error {
	if f.locate == nil {
		return err
	}
	return f.locate(err)
}

func (f *Family) dimension(dim int) (int, error) {
	if dim == 0 {
		dim = f.Dim
	}
	if dim < 1 || dim > maxDim {
		return 0, fmt.Errorf("dimension %d, want a number from 1 to %d", dim, maxDim)
	}
	return dim, nil
}

// values fills in defaults and checks names and ranges.
func (f *Family) values(set map[string]float64) (v values, changed bool, err error) {
	v = values{}
	var known []string
	for _, p := range f.Params {
		v[p.Name] = p.Default
		known = append(known, p.Name)
	}
	names := make([]string, 0, len(set))
	for name := range set {
		names = append(names, name)
	}
	sort.Strings(names) // so that the first error does not depend on the map
	for _, name := range names {
		i := f.param(name)
		if i < 0 {
			return nil, false, &UnknownError{"parameter", name, known}
		}
		p, x := f.Params[i], set[name]
		if math.IsNaN(x) || math.IsInf(x, 0) || x < p.Min || x > p.Max || p.Open && x == p.Min {
			return nil, false, fmt.Errorf("parameter %s is %g, want %s", name, x, p.Range())
		}
		v[name] = x
		changed = changed || x != p.Default
	}
	return v, changed, nil
}

func (f *Family) param(name string) int {
	for i, p := range f.Params {
		if p.Name == name {
			return i
		}
	}
	return -1
}

// Range is the allowed interval in words.
func (p Param) Range() string {
	switch {
	case math.IsInf(p.Min, -1) && math.IsInf(p.Max, 1):
		return "a finite number"
	case math.IsInf(p.Max, 1) && p.Open:
		return fmt.Sprintf("a finite number above %g", p.Min)
	case math.IsInf(p.Max, 1):
		return fmt.Sprintf("a finite number, at least %g", p.Min)
	}
	if math.IsInf(p.Min, -1) {
		return fmt.Sprintf("a finite number, at most %g", p.Max)
	}
	if p.Open {
		return fmt.Sprintf("a number above %g, at most %g", p.Min, p.Max)
	}
	return fmt.Sprintf("a number from %g to %g", p.Min, p.Max)
}
