package pde

import "github.com/deepbsde/deepbsde/autodiff/random"

// method keeps the random numbers of the reference methods apart from one another and
// from those of the solvers.
type method uint64

// One for each method: their order is part of all results.
const (
	forMonteCarlo method = 1000 + iota
	forColeHopf
	forBranching
	forPicard
	forPolicy
	forDual
	forRadial
)

// stream is the random stream of a path; see random.Stream for Batch and Step.
func stream(s Sampling, m method, path int) random.Stream {
	return random.Stream{Key: random.Key(s.Seed, uint64(m)), Path: uint32(path)}
}
