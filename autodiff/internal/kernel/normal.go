package kernel

// Normals fills dst with standard normal numbers times scale. They are a
// function of their place in dst and of key, c1, c2 and c3, which may be any
// words: each choice of them is a stream of its own, independent of the others.
//
// Number i has the same bits for every length of dst, instruction set and
// architecture. A stream repeats itself after 2³³ numbers.
func Normals(dst []float64, key uint64, c1, c2, c3 uint32, scale float64) {
	if !normalsVector(dst, key, c1, c2, c3, scale) {
		normalsGeneric(dst, key, c1, c2, c3, scale)
	}
}
