// Package dependence finds out from its form on what the components of a next state
// depend: on which of the state, on the action, on the noise.
package dependence

import (
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
)

// Split parts the components of the state into exogenous ones, whose next value depends
// on themselves and the noise, and controlled ones, whose next value depends on all of
// the state and the action, but not on the noise.
type Split struct {
	Exogenous, Controlled []int
}

// What a component of an expression depends on: bit j is component j of the state.
const (
	OnAction = 1 << 62
	OnNoise  = 1 << 63
)

// NewSplit is the split for the dependencies of each component of the next state, nil
// where there is none.
func NewSplit(deps []uint64) *Split {
	var exogenous uint64
	for j, d := range deps {
		if d&OnAction == 0 {
			exogenous |= 1 << j
		}
	}
	for changed := true; changed; { // out with those that depend on controlled ones
		changed = false
		for j, d := range deps {
			if exogenous&(1<<j) != 0 && d&^(OnNoise|exogenous) != 0 {
				exogenous &^= 1 << j
				changed = true
			}
		}
	}
	s := &Split{}
	for j, d := range deps {
		switch {
		case exogenous&(1<<j) != 0:
			s.Exogenous = append(s.Exogenous, j)
		case d&OnNoise != 0:
			return nil
		default:
			s.Controlled = append(s.Controlled, j)
		}
	}
	return s
}

// Of tells for each component of an expression in t, x, a, w on what it
// depends, as far as its form shows.
func Of(out, t, x, a, w expr.Value) ([]uint64, error) {
	nodes, err := expr.Nodes(out, t, x, a, w)
	if err != nil {
		return nil, err
	}
	if x.Width() > 62 {
		all := make([]uint64, out.Width())
		for j := range all {
			all[j] = math.MaxUint64
		}
		return all, nil
	}
	sets := make([][]uint64, len(nodes))
	for i, n := range nodes {
		set := make([]uint64, n.Width)
		arg := func(k, j int) uint64 { // of component j of operand k, repeated
			s := sets[n.Args[k]]
			if len(s) == 1 {
				return s[0]
			}
			return s[j]
		}
		for j := range set {
			switch n.Op {
			case expr.OpConst:
			case expr.OpInput:
				set[j] = [4]uint64{0, 1 << j, OnAction, OnNoise}[n.Input]
			case expr.OpSlice:
				set[j] = sets[n.Args[0]][n.Lo+j]
			case expr.OpConcat:
				k, c := 0, j
				for ; c >= len(sets[n.Args[k]]); k++ {
					c -= len(sets[n.Args[k]])
				}
				set[j] = sets[n.Args[k]][c]
			case expr.OpLinear:
				in := sets[n.Args[0]]
				for c, s := range in {
					if n.Data[j*len(in)+c] != 0 {
						set[j] |= s
					}
				}
			case expr.OpUnary, expr.OpBinary, expr.OpSelect, expr.OpBroadcast:
				for k := range n.Args {
					set[j] |= arg(k, j)
				}
			default: // reductions
				for k := range n.Args {
					for _, s := range sets[n.Args[k]] {
						set[j] |= s
					}
				}
			}
		}
		sets[i] = set
	}
	return sets[len(sets)-1], nil
}
