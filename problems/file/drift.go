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
			s.linear = r.Vector(e.Value, "drift: linear")
		case "mean-reverting":
			for _, e := range r.Mapping(e.Value, "drift: mean-reverting", []string{"rate", "mean"}) {
				if e.Name == "rate" {
					s.rate = r.Vector(e.Value, "drift: mean-reverting: rate")
				} else {
					s.mean = r.Vector(e.Value, "drift: mean-reverting: mean")
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

// build is the drift as a function of t and x, of n components.
func (s *driftSource) build(in *formula.Instance, n int) (pde.Drift, *source.Error) {
	switch {
	case s.linear != nil:
		c, wrong := in.Constants(s.linear, "drift: linear", n)
		if wrong != nil {
			return nil, wrong
		}
		if same(c) {
			return pde.LinearDrift(c[0]), nil
		}
		return pde.DiagonalDrift(c), nil
	case s.rate != nil:
		return s.reversion(in, n)
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

// reversion is k (m − x). Its paths are exact where k and m are one number each.
func (s *driftSource) reversion(in *formula.Instance, n int) (pde.Drift, *source.Error) {
	rate, wrong := in.Constants(s.rate, "drift: mean-reverting: rate", n)
	if wrong != nil {
		return nil, wrong
	}
	if same(rate) && rate[0] == 0 {
		return nil, s.rate.Errorf("drift: mean-reverting: rate is 0, want another number, or no drift")
	}
	mean := &formula.Function{Instance: in, Vector: s.mean, Field: "drift: mean-reverting: mean", N: n, Spread: true, Names: []string{"t"}}
	got, _, wrong := mean.Try(1)
	if wrong == nil {
		wrong = s.mean.Finite(got, "drift: mean-reverting: mean")
	}
	if wrong != nil {
		return nil, wrong
	}
	if m := got.Constant; m != nil && same(rate) && same(m) {
		return pde.MeanReverting{Rate: rate[0], Mean: m[0]}, nil
	}
	k := expr.Vector(rate)
	return pde.DriftFunc(func(t, x expr.Value) expr.Value { return mean.Call(t).Sub(x).Mul(k) }), nil
}
