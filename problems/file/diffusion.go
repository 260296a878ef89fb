package file

import (
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/problems/file/internal/formula"
	"github.com/deepbsde/deepbsde/problems/file/internal/source"
	"go.yaml.in/yaml/v4"
)

// diffusionSource is the diffusion of a problem file, in one of its forms:
//
//	a number, a list         σ = s·I, a diagonal
//	a list of lists          a matrix, constant or a function of t and x
//	a formula with dw        the action σ(t,x)·dw
//	{volatility, correlation}
//	{geometric, correlation}
type diffusionSource struct {
	node        *yaml.Node
	v           *formula.Vector   // a number, a list, a formula
	rows        []*formula.Vector // a matrix
	volatility  *formula.Vector
	geometric   *formula.Vector
	correlation *correlation
}

var diffusionKeys = []string{"volatility", "geometric", "correlation"}

func (r *reader) diffusion(n *yaml.Node) *diffusionSource {
	s := &diffusionSource{node: n}
	switch {
	case isMatrix(n):
		s.rows = r.matrix(n, "diffusion")
		return s
	case n.Kind != yaml.MappingNode:
		s.v = r.Vector(n, "diffusion")
		return s
	}
	for _, e := range r.Mapping(n, "diffusion", diffusionKeys) {
		switch e.Name {
		case "volatility":
			s.volatility = r.Vector(e.Value, "diffusion: volatility")
		case "geometric":
			s.geometric = r.Vector(e.Value, "diffusion: geometric")
		case "correlation":
			s.correlation = r.correlation(e.Value)
		}
	}
	switch {
	case s.volatility != nil && s.geometric != nil:
		r.Fail(n, "diffusion has both volatility and geometric, want one of them: σ = diag(v)·L or diag(v)·diag(x)·L")
	case s.volatility == nil && s.geometric == nil:
		r.Fail(n, "diffusion wants volatility or geometric beside correlation")
	}
	return s
}

// isMatrix tells whether the node is a list of lists.
func isMatrix(n *yaml.Node) bool {
	return n.Kind == yaml.SequenceNode && len(n.Content) > 0 && n.Content[0].Kind == yaml.SequenceNode
}

// matrix reads a list of rows.
func (r *reader) matrix(n *yaml.Node, what string) []*formula.Vector {
	var rows []*formula.Vector
	for _, row := range r.Items(n, what) {
		if row.Kind != yaml.SequenceNode {
			r.Fail(row, "a row of %s is %s, want a list", what, source.KindName(row))
			return nil
		}
		if first := n.Content[0]; len(row.Content) != len(first.Content) {
			r.Fail(row, "a row of %s has %d entries, the first one %d", what, len(row.Content), len(first.Content))
			return nil
		}
		rows = append(rows, r.Vector(row, what))
	}
	return rows
}

// build is the diffusion of n components.
func (s *diffusionSource) build(in *formula.Instance, n int) (pde.Diffusion, *source.Error) {
	switch {
	case s.rows != nil:
		return s.dense(in, n)
	case s.v != nil:
		return s.simple(in, n)
	case s.geometric != nil:
		v, wrong := in.Constants(s.geometric, "diffusion: geometric", n)
		if wrong != nil {
			return nil, wrong
		}
		if s.correlation == nil && !s.geometric.List() && same(v) {
			return pde.Geometric(v[0]), nil
		}
		l, wrong := s.correlation.factor(in, s.geometric, v)
		return pde.CorrelatedGeometric(l), wrong
	}
	v, wrong := in.Constants(s.volatility, "diffusion: volatility", n)
	if wrong != nil {
		return nil, wrong
	}
	switch {
	case s.correlation == nil && same(v):
		return pde.Scalar(v[0]), nil
	case s.correlation == nil:
		return pde.Diagonal(v), nil
	}
	l, wrong := s.correlation.factor(in, s.volatility, v)
	return pde.Dense(l), wrong
}

func same(v []float64) bool {
	for _, c := range v {
		if c != v[0] {
			return false
		}
	}
	return true
}

