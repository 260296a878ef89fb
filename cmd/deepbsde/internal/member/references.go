package member

import (
	"context"
	"math"
	"strconv"
	"strings"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/verdict"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/problems"
)

// Methods are the reference methods of the problem; one of a control problem takes the
// grid from Sampling.Steps, 0 meaning that of the tuned settings.
func (m *Member) Methods() (list []problems.ReferenceMethod) {
	if m.Control == nil {
		return m.Family.ReferenceMethods(m.Parameters)
	}
	for _, r := range m.Control.References {
		list = append(list, problems.ReferenceMethod{Name: r.Name, Doc: r.Doc,
			Run: func(ctx context.Context, _ pde.Problem, s pde.Sampling) (*pde.Reference, error) {
				d, err := m.Grid(s.Steps)
				if err != nil {
					return nil, err
				}
				return r.Run(ctx, d, s)
			}})
	}
	return list
}

// Continuous tells whether a reference method gives the value in continuous time, which
// is another one than that of the grid.
func (m *Member) Continuous(method string) bool {
	if m.Control == nil {
		return false
	}
	for _, r := range m.Control.References {
		if r.Name == method {
			return r.Continuous
		}
	}
	return false
}

// Grid is a control problem on the grid of the tuned settings, or one of so many steps
// where that is not 0.
func (m *Member) Grid(steps int) (*control.Discrete, error) {
	s := m.Preset("shared").Settings
	if steps > 0 {
		s.Steps = steps
	}
	return m.GridFor(s)
}

// GridFor is a control problem on the grid of some settings.
func (m *Member) GridFor(s bsde.Settings) (*control.Discrete, error) {
	g, err := s.GridOf(m.Control.Problem)
	if err != nil {
		return nil, err
	}
	return m.Control.Problem.On(g)
}

// Reference is the value to compare with on the tuned grid, nil where none is known or can
// be had fast.
func (m *Member) Reference(ctx context.Context) (*pde.Reference, error) {
	return m.ReferenceFor(ctx, m.Preset("shared").Settings)
}

// ReferenceFor is Reference on the grid of some settings.
func (m *Member) ReferenceFor(ctx context.Context, s bsde.Settings) (*pde.Reference, error) {
	if m.Control == nil {
		return m.Problem.Reference, nil
	}
	d, err := m.GridFor(s)
	if err != nil {
		return nil, err
	}
	return m.ReferenceOn(ctx, d)
}

// ReferenceOn is the value to compare a control problem with on its grid, nil where none is
// known or can be had fast.
func (m *Member) ReferenceOn(ctx context.Context, d *control.Discrete) (*pde.Reference, error) {
	if r := m.Family.Recorded; r != nil && m.standard() && d.Grid.Regular() && d.Steps == m.TunedSteps() {
		return r, nil
	}
	if m.Control.Slow {
		return nil, nil
	}
	for _, r := range m.Control.References {
		ref, err := r.Run(ctx, d, pde.Sampling{Seed: 1})
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err == nil {
			if r.Continuous {
				ref.Method += verdict.ContinuousTime
			}
			return ref, nil
		}
	}
	return nil, nil
}

// standard tells whether dimension and parameters are the family's.
func (m *Member) standard() bool { return m.Dim == m.Family.Dim && len(m.Changed) == 0 }

// Known is a value that is on record for a problem.
type Known struct {
	Name  string // "recorded" or "published"
	Value *pde.Reference
}

// Known are the values of the family that are values of this member.
func (m *Member) Known() (list []Known) {
	if !m.standard() {
		return nil
	}
	for _, k := range []Known{{"recorded", m.Family.Recorded}, {"published", m.Family.Published}} {
		if k.Value != nil {
			list = append(list, k)
		}
	}
	return list
}

// ExactAt is u and ∇u of the equation's exact solution at a time, in a state.
func (m *Member) ExactAt(at float64, in []float64) (u float64, gradient []float64, err error) {
	p := &m.Problem
	t, x := expr.Input("t", 1), expr.Input("x", p.Dim)
	f, err := expr.Compile(p.Exact(t, x), t, x)
	if err != nil {
		return math.NaN(), nil, err
	}
	direction := make([]float64, p.Dim)
	for j := range direction {
		direction[j] = 1
		value, slope, _, err := f.Jet(1, [][]float64{{at}, in}, [][]float64{{0}, direction})
		if err != nil {
			return math.NaN(), nil, err
		}
		u, gradient = value[0], append(gradient, slope[0])
		direction[j] = 0
	}
	return u, gradient, nil
}

// ReferenceCommand is the command that may find a reference, "" where no method applies:
// a control problem has none, early exercise is in more than one dimension, or an equation in more
// than two is neither radial nor linear nor one of a process for multilevel Picard.
func (m *Member) ReferenceCommand() string {
	name := m.Asked
	if name == "" {
		name = m.Family.Name
	}
	if strings.ContainsAny(name, " '\"$") {
		name = strconv.Quote(name)
	}
	command := "deepbsde reference " + name
	for _, p := range m.Changed {
		command += " --set " + p + "=" + strconv.FormatFloat(m.Parameters[p], 'g', -1, 64)
	}
	if m.Dim != m.Family.Dim {
		command += " --dim " + strconv.Itoa(m.Dim)
	}
	if m.Control != nil {
		if len(m.Control.References) == 0 {
			return ""
		}
		return command
	}
	if m.Problem.Obstacle != nil && m.Dim > 1 && m.Family.Definition.Methods == nil {
		return ""
	}
	if m.Dim > 2 {
		if _, _, err := m.Problem.GradientWeight(); err != nil && !m.linear() {
			return ""
		}
	}
	return command
}

// linear tells whether the form of f shows that it is affine in y and free of z.
func (m *Member) linear() bool {
	t, x, y, z := expr.Input("t", 1), expr.Input("x", m.Dim), expr.Input("y", 1), expr.Input("z", m.Dim)
	list, err := expr.Nodes(m.Problem.GeneratorAt(t, x, y, z), t, x, y, z)
	return err == nil && !expr.Contains(list, 3) && expr.Affine(list, 2)
}
