package file

import (
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/problems/file/internal/formula"
	"github.com/deepbsde/deepbsde/problems/file/internal/source"
	"go.yaml.in/yaml/v4"
)

// startSource is the start of a problem file: one point, or the region that random
// starts cover, {box: [lo, hi]} or {normal: [mean, std]}.
type startSource struct {
	node          *yaml.Node
	kind          string          // "", "box" or "normal"
	first, second *formula.Vector // the point; the lower and upper ends; mean and standard deviation
}

// startParts are the two values of each kind in words.
var startParts = map[string][2]string{"box": {"lower end", "upper end"}, "normal": {"mean", "standard deviation"}}

func (r *reader) start(n *yaml.Node) *startSource {
	s := &startSource{node: n}
	if n.Kind != yaml.MappingNode {
		s.first = r.Vector(n, "start")
		return s
	}
	list := r.Mapping(n, "start", []string{"box", "normal"})
	if r.Err == nil && len(list) != 1 {
		r.Fail(n, "start is a mapping with %d keys, want one of box and normal", len(list))
	}
	if r.Err != nil {
		return s
	}
	s.kind = list[0].Name
	parts, two := startParts[s.kind], list[0].Value
	what := "start: " + s.kind
	if two.Kind != yaml.SequenceNode {
		r.Fail(two, "%s is %s, want a list of two, [%s, %s]", what, source.KindName(two), parts[0], parts[1])
		return s
	}
	if len(two.Content) != 2 {
		r.Fail(two, "%s is a list of %d, want two values, [%s, %s], each a number, a list of components or a formula", what, len(two.Content), parts[0], parts[1])
		return s
	}
	s.first = r.Vector(two.Content[0], what+": "+parts[0])
	s.second = r.Vector(two.Content[1], what+": "+parts[1])
	return s
}

// startRegion is where paths start: at x0, or at random around it with the given standard
// deviations of the independent components.
type startRegion struct {
	x0         []float64
	random     func(xi value) value // of d normal numbers ξ; nil: at x0
	deviations []float64
}

// build is the start; x0 is the centre of a box and the mean of a normal start.
func (s *startSource) build(in *formula.Instance, n int) (r startRegion, wrong *source.Error) {
	if s == nil {
		return startRegion{x0: make([]float64, n)}, nil
	}
	if s.kind == "" {
		r.x0, wrong = in.Constants(s.first, "start", n)
		return r, wrong
	}
	parts, what := startParts[s.kind], "start: "+s.kind
	first, wrong := in.Constants(s.first, what+": "+parts[0], n)
	if wrong != nil {
		return r, wrong
	}
	second, wrong := in.Constants(s.second, what+": "+parts[1], n)
	if wrong != nil {
		return r, wrong
	}
	if s.kind == "normal" {
		for k, v := range second {
			if !(v > 0) {
				return r, s.second.Errorf("%s: the standard deviation of component %d is %g, want a number above 0", what, k, v)
			}
		}
		return startRegion{first, func(xi value) value { return affine(xi, second, first) }, second}, nil
	}
	r = startRegion{x0: make([]float64, n), deviations: make([]float64, n)}
	width := make([]float64, n)
	for k, lo := range first {
		hi := second[k]
		if !(lo < hi) {
			return r, s.second.Errorf("%s: component %d is from %g to %g, want lower < upper", what, k, lo, hi)
		}
		r.x0[k], width[k], r.deviations[k] = lo+(hi-lo)/2, hi-lo, (hi-lo)/math.Sqrt(12)
	}
	r.random = func(xi value) value { return affine(xi.NormCDF(), width, first) }
	return r, nil
}

// affine is v·scale + shift, component by component.
func affine(v value, scale, shift []float64) value {
	if same(scale) {
		v = v.Scale(scale[0])
	} else {
		v = v.Mul(expr.Vector(scale))
	}
	if same(shift) {
		return v.AddConst(shift[0])
	}
	return v.Add(expr.Vector(shift))
}
