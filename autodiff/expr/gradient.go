package expr

import "math"

// Gradient is the derivative of v, of width 1, in the components of a variable, as an
// expression of the variable's width: reverse differentiation, operation by operation. At
// kinks it is what [Unary.D] and [Binary.DA] choose; where several components are the
// largest, each of them has the derivative of MaxComponent.
//
// Source: Griewank, Walther, Evaluating Derivatives (2008), chapter 3.
func (v Value) Gradient(variable Value) Value {
	switch {
	case v.Err() != nil:
		return v
	case variable.Err() != nil:
		return variable
	case v.Width() != 1:
		return fail("Gradient of %d components, want 1", v.Width())
	case variable.n.op != OpInput:
		return fail("Gradient in an expression, want a variable")
	}
	order := operations(v.n, variable.n)
	adjoint := map[*node]Value{v.n: Const(1)}
	for i := len(order) - 1; i >= 0; i-- {
		n := order[i]
		seed, reached := adjoint[n]
		if !reached || n.op == OpInput {
			continue
		}
		for k, a := range n.args {
			d, flat := pull(n, k, seed)
			if flat {
				continue
			}
			d = fit(d, a.width)
			if old, ok := adjoint[a]; ok {
				d = old.Add(d)
			}
			adjoint[a] = d
		}
	}
	if d, ok := adjoint[variable.n]; ok {
		return d
	}
	return Const(0).Broadcast(variable.Width())
}

// operations lists what depends on a variable, operands before the operations that use them.
func operations(out, variable *node) (order []*node) {
	depends := map[*node]bool{variable: true}
	seen := map[*node]bool{}
	stack := []*node{out}
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		ready := true
		for _, a := range n.args {
			if !seen[a] {
				stack = append(stack, a)
				ready = false
			}
		}
		if !ready {
			continue
		}
		stack = stack[:len(stack)-1]
		if seen[n] {
			continue
		}
		seen[n] = true
		for _, a := range n.args {
			depends[n] = depends[n] || depends[a]
		}
		if depends[n] {
			order = append(order, n)
		}
	}
	return order
}

// fit makes an adjoint as wide as the operand: a component that was repeated collects all.
func fit(d Value, width int) Value {
	switch {
	case d.Width() == width:
		return d
	case width == 1:
		return d.Sum()
	}
	return d.Broadcast(width)
}

// pull is what operation n with the adjoint d passes on to its operand k; flat where that is 0.
func pull(n *node, k int, d Value) (out Value, flat bool) {
	at := func(i int) Value { return Value{n.args[i]} }
	x := at(k)
	switch n.op {
	case OpUnary:
		return slope(n.un, x, Value{n}, d)
	case OpBinary:
		return side(n.bin, k, at(0), at(1), Value{n}, d)
	case OpSelect:
		switch k {
		case 1:
			return Select(at(0), d, Const(0)), false
		case 2:
			return Select(at(0), Const(0), d), false
		}
		return d, true
	case OpSum:
		return d.Broadcast(x.Width()), false
	case OpDot:
		return at(1 - k).Mul(d), false
	case OpNorm:
		return x.Mul(d.Div(Value{n}.Max(Const(math.SmallestNonzeroFloat32)))), false
	case OpMaxComp:
		return x.GreaterEq(Value{n}).Mul(d), false
	case OpMinComp:
		return x.LessEq(Value{n}).Mul(d), false
	case OpSlice:
		return padded(d, n.lo, x.Width()), false
	case OpConcat:
		lo := 0
		for _, a := range n.args[:k] {
			lo += a.width
		}
		return d.Slice(lo, lo+x.Width()), false
	case OpLinear:
		return d.Linear(transposed(n.data, n.width, x.Width())), false
	case OpBroadcast:
		return d.Sum(), false
	}
	return fail("Gradient: unknown operation %d", n.op), false
}

