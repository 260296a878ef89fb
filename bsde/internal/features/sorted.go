package features

import "github.com/deepbsde/deepbsde/autodiff"

// Sorted are the features of states that all belong to one step, whose Numbers are the row at, for functions of one
// step alone: without time, which is the same in all states.
type Sorted struct {
	Vectors []autodiff.Node
	Linear  autodiff.Node // 1 and the pooled numbers
	Ridges  autodiff.Node // the random functions of these
	Tilde   autodiff.Node // x̃, bounded
	Clock   autodiff.Node // t
}

// Sorted adds them to a graph.
func (s *Set) Sorted(g *autodiff.Graph, at, x autodiff.Node) Sorted {
	p := s.placeOf(g, at)
	vectors, hidden := s.add(g, p, x)
	count := s.Ridges()
	return Sorted{vectors, g.Columns(hidden, count, 1+s.pools()), g.Columns(hidden, 0, count), g.Bounded(mostPooled, p.tilde(x)), p.clock}
}
