// Package params has what methods do with the parameters of a network: start them, and
// list them with their optimiser's moments for checkpoints.
package params

import (
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
