package file

import (
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/problems/file/internal/formula"
	"github.com/deepbsde/deepbsde/problems/file/internal/source"
	"go.yaml.in/yaml/v4"
)

// actionSet is a set of admissible actions: simplex, {budget: B} or {box: {lower, upper}}.
type actionSet struct {
	source       *source.Document
	node         *yaml.Node
	simplex      bool
	budget       *formula.Vector
	lower, upper *formula.Vector // of a box, nil: unbounded
}

func (r *reader) actionSet(n *yaml.Node) *actionSet {
	s := &actionSet{source: r.Document, node: n}
	if n.Kind == yaml.ScalarNode {
		s.simplex = r.OneOf(source.Entry{Name: "action-set", Key: n, Value: n}, "action-set", []string{"simplex"}) != ""
		return s
	}
	list := r.Mapping(n, "action-set", []string{"box", "budget"})
	if r.Err == nil && len(list) != 1 {
		r.Fail(n, "action-set has %d keys, want one of box and budget", len(list))
	}
	for _, e := range list {
		if e.Name == "budget" {
			s.budget = r.One(e.Value, "action-set: budget")
			continue
		}
		for _, b := range r.Mapping(e.Value, "action-set: box", []string{"lower", "upper"}) {
			v := r.Vector(b.Value, "action-set: "+b.Name)
			if b.Name == "lower" {
				s.lower = v
			} else {
				s.upper = v
			}
		}
		if s.lower == nil && s.upper == nil {
			r.Fail(e.Value, "action-set: box wants lower, upper or both")
		}
	}
	return s
}

// build is the set for m actions.
func (s *actionSet) build(in *formula.Instance, states, m int) (control.Actions, *source.Error) {
	switch {
	case s.simplex && m < 2:
		return nil, s.source.ErrorAt(s.node.Line, s.node.Column, "action-set: a simplex of one action is the constant 1, want at least 2 actions")
	case s.simplex:
		return control.Simplex{}, nil
	case s.budget != nil:
		c, wrong := in.Constants(s.budget, "action-set: budget", 1)
		if wrong != nil {
			return nil, wrong
		}
		if !(c[0] > 0) {
			return nil, s.budget.Errorf("action-set: budget is %g, want a number above 0", c[0])
		}
		return control.Budget(c[0]), nil
	}
	lower, lowerConstant, wrong := s.bound(in, s.lower, "action-set: lower", states, m, math.Inf(-1))
	if wrong != nil {
		return nil, wrong
	}
	upper, upperConstant, wrong := s.bound(in, s.upper, "action-set: upper", states, m, math.Inf(1))
	if wrong != nil {
		return nil, wrong
	}
	if lowerConstant != nil && upperConstant != nil {
		for k, lo := range lowerConstant {
			if !(lo < upperConstant[k]) {
				at := s.upper
				if at == nil {
					at = s.lower
				}
				return nil, at.Errorf("action-set: component %d is from %g to %g, want lower < upper", k, lo, upperConstant[k])
			}
		}
		return control.Box{Lower: lowerConstant, Upper: upperConstant}, nil
	}
	if s.lower == nil || s.upper == nil {
		at := s.upper
		if at == nil {
			at = s.lower
		}
		return nil, at.Errorf("action-set: a bound that depends on t or x wants both lower and upper")
	}
	return control.StateBox{
		Lower: func(t, x value) value { return lower.Call(t, x) },
		Upper: func(t, x value) value { return upper.Call(t, x) },
	}, nil
}

// bound is one bound of a box, as numbers where it is constant.
func (s *actionSet) bound(in *formula.Instance, v *formula.Vector, field string, states, m int, none float64) (*formula.Function, []float64, *source.Error) {
	if v == nil {
		return nil, slices.Repeat([]float64{none}, m), nil
	}
	f := &formula.Function{Instance: in, Vector: v, Field: field, N: m, Spread: true, Names: []string{"t", "x"}, Fixed: map[string]float64{"inf": math.Inf(1)}}
	got, used, wrong := f.Try(1, states)
	if wrong == nil && got.Constant == nil && used["inf"] {
		wrong = v.Errorf("%s has inf beside t or x, want it among numbers alone; a number far out does the same", field)
	}
	if wrong != nil || got.Constant == nil {
		return f, nil, wrong
	}
	if len(got.Constant) == 1 {
		return f, slices.Repeat(got.Constant, m), nil
	}
	return f, got.Constant, nil
}
