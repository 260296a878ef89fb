//go:build !mpi

package ranks

// MPI tells whether this build can have more than one rank.
const MPI = false

// Begin joins the other ranks.
func Begin() error { return nil }

// End leaves them, and tells whether they have come to their end too.
func End() bool { return true }

// Abort ends all ranks.
func Abort(int) {}
