package deep

import (
	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/bsde/network"
)

// field is Z of a model.
type field[T autodiff.Float] struct{ m *model[T] }

// Z adds Z of a step.
func (f field[T]) Z(g *autodiff.Graph, k int, x autodiff.Node) autodiff.Node {
	z, _ := f.m.bend(f.m.builder(g), k, 1, 1, x)
	return z
}

// bend adds Z and Γ of some steps on every stride-th grid point to a graph: what is fitted and the
// network on top of it, which are of the order of Z at T and shrink with the discount. Γ is the
// zero Node where there is none.
func (m *model[T]) bend(b *network.Builder, first, count, stride int, x autodiff.Node) (z, gamma autodiff.Node) {
	if m.base != nil {
		z, gamma = m.base.Bend(b, first, count, stride, x)
	}
	if m.net != nil {
		top := m.net.Z(b, first, count, x)
		if m.base != nil {
			top = b.Add(z, b.Mul(m.left(b), top))
		}
		z = top
	}
	if m.Eq.Discount == 0 {
		return z, gamma
	}
	by := make([]float64, 0, x.Rows)
	for n := first; n < first+count; n++ {
		for range x.Rows / count {
			by = append(by, m.Eq.Shrink(m.Grid.Point(n)))
		}
	}
	shrink := b.Constant(x.Rows, 1, by)
	if m.base != nil {
		gamma = b.Mul(shrink, gamma)
	}
	return b.Mul(shrink, z), gamma
}

// left is the share of the spread that the fit has left: the unit of what Adam trains on top of it.
func (m *model[T]) left(b *network.Builder) autodiff.Node {
	return b.State(leftName, 1, 1, autodiff.Fill(1))
}

// strides are the levels of the estimate.
func (m *model[T]) strides() []int { return estimate.Strides(m.Grid.Steps()) }
