package equation

import (
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/autodiff/expr"
)

// JumpsIn tells whether an expression jumps in its first three inputs (x, y, z). Without a comparison or a rounding of these
// it does not. With one, two points between which it changes are brought together until nothing is between them: the
// expression must be the same at both then. What changes between no two points counts as a jump. pairs are values of
// the inputs, which are asked for where there is a comparison.
func JumpsIn(out expr.Value, inputs []expr.Value, pairs func() ([][2][][]float64, error)) (bool, error) {
	moving := inputs[:min(3, len(inputs))]
	list, err := expr.Nodes(out, inputs...)
	if err != nil {
		return false, err
	}
	for i := range moving {
		depends := expr.Depends(list, i, false)
		for k, n := range list {
			if n.Op == expr.OpUnary && n.Unary.Fn == expr.Floor && depends[k] {
				return true, nil
			}
		}
	}
	compared := expr.Compared(out, moving...)
	if len(compared) == 0 {
		return false, nil
	}
	f, err := expr.Compile(out, inputs...)
	if err != nil {
		return false, err
	}
	ends, err := pairs()
	if err != nil {
		return false, err
	}
	for _, c := range components(compared) {
		u, err := expr.Compile(c, inputs...)
		if err != nil {
			return false, err
		}
		seen := false
		for _, pair := range ends {
			jump, changes, err := jumpBetween(f, u, pair)
			if err != nil || jump {
				return jump, err
			}
			seen = seen || changes
		}
		if !seen {
			return true, nil
		}
	}
	return false, nil
}

// mostCompared is how many components of a comparison of vectors are tried, evenly among all.
const mostCompared = 8

// components are numbers of width 1.
func components(list []expr.Value) (out []expr.Value) {
	for _, v := range list {
		width := v.Width()
		for i := range min(width, mostCompared) {
			out = append(out, v.At(i*width/min(width, mostCompared)))
		}
	}
	return out
}

// jumpBetween tells whether u changes its sign between two points, and f jumps where it does.
func jumpBetween(f, u *expr.Func, pair [2][][]float64) (jump, changes bool, err error) {
	at := func(f *expr.Func, s float64) float64 {
		var in [][]float64
		for i, a := range pair[0] {
			p := slices.Clone(a)
			for j, b := range pair[1][i] {
				p[j] += s * (b - p[j])
			}
			in = append(in, p)
		}
		var out [1]float64
		if e := f.Eval(1, out[:], in...); e != nil {
			err = e
		}
		return out[0]
	}
	low, high := 0.0, 1.0
	side := at(u, low) > 0
	if side == (at(u, high) > 0) {
		return false, false, err
	}
	scale := math.Max(math.Abs(at(f, low)), math.Abs(at(f, high)))
	for middle := 0.5; middle != low && middle != high; middle = (low + high) / 2 {
		if (at(u, middle) > 0) == side {
			low = middle
		} else {
			high = middle
		}
	}
	const steep = 1e-6 // what f may change by in a distance of 1e-16 of that of the two points, in units of f
	return !(math.Abs(at(f, high)-at(f, low)) <= steep*scale), true, err
}
