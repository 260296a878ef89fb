// Package bsde turns a parabolic equation into a time-stepped residual network,
// trains it and reports u(0, x0) with its errors; and it trains policies for stochastic
// control problems.
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
// independent of one another; a network of one's own is a [Custom]. [SolveControl] and
// [InitControl] are the same for control problems, with [Policy] as the method: there the
// network is the action, a residual network again,
//
//	X_{n+1} = X_n + b(t_n, X_n, a_n) Δt + s(t_n, X_n, a_n) ΔW_n,   a_n = π(t_n, X_n)
//
// and the loss is the expected cost (Han, E 2016). Runs of both kinds are saved and
// resumed by Save and Restore.
package bsde
