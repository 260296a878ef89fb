package paths

import (
	"github.com/deepbsde/deepbsde/autodiff/random"
	"github.com/deepbsde/deepbsde/pde"
)

// Method keeps the random numbers of the reference methods apart from one another and
// from those of the solvers.
type Method uint64

// One for each method: their order is part of all results.
const (
	ForMonteCarlo Method = 1000 + iota
	ForColeHopf
	ForBranching
	ForPicard
	ForPolicy
	ForDual
	ForRadial
)

// Stream is the random stream of a path; see random.Stream for Batch and Step.
func Stream(s pde.Sampling, m Method, path int) random.Stream {
	return random.Stream{Key: random.Key(s.Seed, uint64(m)), Path: uint32(path)}
}
