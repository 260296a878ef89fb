// Package control is the place of stochastic control problems, stated as plain
// values:
//
//	dX = b(t,X,a) dt + s(t,X,a) dW,   minimise E[∫ L(t,X,a) dt + G(X_T)] over policies a = π(t,X)
//
// It holds nothing yet. A control problem whose Hamiltonian is known can be
// solved as its Hamilton–Jacobi–Bellman equation with package pde: the named
// problem hjb is one.
package control
