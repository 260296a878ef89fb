// Package reference has packages that solve special control problems without a network, to
// compare policies with:
//
//   - linearquadratic: linear-quadratic problems by their matrices, and finding these;
//   - riccati: the solution of linear-quadratic problems, exact;
//   - programme: dynamic programming on a grid, for states of few components.
package reference
