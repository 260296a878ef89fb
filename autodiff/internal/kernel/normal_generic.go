package kernel

import "math"

// normalsGeneric is the generator Philox4x32-10 (Salmon, Moraes, Dror, Shaw:
// Parallel random numbers: as easy as 1, 2, 3; SC11) followed by the transform
// of Box and Muller (A note on the generation of random normal deviates, 1958).
//
// Block b of dst is its numbers 16b to 16b+15. Lane l = 0...7 of it encrypts the
// counter (8b+l, c1, c2, c3), and makes two independent normal numbers of the
// four words: 16b+l and 16b+8+l. This is the order in which a vector has them.
func normalsGeneric(dst []float64, key uint64, c1, c2, c3 uint32, scale float64) {
	for i := 0; i < len(dst); i += normalBlock {
		block := dst[i:min(i+normalBlock, len(dst))]
		for l := range min(len(block), normalBlock/2) {
			x, y := boxMuller(philox([4]uint32{uint32(i/2 + l), c1, c2, c3}, key), scale)
			block[l] = x
			if l+normalBlock/2 < len(block) {
				block[l+normalBlock/2] = y
			}
		}
	}
}

// normalBlock is how many numbers are made of eight counters.
const normalBlock = 16

// The multipliers of Philox and what its key words grow by in each round.
const (
	philoxM0, philoxM1 = 0xd2511f53, 0xcd9e8d57
	philoxW0, philoxW1 = 0x9e3779b9, 0xbb67ae85
	philoxRounds       = 10
)

// philox encrypts a counter. A round is, with the high and low half of products
// of 64 bits,
//
//	(c0, c1, c2, c3) ← (hi(M1·c2)⊕c1⊕k0, lo(M1·c2), hi(M0·c0)⊕c3⊕k1, lo(M0·c0)).
func philox(c [4]uint32, key uint64) [4]uint32 {
	c0, c1, c2, c3 := c[0], c[1], c[2], c[3]
	k0, k1 := uint32(key), uint32(key>>32)
	for range philoxRounds {
		p0, p1 := philoxM0*uint64(c0), philoxM1*uint64(c2)
		c0, c1, c2, c3 = uint32(p1>>32)^c1^k0, uint32(p1), uint32(p0>>32)^c3^k1, uint32(p0)
		k0 += philoxW0
		k1 += philoxW1
	}
	return [4]uint32{c0, c1, c2, c3}
}

// boxMuller makes two normal numbers of four random words:
//
//	x = scale·√(-2·ln u)·cos 2πv
//	y = scale·√(-2·ln u)·sin 2πv
//
// where u in (0, 1] has 52 bits of the first two words, and v in [0, 1) of the
// others. Every set must have the same bits, so this is one fixed sequence of
// operations that round alike everywhere: no function of package math but those
// the standard of floating point has, and no sum of a product that a compiler
// could fuse unless it is fused here.
func boxMuller(w [4]uint32, scale float64) (x, y float64) {
	r := scale * math.Sqrt(minus2Log(2-oneTo2(w[0], w[1])))
	cos, sin := cosSin(oneTo2(w[2], w[3]))
	return r * cos, r * sin
}

const (
	oneBits      = 0x3ff0000000000000 // of 1
	mantissaBits = 1<<52 - 1
)

// oneTo2 is a number in [1, 2): the words are its mantissa.
func oneTo2(hi, lo uint32) float64 {
	return math.Float64frombits((uint64(hi)<<32|uint64(lo))>>12 | oneBits)
}

// minus2Log is -2·ln u for u in [2⁻⁵², 1]. With u = 2ᵉ·m, m in [√½, √2), and
// s = (1-m)/(1+m) it is
//
//	-e·2·ln 2 + 4·(s + s³/3 + s⁵/5 + ...).
//
// 1-m is exact, and the second term is no more than half of the first unless
// e = 0, so that nothing cancels: the relative error is small near u = 1, too.
// What the series leaves out is below 2⁻⁵⁵ of it, as s² < 0.0295.
func minus2Log(u float64) float64 {
	// Adding the bits of 1 over those of √½ carries into the exponent where
	// the mantissa is √2 or more.
	t := math.Float64bits(u) + (oneBits - sqrtHalfBits)
	minusE := (0x1p52 + 1023) - math.Float64frombits(t>>52|0x4330000000000000)
	m := math.Float64frombits(t&mantissaBits + sqrtHalfBits)
	s := (1 - m) / (1 + m)
	return math.FMA(minusE, 2*math.Ln2, float64(s*horner(logSeries[:], float64(s*s))))
}

const sqrtHalfBits = 0x3fe6a09e667f3bcd

// The series of minus2Log, cosine and sine, highest term first; the last two
// are of an angle in turns.
var (
	logSeries = [...]float64{4. / 19, 4. / 17, 4. / 15, 4. / 13, 4. / 11, 4. / 9, 4. / 7, 4. / 5, 4. / 3, 4}
	cosSeries = [...]float64{tau16 / 20922789888000, -tau8 * tau4 * tau2 / 87178291200, tau8 * tau4 / 479001600,
		-tau8 * tau2 / 3628800, tau8 / 40320, -tau4 * tau2 / 720, tau4 / 24, -tau2 / 2, 1}
	sinSeries = [...]float64{-tau8 * tau4 * tau2 * tau / 1307674368000, tau8 * tau4 * tau / 6227020800, -tau8 * tau2 * tau / 39916800,
		tau8 * tau / 362880, -tau4 * tau2 * tau / 5040, tau4 * tau / 120, -tau2 * tau / 6, tau}
)

// tau is a whole turn. Constants have no rounding before they are a float64.
const (
	tau   = 2 * math.Pi
	tau2  = tau * tau
	tau4  = tau2 * tau2
	tau8  = tau4 * tau4
	tau16 = tau8 * tau8
)

// cosSin is the cosine and the sine of v turns, v in [1, 2). With v = q/4 + t,
// q integer and |t| at most 1/8, they are those of t turns but for the sign, in
// odd quadrants with the names exchanged. The Taylor series leave out less than
// 2⁻⁵³ of them.
func cosSin(v float64) (cos, sin float64) {
	// The sum is rounded to quarters: q is in its last bits, of which two
	// matter.
	const round = 0x1.8p50
	sum := v + round
	t := v - (sum - round)
	z := float64(t * t)
	cos = horner(cosSeries[:], z)
	sin = float64(t * horner(sinSeries[:], z))
	q := math.Float64bits(sum)
	if q&1 != 0 {
		cos, sin = sin, cos
	}
	return flip(cos, q^q<<1), flip(sin, q)
}

// horner is the polynomial with the coefficients c, highest first, at x.
func horner(c []float64, x float64) float64 {
	p := c[0]
	for _, c := range c[1:] {
		p = math.FMA(p, x, c)
	}
	return p
}

// flip changes the sign of x if bit 1 of q is set.
func flip(x float64, q uint64) float64 {
	return math.Float64frombits(math.Float64bits(x) ^ q&2<<62)
}
