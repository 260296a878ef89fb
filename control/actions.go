package control

import (
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
)

// Actions is a set of admissible actions, given by a differentiable map of all of Rᵐ
// into it. No output of the map lies outside, rounding included.
type Actions interface {
	// Admit maps raw numbers, width m, to an action. Raw numbers of order 1 are to give
	// the whole set but for its edge.
	Admit(t, x, raw expr.Value) expr.Value

	// check reports constants that do not fit m components.
	check(m int) error
}

// Box is Lower ≤ a ≤ Upper, m numbers each, −Inf and +Inf among them. Between two
// finite bounds the map is a sigmoid. Beside a single one it is a softplus in units of the
// problem's ActionScale, which for the raw number 0 is one unit from the bound.
type Box struct{ Lower, Upper []float64 }

// Admit squashes every component into its interval, with the unit 1.
func (b Box) Admit(_, _, raw expr.Value) expr.Value { return b.admit(raw, nil) }

// centre is where softplus is 1.
var centre = math.Log(math.E - 1)

// admit is Admit in units of scale, nil for 1.
func (b Box) admit(raw expr.Value, scale []float64) expr.Value {
	if b.bounded() { // all at once
		return squash(raw, expr.Vector(b.Lower), expr.Vector(b.Upper))
	}
	parts := make([]expr.Value, len(b.Lower))
	for i, lo := range b.Lower {
		hi, unit := b.Upper[i], 1.0
		if scale != nil {
			unit = scale[i]
		}
		switch r := raw.At(i); {
		case math.IsInf(lo, -1) && math.IsInf(hi, 1):
			parts[i] = r.Scale(unit)
		case math.IsInf(hi, 1):
			parts[i] = r.AddConst(centre).Softplus().Scale(unit).AddConst(lo)
		case math.IsInf(lo, -1):
			parts[i] = r.Neg().AddConst(centre).Softplus().Scale(-unit).AddConst(hi)
		default:
			parts[i] = squash(r, expr.Const(lo), expr.Const(hi))
		}
	}
	return expr.Concat(parts...)
}

// bounded tells whether every component has two finite bounds.
func (b Box) bounded() bool {
	for i, lo := range b.Lower {
		if math.IsInf(lo, -1) || math.IsInf(b.Upper[i], 1) {
			return false
		}
	}
	return true
}

// squash is a number between lo and hi for any raw one.
func squash(raw, lo, hi expr.Value) expr.Value {
	a := lo.Add(hi.Sub(lo).Mul(raw.Sigmoid()))
	return a.Max(lo).Min(hi) // what rounding does
}

func (b Box) check(m int) error {
	if len(b.Lower) != m || len(b.Upper) != m {
		return fmt.Errorf("Box has %d lower and %d upper bounds, want %d each", len(b.Lower), len(b.Upper), m)
	}
	for i, lo := range b.Lower {
		if w := b.Upper[i] - lo; math.IsInf(w, 1) && !math.IsInf(lo, -1) && !math.IsInf(b.Upper[i], 1) {
			return fmt.Errorf("Box component %d is from %g to %g, wider than the largest number", i, lo, b.Upper[i])
		}
		if !(lo < b.Upper[i]) {
			return fmt.Errorf("Box component %d is from %g to %g, want lower < upper", i, lo, b.Upper[i])
		}
	}
	return nil
}

// StateBox is Lower(t,x) ≤ a ≤ Upper(t,x), width m each. Where the bounds cross, the
// action is Upper.
type StateBox struct {
	Lower, Upper func(t, x expr.Value) expr.Value
}

// Admit squashes every component into its interval.
func (b StateBox) Admit(t, x, raw expr.Value) expr.Value {
	return squash(raw, b.Lower(t, x), b.Upper(t, x))
}

func (b StateBox) check(int) error {
	if b.Lower == nil || b.Upper == nil {
		return fmt.Errorf("StateBox needs both Lower and Upper")
	}
	return nil
}

// Simplex is a ≥ 0 with Σ a = 1 to rounding, by the softmax map.
type Simplex struct{}

// Admit is the softmax of raw.
func (Simplex) Admit(_, _, raw expr.Value) expr.Value {
	e := raw.Sub(raw.MaxComponent()).Exp()
	return e.Div(e.Sum())
}

func (Simplex) check(m int) error {
	if m < 2 {
		return fmt.Errorf("Simplex of %d component is the constant 1, want at least 2 components", m)
	}
	return nil
}

// Budget is a ≥ 0 with Σ a ≤ Budget, by a softmax with the unspent rest as one more
// component.
type Budget float64

// Admit is the softmax of raw and 0, times the budget, without the last component.
func (b Budget) Admit(_, _, raw expr.Value) expr.Value {
	top := raw.MaxComponent().Max(expr.Const(0))
	e := raw.Sub(top).Exp()
	rest := top.Neg().Exp()
	// A sum of m rounded shares may exceed 1 by m roundings.
	shrink := 1 - float64(raw.Width()+4)*0x1p-52
	return e.Div(e.Sum().Add(rest)).Scale(float64(b) * shrink)
}

func (b Budget) check(int) error {
	if !(b > 0) || math.IsInf(float64(b), 1) {
		return fmt.Errorf("Budget is %g, want a positive finite number", float64(b))
	}
	return nil
}

// ActionsFunc is any set, given by its map; it must hold for itself what Actions
// promises.
type ActionsFunc func(t, x, raw expr.Value) expr.Value

// Admit calls the function.
func (f ActionsFunc) Admit(t, x, raw expr.Value) expr.Value { return f(t, x, raw) }

func (f ActionsFunc) check(int) error { return nil }
