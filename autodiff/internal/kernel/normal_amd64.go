package kernel

// normalsVector runs Normals with vectors, and reports whether it could. The
// assembly writes whole blocks, the last one, if it is a part, to a buffer.
func normalsVector(dst []float64, key uint64, c1, c2, c3 uint32, scale float64) bool {
	n := len(dst)
	if active == generic || n == 0 {
		return false
	}
	var tail [normalBlock]float64
	var words philoxWords
	words.set(key, c1, c2, c3)
	if active == avx512 {
		normalsAVX512F64(n, &dst[0], &tail[0], &words[0], scale)
	} else {
		normalsAVX2F64(n, &dst[0], &tail[0], &words[0], scale)
	}
	copy(dst[n/normalBlock*normalBlock:], tail[:])
	return true
}

// philoxWords are the words of philox that do not depend on c0, in the order in
// which gen/philox.go combines them with the lanes: three for the first two
// rounds, and then two for each round.
type philoxWords [3 + 2*(philoxRounds-2)]uint64

// set does what is the same for every c0. Round 1 makes
//
//	(hi(M1·c2)⊕c1⊕k0, lo(M1·c2), hi(M0·c0)⊕c3⊕k1, lo(M0·c0))
//
// where the first two words are the same. With these for c0 and c1, round 2
// makes two words that are half the same, and one that is.
//
// It fills w in place: a copy would read two new words at a time, and wait until
// they have left the store buffer.
func (w *philoxWords) set(key uint64, c1, c2, c3 uint32) {
	k0, k1 := uint32(key), uint32(key>>32)
	p := philoxM1 * uint64(c2)
	w[0] = uint64(c3 ^ k1)
	c0 := uint32(p>>32) ^ c1 ^ k0
	k0 += philoxW0
	k1 += philoxW1
	w[1] = uint64(uint32(p) ^ k0)
	p = philoxM0 * uint64(c0)
	w[2] = uint64(uint32(p>>32) ^ k1)
	for i := 3; i < len(w); i += 2 {
		k0 += philoxW0
		k1 += philoxW1
		w[i], w[i+1] = uint64(k0), uint64(k1)
	}
	w[4] ^= uint64(uint32(p)) // c3 of round 3
	// The last round is done on the upper halves, see gen/philox.go.
	w[len(w)-2] <<= 32
	w[len(w)-1] <<= 32
}
