// Package params has what methods do with the parameters of a network: start them, and
// list them with their optimiser's moments for checkpoints.
package params

import (
	"fmt"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/safetensors"
)

// Convert is a copy of v in precision T.
func Convert[T autodiff.Float](v []float64) []T {
	out := make([]T, len(v))
	for i, x := range v {
		out[i] = T(x)
	}
	return out
}

// Begin fills the parameters from the arrays of a checkpoint of another run of the same network,
// or none of them. What belongs to its training, as the moments of Adam, is left out.
func Begin[T autodiff.Float](l *autodiff.Layout, params []T, saved []safetensors.Tensor) error {
	from := map[string][]T{}
	for _, s := range saved {
		if data, ok := s.Data.([]T); ok {
			from[fmt.Sprint(s.Name, s.Shape)] = data
		}
	}
	for _, p := range l.Params() {
		if _, ok := from[key(p)]; !ok {
			return fmt.Errorf("it has no %s with the shape [%d %d] in this precision", p.Name, p.Rows, p.Cols)
		}
	}
	for _, p := range l.Params() {
		copy(params[p.Offset:p.Offset+p.Size()], from[key(p)])
	}
	return nil
}

func key(p autodiff.Param) string { return fmt.Sprint(p.Name, []int{p.Rows, p.Cols}) }

// Tensors are the live arrays of a model and its optimiser, nil for none.
func Tensors[T autodiff.Float](l *autodiff.Layout, params, states []T, adam *autodiff.Adam[T]) (list []safetensors.Tensor) {
	add := func(prefix string, all []autodiff.Param, data []T) {
		for _, p := range all {
			list = append(list, safetensors.Tensor{Name: prefix + p.Name, Shape: []int{p.Rows, p.Cols}, Data: data[p.Offset : p.Offset+p.Size()]})
		}
	}
	add("", l.Params(), params)
	add("", l.States(), states)
	if adam == nil {
		return list
	}
	add("adam.m/", l.Params(), adam.Moment1)
	add("adam.v/", l.Params(), adam.Moment2)
	return list
}
