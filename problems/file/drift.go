package problems

import (
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
	"go.yaml.in/yaml/v4"
)

// driftSource is the drift of a problem file: a formula, a list, or one of the kinds
// whose paths package pde samples exactly.
type driftSource struct {
	node   *yaml.Node
	v      *vector // else nil
	linear *vector
	rate   *vector // of a mean-reverting drift
	mean   *vector
}

var driftKeys = []string{"linear", "mean-reverting"}

func (r *reader) drift(n *yaml.Node) *driftSource {
	s := &driftSource{node: n}
	if n.Kind != yaml.MappingNode {
		s.v = r.vector(n, "drift")
		return s
	}
	for _, e := range r.mapping(n, "drift", driftKeys) {
		switch e.name {
		case "linear":
			s.linear = r.one(e.value, "drift: linear")
		case "mean-reverting":
			for _, e := range r.mapping(e.value, "drift: mean-reverting", []string{"rate", "mean"}) {
				if e.name == "rate" {
					s.rate = r.one(e.value, "drift: mean-reverting: rate")
				} else {
					s.mean = r.one(e.value, "drift: mean-reverting: mean")
				}
			}
			if s.rate == nil || s.mean == nil {
				r.fail(e.value, "drift: mean-reverting needs both rate and mean")
			}
		}
	}
	if (s.linear == nil) == (s.rate == nil) {
		r.fail(n, "drift wants one of linear and mean-reverting")
	}
	return s
}

// one is a vector that must be a single formula.
func (r *reader) one(n *yaml.Node, what string) *vector {
	return &vector{node: n, parts: []*formula{r.formula(n, what)}}
}

// build is the drift as a function of t and x, of n components.
func (s *driftSource) build(in *instance, n int) (pde.Drift, *FileError) {
	switch {
	case s.linear != nil:
		c, wrong := in.constants(s.linear, "drift: linear", 1)
		if wrong != nil {
			return nil, wrong
		}
		return pde.LinearDrift(c[0]), nil
	case s.rate != nil:
		rate, wrong := in.constants(s.rate, "drift: mean-reverting: rate", 1)
		if wrong != nil {
			return nil, wrong
		}
		mean, wrong := in.constants(s.mean, "drift: mean-reverting: mean", 1)
		if wrong != nil {
			return nil, wrong
		}
		if rate[0] == 0 {
			return nil, s.rate.errorf("drift: mean-reverting: rate is 0, want another number, or no drift")
		}
		return pde.MeanReverting{Rate: rate[0], Mean: mean[0]}, nil
	}
	f := &fileFunction{in: in, v: s.v, field: "drift", n: n, spread: true, names: []string{"t", "x"}}
	got, _, wrong := f.try(1, n)
	if wrong != nil {
		return nil, wrong
	}
	if wrong := s.v.finite(got, "drift"); wrong != nil {
		return nil, wrong
	}
	switch {
	case got.constant == nil:
		return pde.DriftFunc(func(t, x expr.Value) expr.Value { return f.call(t, x) }), nil
	case len(got.constant) == 1 && !s.v.list:
		return pde.ConstantDrift(got.constant[0]), nil
	}
	return pde.VectorDrift(got.constant), nil
}
