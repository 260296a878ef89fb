// Package bsde turns a parabolic equation into a time-stepped residual network,
// trains it and reports u(0, x0) with its errors; and it trains policies for stochastic
// control problems.
//
// [Solve] is all most users need; [Init], [Trainer.Step] and [Trainer.Result] are its parts.
// The problem, a pde.Problem or a control.Problem, the [Method] and the [Settings] are
// independent of one another:
//
//	bsde.Solve(ctx, equation, deep.Method{}, nil)    // the deep BSDE method
//	bsde.Solve(ctx, task, policy.Method{}, nil)      // a policy trained along its paths
//
// Packages deep and policy are methods, each with a network of package network; a method
// of one's own is a type that implements [Method]. What it delivers, a field Z(k, x) or an
// action, goes through package estimate, which knows nothing of how it was made. Runs are
// saved and resumed by [Trainer.Save] and [Trainer.Restore], and kept in directories by
// package run.
package bsde
