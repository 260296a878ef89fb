package network

import (
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/bsde"
)

// Features is Z and a diagonal Γ ≈ (σ ∂Z/∂x)_ii from features of the problem,
//
//	Z_i = c Σ_k (ρ·a_k) ψ_{k,i},   Γ_i = c/√h Σ_k (ρ·b_k) ψ_{k,i},   c = std(G)/√(T·d)
//
// with few vectors ψ and a row ρ of random functions of few numbers that are pooled from the
// state: a random feature model (Rahimi, Recht 2007) for any dimension. The vectors are
//
//	1, x̂, σᵀ∇g(x), softmaxes of κ s_n x̂, ḡ, ḡ∘x̃ and D
//
// x̂ is the state in one scale for all components, x̃ in that of each, s_n = √((t+h/2)/(T−t)),
// ḡ = E σᵀ∇g(X_T), where that differs from component to component, and D the directions that hold most of
// σᵀ∇g(X_T), where up to three do; on these Γ has elements off the diagonal, Γ_jk = c/√h (ρ·c_jk). The
// recursion has the term
//
//	½ Σ Γ_i (ΔW_i² − h) + ½ Σ Γ_jk (n_j n_k − δ_jk h),   n = D·ΔW
//
// and along a single direction those of walk.Directions of third and fourth order, which is 0 in the mean and takes out most of what a time step of finite
// length leaves. The coefficients a, b and c are linear: a fit by least squares finds them exactly.
type Features struct{}

// Name is "features".
func (Features) Name() string { return "features" }

// Check finds nothing wrong.
func (Features) Check() error { return nil }

// Resolve is the network itself: it has no choices.
func (f Features) Resolve(int) Network { return f }

// Stacked is true.
func (Features) Stacked() bool { return true }

// ValueUnit is that of Shared.
func (Features) ValueUnit(std float64) (unit, rate float64) { return Shared{}.ValueUnit(std) }

// Z adds Z of some steps to the graph.
func (f Features) Z(b *Builder, first, count int, x autodiff.Node) autodiff.Node {
	z, _ := f.Bend(b, first, count, 1, x)
	return z
}

// Action fails: a policy has no terminal function to take features from.
func (Features) Action(b *Builder, _ int, x autodiff.Node) autodiff.Node {
	b.Fail(&bsde.SettingsError{Field: "network", Reason: "features are of equations; want shared or per-step for a policy"})
	return x
}

// Bend adds Z and Γ, with a column for each of the Terms of Directions after the d of the diagonal, of some steps on every stride-th grid point. Coefficients of a stride above 1 are
// kept as their difference from those of 1.
func (Features) Bend(b *Builder, first, count, stride int, x autodiff.Node) (z, gamma autodiff.Node) {
	vectors, hidden := b.Features.Steps(b.Graph, first, count, x)
	hidden = b.Detach(hidden)
	h := b.Features.Length()
	z = combine(b, "z", stride, b.Unit, vectors, hidden)
	gamma = combine(b, "gamma", stride, b.Unit/math.Sqrt(h), vectors, hidden)
	if p := b.Features.Directions.Terms(); p > 0 {
		gamma = b.Concat(gamma, b.Scale(b.Unit/math.Sqrt(h), b.MatMul(hidden, coefficients(b, "along", stride, p))))
	}
	if first == 0 && count == 1 && b.FixedStart {
		z = b.Detach(z) // known at x0 alone
	}
	return z, gamma
}

// combine is unit·Σ_k (ρ·w_k) ψ_k with the coefficients w of a stride.
func combine(b *Builder, what string, stride int, unit float64, vectors []autodiff.Node, hidden autodiff.Node) autodiff.Node {
	w := coefficients(b, what, stride, b.Features.Vectors())
	return b.Combine(b.Scale(unit, b.MatMul(hidden, w)), vectors...)
}

// coefficients are the columns w of a stride.
func coefficients(b *Builder, what string, stride, columns int) autodiff.Node {
	param := func(stride int) autodiff.Node {
		return b.Param(Coefficients(what, stride), b.Features.Hidden(), columns, LinearRate, autodiff.Fill(0))
	}
	w := param(1)
	if stride > 1 {
		w = b.Add(w, param(stride))
	}
	if b.Fitted {
		w = b.Detach(w)
	}
	return w
}

// Coefficients is the name of the coefficients of "z", "gamma" or "along" on a stride.
func Coefficients(what string, stride int) string { return fmt.Sprintf("features/%d/%s", stride, what) }
