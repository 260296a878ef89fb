package expr

import (
	"fmt"
	"math"
)

// jet is a number with its first and second derivative along a line.
type jet struct{ v, d, dd float64 }

func (a jet) add(b jet) jet       { return jet{a.v + b.v, a.d + b.d, a.dd + b.dd} }
func (a jet) scale(c float64) jet { return jet{c * a.v, c * a.d, c * a.dd} }
func (a jet) mul(b jet) jet {
	return jet{a.v * b.v, a.d*b.v + a.v*b.d, a.dd*b.v + 2*a.d*b.d + a.v*b.dd}
}
func (a jet) unary(u Unary) jet { return a.chain(u.F(a.v), u.D(a.v), u.D2(a.v)) }
func (a jet) fn(f UnaryFn) jet  { return a.unary(Unary{Fn: f}) }
func (a jet) chain(f, d, dd float64) jet {
	// A derivative that is infinite at a point where the operand does not move
	// (√x at a constant 0) contributes nothing.
	out := jet{v: f}
	if a.d != 0 {
		out.d, out.dd = d*a.d, dd*a.d*a.d
	}
	if a.dd != 0 {
		out.dd += d * a.dd
	}
	return out
}

// Jet evaluates u(s) = out(in + s·dir) with its first and second derivative at
// s = 0, exactly up to rounding, by second-order Taylor arithmetic. Inputs and
// directions are as in [Func.Eval]; the results are rows×Width().
//
// Source: Griewank, Walther, Evaluating Derivatives (2008), chapter 13.
func (f *Func) Jet(rows int, in, dir [][]float64) (u, du, d2u []float64, err error) {
	args, dirs := make([]operand, len(f.inputs)), make([]operand, len(f.inputs))
	if err := f.operands(args, rows, in); err != nil {
		return nil, nil, nil, err
	}
	if err := f.operands(dirs, rows, dir); err != nil {
		return nil, nil, nil, fmt.Errorf("direction: %w", err)
	}
	w := f.Width()
	u, du, d2u = make([]float64, rows*w), make([]float64, rows*w), make([]float64, rows*w)
	values := make([][]jet, len(f.nodes))
	for i, n := range f.nodes {
		values[i] = make([]jet, n.Width)
	}
	for r := range rows {
		for i := range f.nodes {
			n, o := &f.nodes[i], values[i]
			switch n.Op {
			case OpInput:
				x, dx := args[n.Input].row(r), dirs[n.Input].row(r)
				for j := range o {
					o[j] = jet{v: x[j], d: dx[j]}
				}
			case OpConst:
				for j := range o {
					o[j] = jet{v: n.Data[j]}
				}
			default:
				jetNode(n, values, o)
			}
		}
		for j, v := range values[len(values)-1] {
			u[r*w+j], du[r*w+j], d2u[r*w+j] = v.v, v.d, v.dd
		}
	}
	return u, du, d2u, nil
}

func jetAt(row []jet, j int) jet {
	if len(row) == 1 {
		return row[0]
	}
	return row[j]
}

func jetNode(n *Node, values [][]jet, o []jet) {
	x := values[n.Args[0]]
	switch n.Op {
	case OpUnary:
		for j := range o {
			o[j] = x[j].unary(n.Unary)
		}
	case OpBinary:
		y := values[n.Args[1]]
		for j := range o {
			o[j] = jetBinary(n.Bin, jetAt(x, j), jetAt(y, j))
		}
	case OpSelect:
		y, z := values[n.Args[1]], values[n.Args[2]]
		for j := range o {
			if jetAt(x, j).v != 0 {
				o[j] = jetAt(y, j)
			} else {
				o[j] = jetAt(z, j)
			}
		}
	case OpSum:
		o[0] = jet{}
		for _, v := range x {
			o[0] = o[0].add(v)
		}
	case OpDot, OpNorm:
		y := x
		if n.Op == OpDot {
			y = values[n.Args[1]]
		}
		s := jet{}
		for j := range x {
			s = s.add(x[j].mul(y[j]))
		}
		switch {
		case n.Op == OpDot:
			o[0] = s
		case s.v == 0:
			o[0] = jet{}
		default:
			o[0] = s.fn(Sqrt)
		}
	case OpMaxComp, OpMinComp:
		row := make([]float64, len(x))
		for j := range x {
			row[j] = x[j].v
		}
		o[0] = x[Extreme(n.Op, row)]
	case OpSlice:
		copy(o, x[n.Lo:])
	case OpConcat:
		k := 0
		for _, arg := range n.Args {
			k += copy(o[k:], values[arg])
		}
	case OpLinear:
		for j := range o {
			o[j] = jet{}
			for k, v := range x {
				o[j] = o[j].add(v.scale(n.Data[j*len(x)+k]))
			}
		}
	case OpBroadcast:
		for j := range o {
			o[j] = x[0]
		}
	}
}

func jetBinary(f Binary, a, b jet) jet {
	switch f {
	case Add:
		return a.add(b)
	case Sub:
		return a.add(b.scale(-1))
	case Mul:
		return a.mul(b)
	case Div:
		q := a.mul(b.unary(Unary{PowConst, -1}))
		q.v = a.v / b.v
		return q
	case Pow:
		if b.d == 0 && b.dd == 0 {
			return a.unary(Unary{PowConst, b.v})
		}
		p := b.mul(a.fn(Log)).fn(Exp)
		p.v = math.Pow(a.v, b.v)
		return p
	case Atan2:
		r2 := a.v*a.v + b.v*b.v
		k := a.d*b.v - a.v*b.d
		return jet{math.Atan2(a.v, b.v), k / r2,
			((a.dd*b.v-a.v*b.dd)*r2 - 2*k*(a.v*a.d+b.v*b.d)) / (r2 * r2)}
	case Min, Max:
		if math.IsNaN(a.v) || f.DA(a.v, b.v) != 0 {
			return a
		}
		return b
	}
	return jet{v: f.F(a.v, b.v)} // comparisons
}
