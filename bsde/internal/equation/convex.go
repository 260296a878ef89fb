package equation

import "github.com/deepbsde/deepbsde/autodiff/expr"

// Shape is what the operations of an expression prove of it as a function of y and z
// together.
type Shape int

// The shapes, of every component of a row.
const (
	Unproved Shape = iota
	Free           // independent of y and z
	Affine
	Convex
	Concave
)

// ShapeOf is the shape of a list of operations of f in y and z, by the rules of disciplined
// convex programming (Grant, Boyd, Ye 2006). Unproved says nothing: f may still have one.
func ShapeOf(list []expr.Node) Shape {
	shapes := make([]Shape, len(list))
	for i, n := range list {
		args := make([]Shape, len(n.Args))
		free := true
		for k, a := range n.Args {
			args[k] = shapes[a]
			free = free && args[k] == Free
		}
		switch {
		case n.Op == expr.OpInput && (n.Input == InY || n.Input == InZ):
			shapes[i] = Affine
		case free:
			shapes[i] = Free
		default:
			shapes[i] = shapeOf(list, n, args)
		}
	}
	return shapes[len(shapes)-1]
}

func shapeOf(list []expr.Node, n expr.Node, args []Shape) Shape {
	switch n.Op {
	case expr.OpUnary:
		return shapeOfUnary(n.Unary, args[0])
	case expr.OpBinary:
		return shapeOfBinary(list, n, args)
	case expr.OpSum, expr.OpSlice, expr.OpBroadcast:
		return args[0]
	case expr.OpConcat:
		s := args[0]
		for _, a := range args[1:] {
			s = sum(s, a)
		}
		return s
	case expr.OpLinear:
		if args[0] <= Affine {
			return args[0]
		}
	case expr.OpDot:
		switch {
		case n.Args[0] == n.Args[1] && args[0] == Affine:
			return Convex
		case args[0] == Affine && args[1] == Free || args[0] == Free && args[1] == Affine:
			return Affine
		}
	case expr.OpNorm:
		if args[0] == Affine {
			return Convex
		}
	case expr.OpMaxComp:
		return sum(args[0], Convex)
	case expr.OpMinComp:
		return sum(args[0], Concave)
	}
	return Unproved
}

func shapeOfUnary(u expr.Unary, a Shape) Shape {
	switch u.Fn {
	case expr.AddConst:
		return a
	case expr.Scale:
		return scaled(a, u.C)
	case expr.Exp, expr.Relu, expr.Expm1, expr.Softplus: // convex and increasing
		return sum(a, Convex)
	case expr.Log, expr.Log1p, expr.Sqrt: // concave and increasing
		return sum(a, Concave)
	case expr.Abs:
		if a == Affine {
			return Convex
		}
	case expr.PowConst:
		if a == Affine && (u.C == 2 || u.C == 4) {
			return Convex
		}
	}
	return Unproved
}

func shapeOfBinary(list []expr.Node, n expr.Node, args []Shape) Shape {
	a, b := args[0], args[1]
	switch n.Bin {
	case expr.Add:
		return sum(a, b)
	case expr.Sub:
		return sum(a, scaled(b, -1))
	case expr.Max:
		return sum(sum(a, b), Convex)
	case expr.Min:
		return sum(sum(a, b), Concave)
	case expr.Mul:
		for k := range args {
			c := list[n.Args[k]]
			if other := args[1-k]; args[k] == Free && other == Affine {
				return Affine
			} else if c.Op == expr.OpConst && len(c.Data) == 1 {
				return scaled(other, c.Data[0])
			}
		}
	case expr.Div:
		c := list[n.Args[1]]
		switch {
		case b == Free && a == Affine:
			return Affine
		case c.Op == expr.OpConst && len(c.Data) == 1 && c.Data[0] != 0:
			return scaled(a, 1/c.Data[0])
		}
	}
	return Unproved
}

// sum is the shape of a sum, or of a function that is increasing and has the second shape.
func sum(a, b Shape) Shape {
	switch {
	case a == Unproved || b == Unproved:
		return Unproved
	case a <= Affine || a == b:
		return max(a, b)
	case b <= Affine:
		return a
	}
	return Unproved
}

// scaled is the shape of c times something.
func scaled(a Shape, c float64) Shape {
	switch {
	case c == 0 && a != Unproved:
		return Free
	case c > 0 || a <= Affine:
		return a
	case a == Convex:
		return Concave
	}
	return Convex
}
