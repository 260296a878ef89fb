package expr

import (
	"math"
	"slices"
)

// LogOf is ln v of a v that is positive. Logarithms of exponentials, powers, products and quotients are taken by
// their rules where these hold, so that ln e^a is a also where e^a is beyond all numbers. Where v is not positive it
// is NaN or −∞, or that of a factor.
func LogOf(v Value) Value {
	if v.Err() != nil {
		return v
	}
	n := v.n
	arg := func(i int) Value { return Value{n.args[i]} }
	switch n.op {
	case OpUnary:
		switch {
		case n.un.Fn == Exp:
			return arg(0)
		case n.un.Fn == Scale && n.un.C > 0:
			return LogOf(arg(0)).AddConst(math.Log(n.un.C))
		case n.un.Fn == Sqrt:
			return LogOf(arg(0)).Scale(0.5)
		case n.un.Fn == PowConst && arg(0).positive():
			return LogOf(arg(0)).Scale(n.un.C)
		}
	case OpBinary:
		a, b := arg(0), arg(1)
		if !a.positive() && !b.positive() {
			break
		}
		switch n.bin { // a positive factor leaves the sign to the other
		case Mul:
			return LogOf(a).Add(LogOf(b))
		case Div:
			return LogOf(a).Sub(LogOf(b))
		}
	case OpSelect:
		return elementwise(node{op: OpSelect}, "if", arg(0), LogOf(arg(1)), LogOf(arg(2)))
	case OpSlice:
		return build(node{op: OpSlice, width: n.width, lo: n.lo}, LogOf(arg(0)))
	}
	return v.Log()
}

// positive tells whether the operations prove that no component is 0 or less.
func (v Value) positive() bool {
	n := v.n
	all := func() bool {
		return !slices.ContainsFunc(n.args, func(a *node) bool { return !(Value{a}).positive() })
	}
	switch n.op {
	case OpConst:
		return !slices.ContainsFunc(n.data, func(c float64) bool { return !(c > 0) })
	case OpUnary:
		switch n.un.Fn {
		case Exp, Sigmoid, Softplus, Cosh:
			return true
		case Scale:
			return n.un.C > 0 && all()
		case AddConst:
			return n.un.C >= 0 && all()
		case Sqrt, PowConst:
			return all()
		}
	case OpBinary:
		switch n.bin {
		case Add, Mul, Div, Pow, Min:
			return all()
		case Max:
			return Value{n.args[0]}.positive() || Value{n.args[1]}.positive()
		}
	case OpSelect:
		return Value{n.args[1]}.positive() && Value{n.args[2]}.positive()
	case OpSum, OpNorm, OpMaxComp, OpMinComp, OpSlice, OpConcat, OpBroadcast:
		return all()
	}
	return false
}
