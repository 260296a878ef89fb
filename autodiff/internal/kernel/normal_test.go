package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// TestPhilox has the known answers of the authors, from the file kat_vectors of
// their Random123.
func TestPhilox(t *testing.T) {
	for _, c := range []struct {
		counter [4]uint32
		key     uint64
		want    [4]uint32
	}{
		{[4]uint32{}, 0,
			[4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
		{[4]uint32{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, 0xffffffffffffffff,
			[4]uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
		{[4]uint32{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, 0x299f31d0_a4093822,
			[4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
	} {
		if got := philox(c.counter, c.key); got != c.want {
			t.Errorf("philox(%x, %x) = %x, want %x", c.counter, c.key, got, c.want)
		}
	}
}

// stream is the arguments of Normals that choose one.
type stream struct {
	key        uint64
	c1, c2, c3 uint32
}

// streams are some from everywhere, with the extremes.
func streams(n int) []stream {
	rng := newRand(5)
	s := []stream{{}, {math.MaxUint64, math.MaxUint32, math.MaxUint32, math.MaxUint32}, {1, 0, 0, 0}, {1 << 32, 1, 2, 3}}
	for len(s) < n {
		s = append(s, stream{rng.Uint64(), rng.Uint32(), rng.Uint32(), rng.Uint32()})
	}
	return s[:n]
}

func (s stream) fill(dst []float64, scale float64) { Normals(dst, s.key, s.c1, s.c2, s.c3, scale) }

// normalSizes are around the blocks of 16 and their halves.
var normalSizes = []int{0, 1, 2, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 100, 101, 110, 1000}

func TestNormalsSameBits(t *testing.T) {
	forSets(t, func(t *testing.T) {
		for _, s := range streams(20) {
			for _, scale := range []float64{1, -0.37, 1e-300} {
				for _, n := range normalSizes {
					got, want := newGuarded[float64](n, n%8), make([]float64, n)
					s.fill(got.data, scale)
					normalsGeneric(want, s.key, s.c1, s.c2, s.c3, scale)
					got.check(t, "normals")
					sameBits(t, got.data, want)
				}
			}
		}
	})
}

// sameBits tells zeros and NaNs apart, too.
func sameBits[T Float](t *testing.T, got, want []T) {
	t.Helper()
	for i := range want {
		g, w := math.Float64bits(float64(got[i])), math.Float64bits(float64(want[i]))
		if g != w {
			t.Fatalf("element %d of %d is %v (%x), want %v (%x)", i, len(want), got[i], g, want[i], w)
		}
	}
}

// TestNormalsAreFixed has numbers of a stream as they were when this was
// written, since the results of users depend on them. Another program agrees
// to all but the last digit.
func TestNormalsAreFixed(t *testing.T) {
	forSets(t, func(t *testing.T) {
		x := make([]float64, 1016)
		Normals(x, 0x299f31d0_a4093822, 1, 2, 3, 1)
		sameBits(t, []float64{x[0], x[7], x[8], x[15], x[1015]},
			[]float64{-0.21654839424988023, 0.4288320536250851, 0.4341634696099863, 0.5433630775990976, -0.844440301499948})
	})
}

func TestNormalsPrefix(t *testing.T) {
	forSets(t, func(t *testing.T) {
		whole := make([]float64, 1000)
		for _, s := range streams(5) {
			s.fill(whole, 2)
			for n := range 200 {
				part := make([]float64, n)
				s.fill(part, 2)
				sameBits(t, part, whole[:n])
			}
		}
	})
}

// TestBoxMuller wants an error of at most 1.5e-15 of the radius, of which the
// reference has its part: its angle is rounded, near π to 2⁻⁵².
func TestBoxMuller(t *testing.T) {
	rng := newRand(6)
	words := func() [4]uint32 {
		return [4]uint32{rng.Uint32(), rng.Uint32(), rng.Uint32(), rng.Uint32()}
	}
	worst := 0.0
	for i := range 1_000_000 {
		w := words()
		switch shift := rng.IntN(33); i % 4 { // also the rare ones
		case 1:
			w[0] >>= shift // u near 1
		case 2:
			w[0] |= ^(math.MaxUint32 >> shift) // u near 0
		case 3:
			w[2], w[3] = w[2]&(7<<29), w[3]>>shift // v near the eighths
			if rng.IntN(2) == 0 {
				w[2], w[3] = w[2]-1, ^w[3]
			}
		}
		worst = max(worst, boxMullerError(t, w))
	}
	t.Logf("worst error %.3g of the radius", worst)
}

// boxMullerError is relative to the radius.
func boxMullerError(t *testing.T, w [4]uint32) float64 {
	t.Helper()
	u := 1 - float64((uint64(w[0])<<32|uint64(w[1]))>>12)*0x1p-52
	v := float64((uint64(w[2])<<32|uint64(w[3]))>>12) * 0x1p-52
	if v > 0.5 {
		v-- // smaller, so less of it is lost in 2πv
	}
	r := math.Sqrt(-2 * math.Log(u))
	sin, cos := math.Sincos(2 * math.Pi * v)
	x, y := boxMuller(w, 1)
	worst := max(math.Abs(x-r*cos), math.Abs(y-r*sin))
	if !(worst <= 1.5e-15*r) {
		t.Fatalf("boxMuller(%x) = %v, %v, want %v, %v", w, x, y, r*cos, r*sin)
	}
	if r == 0 {
		return 0
	}
	return worst / r
}

// TestNormalsEdges has u = 1, and the least u on the axes and the diagonals,
// where the quadrants change. Philox was inverted to find streams in which c0
// gives these words.
func TestNormalsEdges(t *testing.T) {
	const all = math.MaxUint32
	most := math.Sqrt(2 * 52 * math.Ln2) // of u = 2⁻⁵²
	half := most * math.Sqrt2 / 2
	dst, want := make([]float64, 2048), make([]float64, 2048)
	for _, c := range []struct {
		s     stream
		c0    uint32
		words [4]uint32
		x, y  float64
	}{
		{stream{163007, 0xb10fb9a5, 0xd230e585, 0xaa00c6b4}, 826, [4]uint32{0, 0, 0, 0}, 0, 0},
		{stream{5443673, 0xd9f543da, 0x3c886178, 0x9a2bf0c0}, 896, [4]uint32{0, 0, all, all}, 0, 0},
		{stream{981570, 0xe70157e0, 0x4ae4ec5f, 0x3610ed2}, 605, [4]uint32{all, all, 0, 0}, most, 0},
		{stream{3171918, 0x80c4166c, 0xcfc530cc, 0x2efa6a0d}, 32, [4]uint32{all, all, 1 << 29, 0}, half, half},
		{stream{2416136, 0x8017de03, 0x7b67742e, 0x2a1f5970}, 763, [4]uint32{all, all, 2 << 29, 0}, 0, most},
		{stream{10139529, 0x52b083dd, 0x3a240408, 0xefe6ea7e}, 991, [4]uint32{all, all, 3 << 29, 0}, -half, half},
		{stream{2973213, 0x6bb10819, 0x6e90db5, 0x46c90a25}, 739, [4]uint32{all, all, 4 << 29, 0}, -most, 0},
		{stream{643946, 0xc357e21d, 0xd961f5bc, 0xb8e84220}, 616, [4]uint32{all, all, 5 << 29, 0}, -half, -half},
		{stream{576688, 0x11afa7a9, 0x35df2be5, 0x93069488}, 410, [4]uint32{all, all, 6 << 29, 0}, 0, -most},
		{stream{3350626, 0xf73c9814, 0xd539a1a8, 0xc3dc9f54}, 116, [4]uint32{all, all, 7 << 29, 0}, half, -half},
		{stream{1264617, 0xb5f6803, 0x67c09058, 0xc29b1dda}, 825, [4]uint32{all, all, all, all}, most, -most * 2 * math.Pi * 0x1p-52},
	} {
		if got := philox([4]uint32{c.c0, c.s.c1, c.s.c2, c.s.c3}, c.s.key); got != c.words {
			t.Fatalf("philox makes %x, want %x", got, c.words)
		}
		normalsGeneric(want, c.s.key, c.s.c1, c.s.c2, c.s.c3, 1)
		forSets(t, func(t *testing.T) {
			c.s.fill(dst, 1)
			sameBits(t, dst, want)
			at := c.c0/8*16 + c.c0%8
			if x, y := dst[at], dst[at+8]; !near(x, c.x, 1.5e-15*math.Abs(c.x)) || !near(y, c.y, 1.5e-15*math.Abs(c.y)) {
				t.Errorf("%x make %v, %v, want %v, %v", c.words, x, y, c.x, c.y)
			}
		})
	}
}

// BenchmarkNormals is to be read relative to NormFloat64 of the standard library.
func BenchmarkNormals(b *testing.B) {
	for _, n := range []int{1, 7, 16, 100, 101, 1000} {
		dst := make([]float64, n)
		c1 := uint32(0)
		benchOp(b, fmt.Sprint(n), n, func() {
			Normals(dst, 1, c1, 2, 3, 0.5)
			c1++
		})
	}
	rng := rand.New(rand.NewPCG(1, 2))
	dst := make([]float64, 1000)
	benchOp(b, "NormFloat64", len(dst), func() {
		for i := range dst {
			dst[i] = 0.5 * rng.NormFloat64()
		}
	})
}
