package run

import (
	"fmt"

	"github.com/deepbsde/deepbsde/bsde"
	_ "github.com/deepbsde/deepbsde/bsde/methods" // that a run can name
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/problems"
	"github.com/deepbsde/deepbsde/problems/file"
)

// family is that of the source.
func (s Source) family() (*problems.Family, error) {
	if s.File != nil {
		return file.Parse(ProblemFile, s.File)
	}
	return problems.Find(s.Problem)
}

// problem is what the source describes, for a method.
func (s Source) problem(m bsde.Method) (bsde.Problem, error) {
	if s.Go != nil {
		return s.Go, nil
	}
	family, err := s.family()
	if err != nil {
		return nil, err
	}
	if s.File != nil && s.Problem != "" {
		family.Name = s.Problem
	}
	_, equation := m.Supports()[bsde.Equation]
	return member(family, s.Dim, s.Parameters, s.Region, equation)
}

// member is a problem of a family: of control problems the HJB equation, where an equation
// is wanted. A region moves the starts of an equation.
func member(f *problems.Family, dim int, parameters map[string]float64, region string, equation bool) (bsde.Problem, error) {
	var p pde.Problem
	var err error
	if f.IsControl() {
		c, err := f.MakeControl(dim, parameters)
		if err != nil {
			return nil, err
		}
		c.Problem.Name = f.Name
		if !equation {
			if region != "" {
				return nil, &bsde.SettingsError{Field: "start", Reason: "a region is for equations; a control problem has its own RandomStart"}
			}
			return c.Problem, nil
		}
		h, err := c.Problem.HJB()
		if err != nil {
			return nil, err
		}
		p = h.Problem
	} else if p, err = f.Make(dim, parameters); err != nil {
		return nil, err
	}
	if region != "" {
		r, err := pde.ParseRegion(region)
		if err != nil {
			return nil, err
		}
		p = r.Around(p)
	}
	p.Name = f.Name
	return p, nil
}

// Family is the family of the run's problem, by its name or from the copy of its file. A
// file that states no name, or no title, is called as it was when the run began.
func (r *Run) Family() (*problems.Family, error) {
	if r.Manifest.Copy == "" {
		return problems.Find(r.Manifest.Problem)
	}
	text, err := r.raw(ProblemFile)
	if err != nil {
		return nil, err
	}
	f, err := file.Parse(r.File(ProblemFile), text)
	if err != nil {
		return nil, err
	}
	if f.Title == f.Name {
		f.Title = r.Manifest.Problem
	}
	f.Name = r.Manifest.Problem
	return f, nil
}

// Use gives a run the problem that was made in Go. It must have the name and the
// dimension of the one that the run began with.
func (r *Run) Use(p bsde.Problem) error {
	if name, d := bsde.NameOf(p), bsde.DimOf(p); name != r.Manifest.Problem || d != r.Dim || p.Kind() != r.Kind {
		return &Error{Path: r.path, Reason: fmt.Sprintf("is a run of the %s problem %s with d = %d, not of %s with d = %d", r.Kind, r.Manifest.Problem, r.Dim, name, d)}
	}
	r.given = p
	return nil
}

// Problem is what the run solves.
func (r *Run) Problem() (bsde.Problem, error) {
	if r.given != nil {
		return r.given, nil
	}
	f, err := r.Family()
	if err == nil {
		var p bsde.Problem
		if p, err = member(f, r.Dim, r.Parameters, r.Start, r.SolvesEquation()); err == nil {
			return p, nil
		}
	}
	return nil, fmt.Errorf("%s: %w", r.File(ManifestFile), err)
}
