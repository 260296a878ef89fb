package simulated

import (
	"io"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/npz"
)

// WriteArrays writes the recorded paths for NumPy: t, and for each policy its states NAME_X, actions
// NAME_a and cost so far NAME_cost, which ends with the terminal one.
func (s *Simulation) WriteArrays(w io.Writer) error {
	steps, states, actions := s.Grid.Steps, s.Grid.StateDim, s.Grid.ActionDim
	times := npz.Array{Name: "t", Shape: []int{steps + 1}}
	for n := range steps + 1 {
		times.Data = append(times.Data, s.Grid.Time(n))
	}
	arrays := []npz.Array{times}
	for _, p := range s.Policies {
		var x, a, cost [][]float64
		for _, r := range p.Records {
			x, a = append(x, r.States...), append(a, r.Actions...)
			cost = append(cost, r.Costs[:steps], r.Costs[steps+1:]) // the last with the terminal one
		}
		count := len(p.Records)
		arrays = append(arrays,
			npz.Stacked(p.Name+"_X", []int{count, steps + 1, states}, x...),
			npz.Stacked(p.Name+"_a", []int{count, steps, actions}, a...),
			npz.Stacked(p.Name+"_cost", []int{count, steps + 1}, cost...))
	}
	return npz.Write(w, arrays)
}
