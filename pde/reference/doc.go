// Package reference has a package for each method that solves special equations without a
// network, to compare the solvers with:
//
//   - radial: finite differences in the radius, for f of t and u and radial g;
//   - colehopf: f = −λ‖z‖²/2, by quadrature or simulation;
//   - finitedifference: any equation in one or two dimensions;
//   - montecarlo: f = a(t,x) + b(t,x)·u, by simulation;
//   - branching: f a polynomial in u, by branching diffusions;
//   - picard: any f, by multilevel Picard approximation;
//   - tworates: bounds for claims under two rates.
//
// Each checks its conditions and refuses other equations by name of the condition.
package reference
