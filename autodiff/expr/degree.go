package expr

import (
	"math"
	"slices"
)

// form is what the operations up to one show of it as a polynomial in some inputs.
type form struct {
	degree int  // −1: no polynomial is shown
	others bool // it contains other inputs
	mixed  bool // so do the coefficients of powers above 0
}

// Degree is that of the last of a list of operations as a polynomial in some of its inputs
// together, and tells whether the coefficients of the powers above 0 are constants. The
// degree is −1 where the operations alone do not show a polynomial, and may be above the
// true one where terms cancel.
func Degree(list []Node, inputs ...int) (degree int, constant bool) {
	forms := make([]form, len(list))
	for i, n := range list {
		f := form{}
		if n.Op == OpInput {
			f.others = !slices.Contains(inputs, n.Input)
			if !f.others {
				f.degree = 1
			}
			forms[i] = f
			continue
		}
		args := make([]form, len(n.Args))
		flat := true
		for k, a := range n.Args {
			args[k] = forms[a]
			f.others, f.mixed = f.others || args[k].others, f.mixed || args[k].mixed
			flat = flat && args[k].degree == 0
		}
		if !flat { // else it is a constant, whatever the operation
			f.raise(n, list, forms, args)
		}
		forms[i] = f
	}
	last := forms[len(forms)-1]
	return last.degree, last.degree >= 0 && !last.mixed
}

// raise sets the degree of an operation on operands that are not all constants.
func (f *form) raise(n Node, list []Node, forms, args []form) {
	f.degree = -1
	for _, a := range args {
		if a.degree < 0 && !squaresNorm(n, list) {
			return
		}
	}
	most := 0
	for _, a := range args {
		most = max(most, a.degree)
	}
	switch n.Op {
	case OpSum, OpSlice, OpConcat, OpLinear, OpBroadcast:
		f.degree = most
	case OpUnary:
		f.unary(n, list, forms, args[0])
	case OpSelect:
		if args[0].degree == 0 {
			f.degree, f.mixed = most, f.mixed || args[0].others
		}
	case OpDot:
		f.product(args[0], args[1])
	case OpBinary:
		switch n.Bin {
		case Add, Sub:
			f.degree = most
		case Mul:
			f.product(args[0], args[1])
		case Div:
			if args[1].degree == 0 {
				f.product(args[0], args[1])
			}
		}
	}
}

func (f *form) product(a, b form) {
	f.degree = a.degree + b.degree
	f.mixed = f.mixed || a.degree > 0 && b.others || b.degree > 0 && a.others
}

func (f *form) unary(n Node, list []Node, forms []form, arg form) {
	switch c := n.Unary.C; {
	case n.Unary.Fn == Scale || n.Unary.Fn == AddConst:
		f.degree = arg.degree
	case n.Unary.Fn != PowConst || c != math.Floor(c) || c < 0 || c > 64:
	case squaresNorm(n, list):
		arg = forms[list[n.Args[0]].Args[0]]
		if arg.degree >= 0 {
			f.degree = arg.degree * int(c)
		}
		f.mixed = arg.mixed || c > 0 && arg.degree > 0 && arg.others
	default:
		f.degree = arg.degree * int(c)
		f.mixed = f.mixed || c > 1 && arg.degree > 0 && arg.others
	}
}

// squaresNorm tells whether an operation is an even power of a norm.
func squaresNorm(n Node, list []Node) bool {
	return n.Op == OpUnary && n.Unary.Fn == PowConst && math.Mod(n.Unary.C, 2) == 0 && list[n.Args[0]].Op == OpNorm
}

// Vanishes tells whether the last of a list of operations is 0 by its form.
func Vanishes(list []Node) bool {
	zero := make([]bool, len(list))
	for i, n := range list {
		all, some := len(n.Args) > 0, false
		for _, a := range n.Args {
			all, some = all && zero[a], some || zero[a]
		}
		switch n.Op {
		case OpConst:
			zero[i] = !slices.ContainsFunc(n.Data, func(v float64) bool { return v != 0 })
		case OpUnary:
			zero[i] = n.Unary.Fn == Scale && n.Unary.C == 0 || all && n.Unary.F(0) == 0
		case OpBinary:
			zero[i] = n.Bin == Mul && some || n.Bin == Div && zero[n.Args[0]] || all && n.Bin != Div && n.Bin.F(0, 0) == 0
		case OpDot:
			zero[i] = some
		case OpSelect:
			zero[i] = zero[n.Args[1]] && zero[n.Args[2]]
		case OpInput:
		default: // sums, norms, extremes and rearrangements
			zero[i] = all
		}
	}
	return zero[len(zero)-1]
}
