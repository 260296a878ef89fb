// Package control states stochastic control problems as plain values and simulates them
// under any policy.
//
// In continuous time
//
//	dX = b(t,X,a) dt + s(t,X,a) dW,   minimise E[∫ L(t,X,a) dt + G(X_T)]
//
// over policies a = π(t,X), on a grid of N steps with the action kept over each of
// them (Euler–Maruyama); in discrete time
//
//	X_{n+1} = F(n, X_n, a_n, w_n),   minimise E[Σ L(n, X_n, a_n) + G(X_N)]
//
// with independent standard normal w_n. Both are a [Discrete] after
// [Problem.Discretise]: that is what solvers solve and what references are exact for.
// Package bsde/policy trains a network as the policy. [Simulate] runs any
// policy on fresh noise. [Problem.HJB] is the Hamilton–Jacobi–Bellman equation of a
// problem, for package pde and its solvers. Without a network package reference/riccati
// solves linear-quadratic problems, which reference/linearquadratic states and finds, and
// reference/programme problems of few dimensions on a grid.
//
// All functions are written over autodiff/expr: a batch has one path a row.
package control