// slope is d times the derivative of an elementwise function at x, where its value is y.
func slope(u Unary, x, y, d Value) (out Value, flat bool) {
	switch u.Fn {
	case Scale:
		return d.Scale(u.C), false
	case AddConst:
		return d, false
	case Sign, Floor:
		return d, true
	case PowConst:
		if u.C == 0 {
			return d, true
		}
		return x.PowConst(u.C - 1).Scale(u.C).Mul(d), false
	case Abs:
		return x.Sign().Mul(d), false
	case Exp:
		return y.Mul(d), false
	case Expm1:
		return x.Exp().Mul(d), false
	case Log:
		return d.Div(x), false
	case Log1p:
		return d.Div(x.AddConst(1)), false
	case Sqrt:
		return d.Scale(0.5).Div(y), false
	case Sin:
		return x.Cos().Mul(d), false
	case Cos:
		return x.Sin().Neg().Mul(d), false
	case Tan:
		return y.Square().AddConst(1).Mul(d), false
	case Asin:
		return d.Div(x.Square().Neg().AddConst(1).Sqrt()), false
	case Acos:
		return d.Neg().Div(x.Square().Neg().AddConst(1).Sqrt()), false
	case Atan:
		return d.Div(x.Square().AddConst(1)), false
	case Sinh:
		return x.Cosh().Mul(d), false
	case Cosh:
		return x.Sinh().Mul(d), false
	case Tanh:
		return y.Square().Neg().AddConst(1).Mul(d), false
	case Sigmoid:
		return y.Mul(y.Neg().AddConst(1)).Mul(d), false
	case Softplus:
		return x.Sigmoid().Mul(d), false
	case Relu:
		return x.Greater(Const(0)).Mul(d), false
	case SiLU:
		s := x.Sigmoid()
		return s.Mul(x.Mul(s.Neg().AddConst(1)).AddConst(1)).Mul(d), false
	case Erf:
		return x.Square().Neg().Exp().Scale(2 / math.SqrtPi).Mul(d), false
	case NormCDF:
		return x.Square().Scale(-0.5).Exp().Scale(1 / math.Sqrt(2*math.Pi)).Mul(d), false
	}
	return fail("Gradient: unknown elementwise function %d", u.Fn), false
}

// side is d times the derivative of an elementwise function of a and b, with the value y, in its
// operand k.
func side(f Binary, k int, a, b, y, d Value) (out Value, flat bool) {
	if !f.Differentiable() {
		return d, true
	}
	switch f {
	case Add:
		return d, false
	case Sub:
		if k == 1 {
			d = d.Neg()
		}
		return d, false
	case Mul:
		return []Value{b, a}[k].Mul(d), false
	case Div:
		if k == 0 {
			return d.Div(b), false
		}
		return y.Neg().Div(b).Mul(d), false
	case Pow:
		if k == 0 {
			return b.Mul(a.Pow(b.AddConst(-1))).Mul(d), false
		}
		log := Select(a.Greater(Const(0)), a, Const(1)).Log()
		return y.Mul(log).Mul(d), false
	case Min:
		return []Value{a.LessEq(b), b.Less(a)}[k].Mul(d), false
	case Max:
		return []Value{a.GreaterEq(b), b.Greater(a)}[k].Mul(d), false
	case Atan2:
		squares := a.Square().Add(b.Square())
		return []Value{b, a.Neg()}[k].Div(squares).Mul(d), false
	}
	return fail("Gradient: unknown elementwise function %d", f), false
}

// padded is d at the components from lo on of a row of zeros.
func padded(d Value, lo, width int) Value {
	var parts []Value
	if lo > 0 {
		parts = append(parts, Const(0).Broadcast(lo))
	}
	parts = append(parts, d)
	if rest := width - lo - d.Width(); rest > 0 {
		parts = append(parts, Const(0).Broadcast(rest))
	}
	return Concat(parts...)
}

// transposed is a matrix of rows×cols numbers as a slice of columns.
func transposed(data []float64, rows, cols int) [][]float64 {
	t := make([][]float64, cols)
	for j := range t {
		t[j] = make([]float64, rows)
		for i := range t[j] {
			t[j][i] = data[i*cols+j]
		}
	}
	return t
}
