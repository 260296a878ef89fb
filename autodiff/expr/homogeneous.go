package expr

// power is how an operation scales with some inputs: by c^degree where these are multiplied by c > 0.
type power struct {
	degree float64
	known  bool
	zero   bool // it is 0, of any degree
}

// Homogeneity is the degree k to which the last of a list of operations is positively homogeneous in some of its
// inputs together,
//
//	f(c·x) = c^k f(x) for all c > 0,
//
// as the operations prove it; ok is false where they do not.
func Homogeneity(list []Node, inputs ...int) (degree float64, ok bool) {
	powers := make([]power, len(list))
	for i, n := range list {
		args := make([]power, len(n.Args))
		for k, a := range n.Args {
			args[k] = powers[a]
		}
		powers[i] = powerOf(n, args, inputs)
	}
	last := powers[len(powers)-1]
	return last.degree, last.known
}

func powerOf(n Node, args []power, inputs []int) power {
	switch n.Op {
	case OpInput:
		for _, in := range inputs {
			if n.Input == in {
				return power{degree: 1, known: true}
			}
		}
		return power{known: true}
	case OpConst:
		for _, v := range n.Data {
			if v != 0 {
				return power{known: true}
			}
		}
		return power{known: true, zero: true}
	case OpUnary:
		return powerOfUnary(n.Unary, args[0])
	case OpBinary:
		return powerOfBinary(n.Bin, args[0], args[1])
	case OpDot:
		return powerOfBinary(Mul, args[0], args[1])
	case OpSelect:
		if !args[0].known || args[0].degree != 0 {
			return power{}
		}
		return alike(args[1:]...)
	}
	return alike(args...) // sums, norms, extremes and rearrangements
}

func powerOfUnary(u Unary, a power) power {
	switch {
	case u.Fn == Scale && u.C == 0:
		return power{known: true, zero: true}
	case !a.known || u.Fn == Scale || u.Fn == Abs || u.Fn == Relu:
		return a
	case u.Fn == PowConst:
		return power{degree: a.degree * u.C, known: true, zero: a.zero && u.C > 0}
	case u.Fn == Sqrt:
		return power{degree: a.degree / 2, known: true, zero: a.zero}
	case u.Fn == Sign || a.degree == 0:
		return power{known: true}
	}
	return power{}
}

func powerOfBinary(b Binary, l, r power) power {
	switch b {
	case Add, Sub, Max, Min:
		return alike(l, r)
	case Mul:
		if l.zero || r.zero {
			return power{known: true, zero: true}
		}
		return power{degree: l.degree + r.degree, known: l.known && r.known}
	case Div:
		return power{degree: l.degree - r.degree, known: l.known && r.known && !r.zero, zero: l.zero}
	case Less, LessEq, Greater, GreaterEq, Equal, Atan2:
		p := alike(l, r)
		return power{known: p.known}
	}
	return power{known: l.known && r.known && l.degree == 0 && r.degree == 0}
}

// alike is the power of what is put together from operands of one degree.
func alike(args ...power) power {
	p := power{known: true, zero: true}
	for _, a := range args {
		switch {
		case !a.known:
			return power{}
		case a.zero:
		case p.zero:
			p = a
		case a.degree != p.degree:
			return power{}
		}
	}
	return p
}
