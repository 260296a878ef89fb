package walk

import (
	"slices"

	"github.com/deepbsde/deepbsde/pde/grid"
)

// Origin is a point (t, x) from which paths are walked, with the steps of the walk.
type Origin struct {
	T       float64
	X       []float64 // d
	Nets    []int     // of each step, the grid's step whose field is used
	Lengths []float64 // of each step
	Times   []float64 // where each begins
	Regular bool      // all lengths are the first
	Scale   float64   // of Z of the field; 1 takes it as it is
}

// Start is (0, x0) on a time grid.
func Start(g *grid.Grid, x []float64) *Origin {
	o := &Origin{X: x, Regular: g.Regular(), Scale: 1}
	for n := range g.Steps() {
		o.add(g.Time(n), g.Length(n), n)
	}
	return o
}

// fewest is the number of steps that all origins but (0, x0) have at least: enough for
// the three levels of an estimate.
const fewest = 4

// From is the point (t, x), 0 ≤ t < T. Between the times of the grid the first step
// ends on one of them, at least half a step away. Close to T steps are divided. The field
// of step 0 is not used where it has seen x0 alone.
func From(g *grid.Grid, t float64, x []float64, fixedStart bool) *Origin {
	o, n := &Origin{T: t, X: x, Scale: 1}, g.Steps()
	first := g.Step(t)
	if next := first + 1; next < n && g.Time(next)-t < g.Length(first)/2 {
		first = next
	}
	parts := (fewest + n - first - 1) / (n - first)
	for k := first; k < n; k++ {
		length, net := g.Length(k), k
		if k == first {
			length = g.Horizon() - g.Left(k+1) - t
			if k == 0 && fixedStart && n > 1 {
				net = 1 // that of step 0 has seen x0 alone
			}
		}
		begin := g.Horizon() - g.Left(k+1) - length
		for i := range parts {
			part := length / float64(parts)
			o.add(begin+float64(i)*part, part, net)
		}
	}
	return o
}

func (o *Origin) add(t, length float64, net int) {
	o.Times, o.Lengths, o.Nets = append(o.Times, t), append(o.Lengths, length), append(o.Nets, net)
}

// Steps is the number of steps.
func (o *Origin) Steps() int { return len(o.Nets) }

// Length is that of count steps from step i on.
func (o *Origin) Length(i, count int) float64 {
	if o.Regular {
		return float64(count) * o.Lengths[0]
	}
	sum := 0.0
	for _, h := range o.Lengths[i : i+count] {
		sum += h
	}
	return sum
}

// MeanStep is Σ hᵢ²/Σ hᵢ on every stride-th point, the step that the first-order error is
// proportional to: the first step, and the last one of a coarse grid, may be shorter than
// the others.
func (o *Origin) MeanStep(stride int) float64 {
	sum, squares := 0.0, 0.0
	for i := 0; i < o.Steps(); i += stride {
		step := o.Length(i, min(stride, o.Steps()-i))
		sum += step
		squares += step * step
	}
	return squares / sum
}

// Like tells whether the steps of two origins are the same, whatever their x.
func (o *Origin) Like(p *Origin) bool {
	return o.T == p.T && o.Scale == p.Scale && o.Regular == p.Regular && slices.Equal(o.Nets, p.Nets) && slices.Equal(o.Lengths, p.Lengths)
}

// Span is the time from the origin to the end of the walk.
func (o *Origin) Span() float64 {
	last := o.Steps() - 1
	return o.Times[last] + o.Lengths[last] - o.T
}

// Scaled is the origin with Z of the field taken c times.
func (o *Origin) Scaled(c float64) *Origin {
	p := *o
	p.Scale = c
	return &p
}

// Head is the first k steps of the walk.
func (o *Origin) Head(k int) *Origin {
	return &Origin{T: o.T, X: o.X, Scale: o.Scale, Regular: o.Regular, Nets: o.Nets[:k], Lengths: o.Lengths[:k], Times: o.Times[:k]}
}

// Tail is the walk from step k on, from wherever the paths are then.
func (o *Origin) Tail(k int) *Origin {
	return &Origin{T: o.Times[k], Scale: o.Scale, Regular: o.Regular, Nets: o.Nets[k:], Lengths: o.Lengths[k:], Times: o.Times[k:]}
}
