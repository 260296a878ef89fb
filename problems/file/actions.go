package problems

import (
	"math"

	"github.com/deepbsde/deepbsde/control"
	"go.yaml.in/yaml/v4"
)

// actionSet is a set of admissible actions: simplex, {budget: B} or {box: {lower, upper}}.
type actionSet struct {
	source       *source
	node         *yaml.Node
	simplex      bool
	budget       *vector
	lower, upper *vector // of a box, nil: unbounded
}

func (r *reader) actionSet(n *yaml.Node) *actionSet {
	s := &actionSet{source: r.source, node: n}
	if n.Kind == yaml.ScalarNode {
		s.simplex = r.oneOf(entry{"action-set", n, n}, "action-set", []string{"simplex"}) != ""
		return s
	}
	list := r.mapping(n, "action-set", []string{"box", "budget"})
	if r.err == nil && len(list) != 1 {
		r.fail(n, "action-set has %d keys, want one of box and budget", len(list))
	}
	for _, e := range list {
		if e.name == "budget" {
			s.budget = r.one(e.value, "action-set: budget")
			continue
		}
		for _, b := range r.mapping(e.value, "action-set: box", []string{"lower", "upper"}) {
			v := r.vector(b.value, "action-set: "+b.name)
			if b.name == "lower" {
				s.lower = v
			} else {
				s.upper = v
			}
		}
		if s.lower == nil && s.upper == nil {
			r.fail(e.value, "action-set: box wants lower, upper or both")
		}
	}
	return s
}

// build is the set for m actions.
func (s *actionSet) build(in *instance, states, m int) (control.Actions, *FileError) {
	switch {
	case s.simplex && m < 2:
		return nil, s.source.errorAt(s.node.Line, s.node.Column, "action-set: a simplex of one action is the constant 1, want at least 2 actions")
	case s.simplex:
		return control.Simplex{}, nil
	case s.budget != nil:
		c, wrong := in.constants(s.budget, "action-set: budget", 1)
		if wrong != nil {
			return nil, wrong
		}
		if !(c[0] > 0) {
			return nil, s.budget.errorf("action-set: budget is %g, want a number above 0", c[0])
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
				return nil, at.errorf("action-set: component %d is from %g to %g, want lower < upper", k, lo, upperConstant[k])
			}
		}
		return control.Box{Lower: lowerConstant, Upper: upperConstant}, nil
	}
	if s.lower == nil || s.upper == nil {
		at := s.upper
		if at == nil {
			at = s.lower
		}
		return nil, at.errorf("action-set: a bound that depends on t or x wants both lower and upper")
	}
	return control.StateBox{
		Lower: func(t, x value) value { return lower.call(t, x) },
		Upper: func(t, x value) value { return upper.call(t, x) },
	}, nil
}

// bound is one bound of a box, as numbers where it is constant.
func (s *actionSet) bound(in *instance, v *vector, field string, states, m int, none float64) (*fileFunction, []float64, *FileError) {
	if v == nil {
		return nil, constantStart(m, none), nil
	}
	f := &fileFunction{in: in, v: v, field: field, n: m, spread: true, names: []string{"t", "x"}}
	got, _, wrong := f.try(1, states)
	if wrong != nil || got.constant == nil {
		return f, nil, wrong
	}
	if len(got.constant) == 1 {
		return f, constantStart(m, got.constant[0]), nil
	}
	return f, got.constant, nil
}
