package equation

import (
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
)

// strongDiscount is the c·T from which on a linear part −c y of f is taken out of the
// recursion. Below it the Euler step does as well.
const strongDiscount = 1

// discount is the c of f = −c y + r(t, x, y, z), from the terms of f that are multiples of y, and
// whether r is free of y.
func discount(list []expr.Node) (c float64, whole bool) {
	parts, known := make([]float64, len(list)), make([]bool, len(list)) // whether the rest is free of y
	depends := DependsOn(list, InY, false)
	for i, n := range list {
		switch {
		case !depends[i]:
			known[i] = true
		case n.Op == expr.OpInput:
			parts[i], known[i] = 1, true
		case n.Width == 1 && n.Op == expr.OpUnary:
			switch a := n.Args[0]; n.Unary.Fn {
			case expr.Scale:
				parts[i], known[i] = n.Unary.C*parts[a], known[a]
			case expr.AddConst:
				parts[i], known[i] = parts[a], known[a]
			}
		case n.Width == 1 && n.Op == expr.OpBinary:
			a, b := n.Args[0], n.Args[1]
			switch n.Bin {
			case expr.Add:
				parts[i], known[i] = parts[a]+parts[b], known[a] && known[b]
			case expr.Sub:
				parts[i], known[i] = parts[a]-parts[b], known[a] && known[b]
			case expr.Mul:
				if v, ok := number(list[a]); ok {
					parts[i], known[i] = v*parts[b], known[b]
				} else if v, ok := number(list[b]); ok {
					parts[i], known[i] = v*parts[a], known[a]
				}
			case expr.Div:
				if v, ok := number(list[b]); ok && v != 0 {
					parts[i], known[i] = parts[a]/v, known[a]
				}
			}
		}
	}
	last := len(list) - 1
	return -parts[last], known[last]
}

// number is the value of a constant.
func number(n expr.Node) (float64, bool) {
	if n.Op != expr.OpConst || len(n.Data) != 1 {
		return 0, false
	}
	return n.Data[0], true
}

// Span is what f is multiplied by in a step of length h of the recursion,
//
//	Y_{n+1} = Y_n − f (e^{ch} − 1)/c + Z·ΔW,
//
// with the c of Discount: exact for f = −c y (exponential Euler). For c = 0 it is h.
func (e *Equation) Span(h float64) float64 {
	if e.Discount == 0 {
		return h
	}
	return math.Expm1(e.Discount*h) / e.Discount
}

// Shrink is e^{−c(T−t)}, how much smaller u(t, ·) is than g for the discount alone.
func (e *Equation) Shrink(t float64) float64 {
	if e.Discount == 0 {
		return 1
	}
	return math.Exp(-e.Discount * (e.Horizon - t))
}

// Phi is φ(a) = (e^a − 1)/a, 1 for a = 0: the weight of a constant in a step of the exponential Euler method.
func Phi(a float64) float64 {
	if math.Abs(a) < 1e-12 {
		return 1
	}
	return math.Expm1(a) / a
}
