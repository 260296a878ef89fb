// Package pde states semilinear parabolic equations as plain values and checks
// them.
//
// The conventions, the same in every package:
//
//	∂u/∂t + μ(t,x)·∇u + ½ Tr(σσᵀ(t,x) ∇²u) + f(t, x, u, σᵀ∇u) = 0,   u(T,x) = g(x)
//	dX = μ dt + σ dW,   Y = u(t,X),   Z = σᵀ∇u(t,X)
//
// z is always σᵀ∇u, never ∇u. A batch is row-major, one path a row: x is B×d.
// Time, space and value have no units of their own; they are the problem's.
//
// [Problem] holds the functions μ, σ, f and g, written in the language of
// package expr; [Problem.Validate] checks shapes and finiteness, [Residual]
// checks a closed-form solution against the equation, and the packages
// below pde/reference solve special equations without a network.
package pde
