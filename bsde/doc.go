// Package bsde turns a parabolic equation into a time-stepped residual network,
// trains it and reports u(0, x0) with its errors.
//
// With X simulated forward on a grid 0 = t_0 < … < t_N = T, the value along a
// path follows the recursion
//
//	Y_{n+1} = Y_n − f(t_n, X_n, Y_n, Z_n) Δt + Z_n·ΔW_n
//
// in which Y_0 and the functions Z_n = Z(t_n, X_n) ≈ σᵀ∇u(t_n, X_n) are the
// unknowns: each time step is a layer with a skip connection, and the loss is
// the distance of Y_N from the terminal condition g(X_N) (E, Han, Jentzen 2017;
// Han, Jentzen, E 2018).
//
// [Solve] is all most users need; [Init], [Trainer.Step] and [Trainer.Result]
// are its parts. Equation, [Method], [Network], path sampling and settings are
// independent of one another.
package bsde
