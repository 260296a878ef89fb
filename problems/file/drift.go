package file

import (
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/problems/file/internal/formula"
	"github.com/deepbsde/deepbsde/problems/file/internal/source"
	"go.yaml.in/yaml/v4"
)

// driftSource is the drift of a problem file: a formula, a list, or one of the kinds
// whose paths package pde samples exactly.
type driftSource struct {
	node   *yaml.Node
	v      *formula.Vector // else nil
	linear *formula.Vector
	rate   *formula.Vector // of a mean-reverting drift
	mean   *formula.Vector
}

var driftKeys = []string{"linear", "mean-reverting"}

func (r *reader) drift(n *yaml.Node) *driftSource {
	s := &driftSource{node: n}
	if n.Kind != yaml.MappingNode {
		s.v = r.Vector(n, "drift")
		return s
	}
	for _, e := range r.Mapping(n, "drift", driftKeys) {
		switch e.Name {
		case "linear":
			s.linear = r.oneForAll(e.Value, "linear", "[0.1*x[0], 0.2*x[1], …]")
		case "mean-reverting":
			for _, e := range r.Mapping(e.Value, "drift: mean-reverting", []string{"rate", "mean"}) {
				if e.Name == "rate" {
					s.rate = r.oneForAll(e.Value, "mean-reverting: rate", "[0.1*(1 - x[0]), 0.2*(1 - x[1]), …]")
				} else {
					s.mean = r.oneForAll(e.Value, "mean-reverting: mean", "[0.1*(1 - x[0]), 0.1*(2 - x[1]), …]")
				}
			}
			if s.rate == nil || s.mean == nil {
				r.Fail(e.Value, "drift: mean-reverting needs both rate and mean")
			}
		}
	}
	if (s.linear == nil) == (s.rate == nil) {
		r.Fail(n, "drift wants one of linear and mean-reverting")
	}
	return s
}

// oneForAll is a number of a drift that every component has; each has its own in a drift
// by formulas, such as the given one.
func (r *reader) oneForAll(n *yaml.Node, what, formulas string) *formula.Vector {
	if n.Kind == yaml.SequenceNode {
		r.Fail(n, "drift: %s is a list, want one number for all components; with one for each, drift is a list of formulas, such as %s", what, formulas)
		return nil
	}
	return r.One(n, "drift: "+what)
}

// build is the drift as a function of t and x, of n components.
func (s *driftSource) build(in *formula.Instance, n int) (pde.Drift, *source.Error) {
	switch {
	case s.linear != nil:
		c, wrong := in.Constants(s.linear, "drift: linear", 1)
		if wrong != nil {
			return nil, wrong
		}
		return pde.LinearDrift(c[0]), nil
	case s.rate != nil:
		rate, wrong := in.Constants(s.rate, "drift: mean-reverting: rate", 1)
		if wrong != nil {
			return nil, wrong
		}
		mean, wrong := in.Constants(s.mean, "drift: mean-reverting: mean", 1)
		if wrong != nil {
			return nil, wrong
		}
		if rate[0] == 0 {
			return nil, s.rate.Errorf("drift: mean-reverting: rate is 0, want another number, or no drift")
		}
		return pde.MeanReverting{Rate: rate[0], Mean: mean[0]}, nil
	}
	f := &formula.Function{Instance: in, Vector: s.v, Field: "drift", N: n, Spread: true, Names: []string{"t", "x"}}
	got, _, wrong := f.Try(1, n)
	if wrong != nil {
		return nil, wrong
	}
	if wrong := s.v.Finite(got, "drift"); wrong != nil {
		return nil, wrong
	}
	switch {
	case got.Constant == nil:
		return pde.DriftFunc(func(t, x expr.Value) expr.Value { return f.Call(t, x) }), nil
	case len(got.Constant) == 1 && !s.v.List():
		return pde.ConstantDrift(got.Constant[0]), nil
	}
	return pde.VectorDrift(got.Constant), nil
}
