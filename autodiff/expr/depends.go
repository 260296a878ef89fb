package expr

// What an expression depends on, as far as its form shows. A form that does not contain an
// input does not depend on it; one that contains it may still not depend on it, as x − x.

// Depends marks the operations of a list that depend on one of its inputs, or only those
// that do so differentiably: not through a comparison alone.
func Depends(list []Node, input int, differentiably bool) []bool {
	yes := make([]bool, len(list))
	for i, n := range list {
		yes[i] = n.Op == OpInput && n.Input == input
		for k, a := range n.Args {
			flat := n.Op == OpBinary && !n.Bin.Differentiable() || n.Op == OpSelect && k == 0
			yes[i] = yes[i] || yes[a] && !(differentiably && flat)
		}
	}
	return yes
}

// Contains tells whether the last of a list of operations depends on one of its inputs.
func Contains(list []Node, input int) bool {
	return len(list) > 0 && Depends(list, input, false)[len(list)-1]
}

// Affine tells whether a list of operations is affine in some of its inputs together.
// False means that the operations alone do not show it.
func Affine(list []Node, inputs ...int) bool {
	depends, yes := make([]bool, len(list)), make([]bool, len(list))
	for _, input := range inputs {
		for i, d := range Depends(list, input, false) {
			depends[i] = depends[i] || d
		}
	}
	for i, n := range list {
		all, count := true, 0 // of the operands that depend on the inputs
		for _, a := range n.Args {
			if depends[a] {
				all, count = all && yes[a], count+1
			}
		}
		switch n.Op {
		case OpUnary:
			all = all && (n.Unary.Fn == Scale || n.Unary.Fn == AddConst)
		case OpBinary:
			switch n.Bin {
			case Add, Sub:
			case Mul:
				all = all && count < 2
			case Div:
				all = all && !depends[n.Args[1]]
			default:
				all = false
			}
		case OpDot:
			all = all && count < 2
		case OpSelect:
			all = all && !depends[n.Args[0]]
		case OpNorm, OpMaxComp, OpMinComp:
			all = false
		}
		yes[i] = !depends[i] || n.Op == OpInput || all
	}
	return yes[len(yes)-1]
}
