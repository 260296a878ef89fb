package estimate

import (
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/autodiff/expr"
)

// jumpPaths is the number of paths between which jumps are looked for.
const jumpPaths = 64

// jumps tells whether g jumps in x, or f in x, y or z. Without a comparison or a rounding of these they do not. With
// one, two paths between which it changes are brought together until nothing is between them: g and f must be the same
// at both then. What changes between no two paths counts as a jump.
func (e *engine[T]) jumps() (bool, error) {
	if e.jumping != nil {
		return *e.jumping, nil
	}
	d := e.Eq.Dim
	t, x, y, z := expr.Input("t", 1), expr.Input("x", d), expr.Input("y", 1), expr.Input("z", d)
	var paths []Path
	sample := func() (err error) {
		if paths == nil {
			paths, err = e.paths(jumpPaths)
		}
		return err
	}
	found, err := jumpsIn(e.Eq.Terminal(x), []expr.Value{x}, func() (list [][2][][]float64, err error) {
		if err := sample(); err != nil {
			return nil, err
		}
		last := e.Grid.Steps()
		for i := range jumpPaths / 2 {
			list = append(list, [2][][]float64{{paths[i].X[last]}, {paths[i+jumpPaths/2].X[last]}})
		}
		return list, nil
	})
	if err == nil && !found && e.Eq.F != nil {
		// t is a number here: f may change when it likes.
		found, err = jumpsIn(e.Eq.Generator(t, x, y, z), []expr.Value{x, y, z, t}, func() (list [][2][][]float64, err error) {
			if err := sample(); err != nil {
				return nil, err
			}
			steps := e.Grid.Steps()
			for i := range jumpPaths / 2 {
				n := i % steps
				at := func(p Path) [][]float64 { return [][]float64{p.X[n], {p.Y[n]}, p.Z[n], {p.T[n]}} }
				list = append(list, [2][][]float64{at(paths[i]), at(paths[i+jumpPaths/2])})
			}
			return list, nil
		})
	}
	if err == nil {
		e.jumping = &found
	}
	return found, err
}

// jumpsIn is jumps for one expression, in all inputs but t. pairs are values of the inputs.
func jumpsIn(out expr.Value, inputs []expr.Value, pairs func() ([][2][][]float64, error)) (bool, error) {
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
	for _, c := range compared {
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