// simple is a number, a list or a formula.
func (s *diffusionSource) simple(in *formula.Instance, n int) (pde.Diffusion, *source.Error) {
	if m := s.v.Matrix(in); m != nil {
		if len(m) != n || len(m[0]) != n {
			return nil, s.v.Errorf("diffusion is a %d×%d matrix, want %d×%d", len(m), len(m[0]), n, n)
		}
		return pde.Dense(m), nil
	}
	f := &formula.Function{Instance: in, Vector: s.v, Field: "diffusion", N: n, Spread: true, Names: []string{"t", "x", "dw"}}
	got, used, wrong := f.Try(1, n, n)
	if wrong == nil {
		wrong = s.v.Finite(got, "diffusion")
	}
	if wrong != nil {
		return nil, wrong
	}
	switch {
	case used["dw"]:
		// One component for all would be the same noise everywhere; whoever wants it
		// writes broadcast(…, d).
		f.Spread = false
		if wrong := s.v.Fit(got, "diffusion, the action on dw,", n, false); wrong != nil {
			return nil, wrong
		}
		return pde.DiffusionFunc(func(t, x, dw expr.Value) expr.Value { return f.Call(t, x, dw) }), nil
	case got.Constant == nil && !s.v.List():
		return nil, s.v.Errorf("diffusion depends on t or x but not on the noise, want its action on dw: write (…)*dw")
	case got.Constant == nil:
		return pde.DiffusionFunc(func(t, x, dw expr.Value) expr.Value { return f.Call(t, x, dw).Mul(dw) }), nil
	case len(got.Constant) == 1 && !s.v.List():
		return pde.Scalar(got.Constant[0]), nil
	}
	return pde.Diagonal(got.Constant), nil
}

// dense is a matrix.
func (s *diffusionSource) dense(in *formula.Instance, n int) (pde.Diffusion, *source.Error) {
	if len(s.rows) != n {
		return nil, s.rows[0].ErrorAt(s.node, "diffusion has %d rows, want %d", len(s.rows), n)
	}
	if c := s.rows[0].Len(); c != n {
		return nil, s.at("diffusion is a %d×%d matrix, want %d×%d; with %d noises write noise: %d", n, c, n, n, c, c)
	}
	isConstant := true
	matrix := make([][]float64, n)
	rows := make([]*formula.Function, n)
	for k, v := range s.rows {
		rows[k] = &formula.Function{Instance: in, Vector: v, Field: "a row of diffusion", N: n, Names: []string{"t", "x"}}
		got, _, wrong := rows[k].Try(1, n)
		if wrong != nil {
			return nil, wrong
		}
		isConstant = isConstant && got.Constant != nil
		matrix[k] = got.Constant
	}
	if isConstant {
		return pde.Dense(matrix), nil
	}
	return pde.DiffusionFunc(func(t, x, dw expr.Value) expr.Value { return times(rows, t, x, dw) }), nil
}

// times is a matrix by its rows times dw.
func times(rows []*formula.Function, t, x, dw value) value {
	parts := make([]value, len(rows))
	for k, row := range rows {
		parts[k] = row.Call(t, x).Dot(dw)
	}
	return expr.Concat(parts...)
}

// isLinear tries whether σ(t,x)·dw, for m noises, is linear in dw, at a point near the start.
func isLinear(action func(t, x, dw value) value, m int, start []float64, time float64) (bool, error) {
	n := len(start)
	t, x, dw := expr.Input("t", 1), expr.Input("x", n), expr.Input("dw", m)
	f, err := expr.Compile(action(t, x, dw), t, x, dw)
	if err != nil {
		return false, err
	}
	point, noise := make([]float64, n), make([]float64, 3*m)
	for k := range n {
		point[k] = start[k] + 0.1*math.Sin(float64(k+1))
	}
	for k := range m {
		noise[k], noise[m+k] = math.Cos(float64(3*k+1)), math.Sin(float64(2*k+5))
		noise[2*m+k] = 2*noise[k] - 3*noise[m+k]
	}
	points := append(append(append([]float64{}, point...), point...), point...)
	out := make([]float64, 3*n)
	if err := f.Eval(3, out, []float64{time}, points, noise); err != nil {
		return false, err
	}
	size, worst := 0.0, 0.0
	for k := range n {
		u, v, w := out[k], out[n+k], out[2*n+k]
		size = math.Max(size, math.Abs(u)+math.Abs(v))
		worst = math.Max(worst, math.Abs(2*u-3*v-w))
	}
	// What is not finite is for Validate to report; rounding is a thousand times less.
	return !(worst > 1e-9*size), nil
}

// checkLinear is an error at the node where σ(t,x)·dw is not linear in dw.
func checkLinear(n *yaml.Node, s *source.Document, sigma pde.Diffusion, start []float64, horizon float64) *source.Error {
	if _, isFormula := sigma.(pde.DiffusionFunc); !isFormula {
		return nil
	}
	return checkAction(n, s, sigma.Mul, len(start), start, horizon)
}

// checkAction is checkLinear for m noises.
func checkAction(n *yaml.Node, s *source.Document, action func(t, x, dw value) value, m int, start []float64, horizon float64) *source.Error {
	if ok, err := isLinear(action, m, start, horizon/3); err == nil && !ok {
		return s.ErrorAt(n.Line, n.Column, "diffusion, the action on dw, is not linear in dw; want σ(t,x)·dw")
	}
	return nil
}
