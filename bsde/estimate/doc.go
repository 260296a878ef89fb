// Package estimate finds u and ∇u at a point, with all errors, from any field Z(k, x) on
// fresh paths: whoever made it, a network, a fit or a formula. A good Z takes out
// variance; a wrong one costs precision, and shows in the errors.
//
// [New] makes a [Solution] of an equation and a [Field]; methods of package bsde deliver
// theirs. For control problems a [Policy] tells what it costs from any point.
package estimate
