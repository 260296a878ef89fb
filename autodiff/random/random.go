// Package random gives normal random numbers that are a function of where they are
// used: number i of stream s is always the same, whoever asks for it, in whatever
// order and on whatever machine. Nothing has to be stored, seeded or skipped.
//
// The generator is Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random
// numbers: as easy as 1, 2, 3, SC11) followed by the transform of Box and Muller
// (1958); package kernel has the exact layout.
package random

import "github.com/deepbsde/deepbsde/autodiff/internal/kernel"

// Stream names a stream. Two that differ in anything are independent.
type Stream struct {
	Key               uint64 // see Key
	Batch, Path, Step uint32
}

// Key makes the key for one purpose of a seed.
func Key(seed, purpose uint64) uint64 { return mix(mix(seed) ^ purpose) }

// mix is a bijection that spreads every bit over all (the finaliser of SplitMix64,
// Steele et al. 2014).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Normals fills dst with the first numbers of the stream times scale.
func (s Stream) Normals(dst []float64, scale float64) {
	kernel.Normals(dst, s.Key, s.Step, s.Path, s.Batch, scale)
}
