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
	degree, _ := Degree(list, inputs...)
	return degree == 0 || degree == 1
}
