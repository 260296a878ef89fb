package programme

import (
	"context"
	"math"

	"github.com/deepbsde/deepbsde/autodiff/parallel"
)

// mean is E V(c, X'_e) as a table over the controlled components c and the present
// exogenous ones e.
func (p *induction) mean(ctx context.Context, workers, n int, states, value []float64) ([]float64, error) {
	if len(p.split.Exogenous) == 0 {
		return value, nil
	}
	exo, con := p.places(p.split.Exogenous), p.places(p.split.Controlled)
	out := make([]float64, len(value))
	d, t, nodes := p.StateDim, []float64{p.Time(n)}, len(p.weights)
	idle := make([]float64, p.ActionDim) // the exogenous components do not look at it
	err := parallel.Chunks(ctx, workers, len(exo), func(c int) error {
		next := make([]float64, nodes*d)
		if err := p.stages[n].next.Eval(nodes, next, t, states[exo[c]*d:(exo[c]+1)*d], idle, p.noise); err != nil {
			return err
		}
		share := map[int]float64{} // of each exogenous grid point in the mean
		var order []int            // sums in a fixed order, for equal bits
		for q, weight := range p.weights {
			p.spread(next[q*d:(q+1)*d], 0, 0, weight, func(place int, w float64) {
				if _, ok := share[place]; !ok {
					order = append(order, place)
				}
				share[place] += w
			})
		}
		for _, base := range con {
			sum := 0.0
			for _, place := range order {
				sum += share[place] * value[base+place]
			}
			out[base+exo[c]] = sum
		}
		return nil
	})
	return out, err
}

// places are the places in a table of all points of the given axes, at the first point
// of the others.
func (p *induction) places(which []int) []int {
	list := []int{0}
	for _, j := range which {
		ax := p.axes.list[j]
		longer := make([]int, 0, len(list)*ax.n)
		for _, place := range list {
			for i := range ax.n {
				longer = append(longer, place+i*ax.stride)
			}
		}
		list = longer
	}
	return list
}

// spread shares a weight at x among the exogenous grid points around it.
func (p *induction) spread(x []float64, k, place int, weight float64, add func(place int, w float64)) {
	if k == len(p.split.Exogenous) {
		add(place, weight)
		return
	}
	j := p.split.Exogenous[k]
	ax := &p.axes.list[j]
	i, share := ax.cell(x[j])
	if math.IsNaN(x[j]) {
		share, weight = 0, math.NaN()
		i = 0
	}
	place += i * ax.stride
	p.spread(x, k+1, place, weight*(1-share), add)
	if share != 0 {
		p.spread(x, k+1, place+ax.stride, weight*share, add)
	}
}
