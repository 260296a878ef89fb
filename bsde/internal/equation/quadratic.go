package equation

import "github.com/deepbsde/deepbsde/autodiff/expr"

// form is what the operations prove of a node as a function of z: its dependence, and a
// number for it.
type form struct {
	kind formKind
	c    float64
}

type formKind int

const (
	unproved    formKind = iota
	independent          // of z
	linear               // component i is c z_i plus what is independent of z
	pure                 // component i is c z_i
	diagonal             // component i has the Hessian c e_i e_iᵀ
	quadratic            // width 1, with the Hessian c I
	affineSum            // affine in z in another way
	normOf               // width 1: |c| ‖z‖
)

// Isotropic tells whether the operations of f prove that ∂²f/∂z² is the same multiple c of the
// identity everywhere, as with f = c‖z‖²/2 + b(t, x)·z + a(t, x, y) for a sum of squares.
func Isotropic(list []expr.Node) (c float64, ok bool) {
	forms := make([]form, len(list))
	for i, n := range list {
		args := make([]form, len(n.Args))
		free := true
		for k, a := range n.Args {
			args[k] = forms[a]
			free = free && args[k].kind == independent
		}
		switch {
		case n.Op == expr.OpInput && n.Input == InZ:
			forms[i] = form{pure, 1}
		case free:
			forms[i] = form{kind: independent}
		default:
			forms[i] = formOf(list, n, args)
		}
	}
	last := forms[len(forms)-1]
	return last.c, last.kind == quadratic
}

func (f form) isLinear() bool { return f.kind == linear || f.kind == pure }

func (f form) isAffine() bool { return f.isLinear() || f.kind == affineSum || f.kind == independent }

func formOf(list []expr.Node, n expr.Node, args []form) form {
	a := args[0]
	switch n.Op {
	case expr.OpUnary:
		switch u := n.Unary; u.Fn {
		case expr.Scale:
			if a.kind == unproved {
				return a
			}
			return form{a.kind, u.C * a.c}
		case expr.AddConst:
			return shifted(a)
		case expr.PowConst:
			switch {
			case u.C == 2 && a.isLinear():
				return form{diagonal, 2 * a.c * a.c}
			case u.C == 2 && a.kind == normOf:
				return form{quadratic, 2 * a.c * a.c}
			}
		}
	case expr.OpSum:
		switch {
		case a.kind == diagonal:
			return form{quadratic, a.c}
		case a.isAffine():
			return form{kind: affineSum}
		}
	case expr.OpNorm:
		if a.kind == pure {
			return form{normOf, a.c}
		}
	case expr.OpDot:
		b := args[1]
		switch {
		case a.isLinear() && b.isLinear():
			return form{quadratic, 2 * a.c * b.c}
		case a.isAffine() && b.kind == independent || a.kind == independent && b.isAffine():
			return form{kind: affineSum}
		}
	case expr.OpSlice, expr.OpBroadcast, expr.OpLinear:
		if a.isAffine() {
			return form{kind: affineSum}
		}
	case expr.OpBinary:
		return formOfBinary(list, n, a, args[1])
	}
	return form{}
}

func formOfBinary(list []expr.Node, n expr.Node, a, b form) form {
	switch n.Bin {
	case expr.Sub:
		return added(a, form{b.kind, -b.c})
	case expr.Add:
		return added(a, b)
	case expr.Mul:
		for k, f := range []form{a, b} {
			if c := list[n.Args[1-k]]; c.Op == expr.OpConst && len(c.Data) == 1 && f.kind != unproved {
				return form{f.kind, c.Data[0] * f.c}
			}
		}
		switch {
		case a.isLinear() && b.isLinear() && n.Width > 1:
			return form{diagonal, 2 * a.c * b.c}
		case a.isAffine() && b.kind == independent || a.kind == independent && b.isAffine():
			return form{kind: affineSum}
		}
	case expr.Div:
		if c := list[n.Args[1]]; c.Op == expr.OpConst && len(c.Data) == 1 && a.kind != unproved {
			return form{a.kind, a.c / c.Data[0]}
		}
		if a.isAffine() && b.kind == independent {
			return form{kind: affineSum}
		}
	}
	return form{}
}

// shifted is a form with something added that is independent of z.
func shifted(a form) form {
	switch a.kind {
	case pure:
		return form{linear, a.c}
	case normOf:
		return form{}
	}
	return a
}

// added is the form of a sum.
func added(a, b form) form {
	switch {
	case a.kind == unproved || b.kind == unproved || a.kind == normOf || b.kind == normOf:
		return form{}
	case a.kind == independent:
		return shifted(b)
	case b.kind == independent:
		return shifted(a)
	case a.kind == quadratic && b.kind == quadratic:
		return form{quadratic, a.c + b.c}
	case a.kind == quadratic && b.isAffine():
		return a
	case b.kind == quadratic && a.isAffine():
		return b
	case a.isLinear() && b.isLinear():
		return form{linear, a.c + b.c}
	case a.isAffine() && b.isAffine():
		return form{kind: affineSum}
	}
	return form{}
}
