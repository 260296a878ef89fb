package bsde

import "math/rand/v2"

// purpose keeps the random numbers of different uses apart.
type purpose uint64

const (
	forStart purpose = iota + 1
	forTraining
	forValidation
	forEstimate
)

// stream moves src to the start of the random stream of path i of batch k: it
// depends on seed, purpose, k and i only, so that results do not depend on who
// simulates a path when.
func stream(src *rand.PCG, seed uint64, p purpose, k, i int) {
	src.Seed(mix(seed^uint64(p)<<56), mix(uint64(k)<<32^uint64(i)))
}

// mix spreads the bits of a counter (the finaliser of SplitMix64, Steele et al.
// 2014): neighbouring seeds of PCG give correlated first numbers.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// normals fills dst with standard normal numbers times scale.
func normals(rng *rand.Rand, dst []float64, scale float64) {
	for i := range dst {
		dst[i] = scale * rng.NormFloat64()
	}
}
