package pde

import (
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
)

// companions are components whose noise is a square-root process V of the same problem,
// as the asset of Heston's model or its logarithm:
//
//	dL = … dt + √V ρ_L·dW,   L = X or ln X
//
// With e = ρ/s the direction of V's noise, c = ρ_L·e and ρ_⊥ = ρ_L − ce, the integral of V
// by the trapezoidal rule, I = ½h(V+V'), and the part along e by the equation of V itself,
//
//	∫√V ρ_L·dW = (c/s)(V' − V − ah + kI) + √(I/h) ρ_⊥·ΔW
//
// so that the dependence on V is that of the exact law: Euler's √V ρ_L·ΔW would lose it
// where V' is not nearly linear in ΔW. For L = ln X the drift −½‖ρ_L‖²I is added, and a
// term that gives the mean of X/X_t exp(−∫μ/X) its right value 1: E e^{AV'}, with
// A = c/s + ½h(ck/s − ½c²), is known for the step of V.
//
// Source: Andersen (2008), sections 4.1 and 4.3 with γ₁ = γ₂ = ½.
type companions struct {
	index    []int
	owner    []int // place of V among the square-root components
	log      []bool
	averaged bool        // the drift depends on V: take the mean of its values at V and V'
	c        []float64   // c
	across   [][]float64 // ρ_⊥
	square   []float64   // ‖ρ_L‖²
}

// step moves the companions: drift is μ at (t, x), later with V' in the place of V.
func (c *companions) step(q *squareRoots, r rootStep, h, x, dw, drift, later expr.Value) expr.Value {
	n := len(c.index)
	// Coefficients of V' − V − ah + kI and of I.
	ratio, k, square, isLog := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	for j, i := range c.owner {
		ratio[j], k[j] = c.c[j]/q.s[i], q.k[i]
		if c.log[j] {
			square[j], isLog[j] = -0.5*c.square[j], 1
		}
	}
	of := func(v expr.Value) expr.Value { return gather(v, c.owner) }
	now := gather(x, c.index)
	v, next, ah := of(r.v), of(r.next), of(r.a).Mul(h)
	integral := v.Add(next).Mul(h).Scale(0.5)
	move := next.Sub(v).Sub(ah).Add(integral.Mul(expr.Vector(k))).Mul(expr.Vector(ratio))
	move = move.Add(integral.Mul(expr.Vector(square)))
	spread := integral.Div(h).Max(expr.Const(smallest)).Sqrt()
	move = move.Add(spread.Mul(dw.Linear(c.across)))

	mean := gather(drift, c.index)
	if c.averaged {
		mean = mean.Add(gather(later, c.index)).Scale(0.5)
	}
	add := now.Add(mean.Mul(h)).Add(move)
	if !c.anyLog() {
		return add
	}
	over := expr.Select(now.Equal(expr.Const(0)), expr.Const(1), now)
	move = move.Add(mean.Mul(h).Div(over)).Add(c.correction(q, r, h, v, ah))
	// What is not a logarithm must not overflow in the branch that is not taken.
	move = move.Mul(expr.Vector(isLog))
	return expr.Select(expr.Vector(isLog), now.Mul(move.Exp()), add)
}

func (c *companions) anyLog() bool {
	for _, l := range c.log {
		if l {
			return true
		}
	}
	return false
}

// correction is −ln E e^{AV'} less what it would be if the step were exact; 0 where
// AV' is so large that the mean is infinite or nearly so.
func (c *companions) correction(q *squareRoots, r rootStep, h, v, ah expr.Value) expr.Value {
	const most = 0.5
	ratio, slope := make([]float64, len(c.index)), make([]float64, len(c.index))
	for j, i := range c.owner {
		ratio[j] = c.c[j] / q.s[i]
		slope[j] = 0.5 * (ratio[j]*q.k[i] - 0.5*c.c[j]*c.c[j])
	}
	of := func(v expr.Value) expr.Value { return gather(v, c.owner) }
	a := h.Mul(expr.Vector(slope)).Add(expr.Vector(ratio))
	one, psi, m, low := of(r.one), of(r.psi), of(r.m), of(r.low)

	am := a.Mul(m)
	spread := am.Mul(of(r.spare)).Scale(2)
	kept := spread.Min(expr.Const(most)).Neg().AddConst(1)
	quadratic := am.Mul(one).Div(kept).Sub(kept.Log().Scale(0.5))

	width := a.Mul(of(r.width))
	above := psi.Max(expr.Const(switchAt))
	part := width.Min(expr.Const(most)).Neg().AddConst(1).Inv().Scale(2)
	exponential := above.AddConst(-1).Add(part).Div(above.AddConst(1)).Log()

	fits := expr.Select(low, spread, width).LessEq(expr.Const(most))
	// (c/s)(−V − ah + ½khV) − ¼c²hV
	exact := v.Add(ah).Neg().Mul(expr.Vector(ratio)).Add(v.Mul(h).Mul(expr.Vector(slope)))
	return expr.Select(fits, expr.Select(low, quadratic, exponential).Add(exact).Neg(), expr.Const(0))
}

// set takes the row ρ_L of component j, driven by the square-root component owner.
func (c *companions) set(q *squareRoots, j, owner int, log bool, row []float64) {
	along, square := 0.0, 0.0
	for k, v := range row {
		along += v * q.along[owner][k]
		square += v * v
	}
	across := make([]float64, len(row))
	for k, v := range row {
		across[k] = v - along*q.along[owner][k]
		if math.Abs(across[k]) < 1e-14*math.Sqrt(square) {
			across[k] = 0
		}
	}
	c.index, c.owner, c.log = append(c.index, j), append(c.owner, owner), append(c.log, log)
	c.c, c.across, c.square = append(c.c, along), append(c.across, across), append(c.square, square)
}
