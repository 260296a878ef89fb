package equation

import (
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
)

// strongDiscount is the c·T from which on a linear part −c y of f is taken out of the
// recursion. Below it the Euler step does as well.
const strongDiscount = 1

// discount is the c of f = −c y + r(t, x, y, z), from the terms of f that are multiples of y.
func discount(list []expr.Node) float64 {
	c := make([]float64, len(list))
	depends := DependsOn(list, InY, false)
	for i, n := range list {
		if !depends[i] || n.Width != 1 {
			continue
		}
		switch n.Op {
		case expr.OpInput:
			c[i] = 1
		case expr.OpUnary:
			switch n.Unary.Fn {
			case expr.Scale:
				c[i] = n.Unary.C * c[n.Args[0]]
			case expr.AddConst:
				c[i] = c[n.Args[0]]
			}
		case expr.OpBinary:
			a, b := n.Args[0], n.Args[1]
			switch n.Bin {
			case expr.Add:
				c[i] = c[a] + c[b]
			case expr.Sub:
				c[i] = c[a] - c[b]
			case expr.Mul:
				if v, ok := number(list[a]); ok {
					c[i] = v * c[b]
				} else if v, ok := number(list[b]); ok {
					c[i] = v * c[a]
				}
			case expr.Div:
				if v, ok := number(list[b]); ok && v != 0 {
					c[i] = c[a] / v
				}
			}
		}
	}
	return -c[len(c)-1]
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

// SpanBack is Span for the recursion backward in time, y_n = y_{n+1} + f (1 − e^{−ch})/c.
func (e *Equation) SpanBack(h float64) float64 {
	if e.Discount == 0 {
		return h
	}
	return -math.Expm1(-e.Discount*h) / e.Discount
}

// Shrink is e^{−c(T−t)}, how much smaller u(t, ·) is than g for the discount alone.
func (e *Equation) Shrink(t float64) float64 {
	if e.Discount == 0 {
		return 1
	}
	return math.Exp(-e.Discount * (e.Horizon - t))
}
