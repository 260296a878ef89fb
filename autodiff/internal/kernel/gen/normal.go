package main

import (
	"math"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// emitNormals writes the loop of Normals over blocks of sixteen numbers: with
// AVX-512 a vector of the first and one of the last eight, with AVX2 twice such
// a pair. All operations are those of the Go functions of the same names, in
// the same order, as the results are to have the same bits.
func emitNormals(m *machine) {
	if m.prec != 64 {
		return
	}
	name := m.fn("normals")
	m.Function(name)
	m.SignatureExpr("func(n int, dst, tail *float64, words *uint64, scale float64)")
	m.Doc(name+" writes n normal numbers times scale to dst, in blocks of 16; the last",
		"block is written to tail if it is not a whole one. words are philoxWords.")
	m.Pragma("noescape")
	m.Attributes(0)
	m.consts = nil

	n, dst, tail, words := m.arg("n"), m.arg("dst"), m.arg("tail"), m.arg("words")
	scale, counter := m.scalar("scale"), m.vec()
	m.move(counter, m.laneNumbers())
	m.hoist(func(r *machine) { r.normals(r.GP64(), r.GP64(), r.vec(), r.vec(), [2]vec{r.vec(), r.vec()}) })
	random := m.philox(counter, words)

	m.Label("block")
	m.CMPQ(n, operand.U8(normalBlock))
	m.CMOVQLT(tail, dst)
	m.normals(dst, words, scale, counter, random)
	m.ADDQ(operand.I32(normalBlock*m.size()), dst)
	m.SUBQ(operand.U8(normalBlock), n)
	m.JGT(operand.LabelRef("block"))
	m.end()
}

const normalBlock = 16

// normals writes a block, made of random and of what follows it. Philox and
// the transform are long chains, and take about as long: Philox is one pair of
// vectors ahead, so that neither waits for the other.
func (m *machine) normals(dst, words reg.GPVirtual, scale, counter vec, random [2]vec) {
	const half = normalBlock / 2
	now := random
	for lane := 0; lane < half; lane += m.lanes() {
		m.addInt(counter, counter, m.constantBits(uint64(m.lanes())))
		var next [2]vec
		m.interleave(func() {
			next = m.philox(counter, words)
		}, func() {
			x, y := m.boxMuller(now, scale)
			m.move(operand.Mem{Base: dst, Disp: lane * m.size()}, x)
			m.move(operand.Mem{Base: dst, Disp: (lane + half) * m.size()}, y)
		})
		now = next
	}
	for i, v := range random {
		m.move(v, now[i])
	}
}

// laneNumbers is a vector of 0, 1, 2 and so on.
func (m *machine) laneNumbers() operand.Mem {
	t := m.StaticGlobal("lane")
	m.DataAttributes(attr.RODATA | attr.NOPTR)
	for i := range m.lanes() {
		m.AddDatum(i*m.size(), operand.U64(i))
	}
	return t
}

func (m *machine) boxMuller(random [2]vec, scale vec) (x, y vec) {
	r := m.minus2Log(m.oneTo2(random[0]))
	m.sqrt(r, r)
	m.mul(r, r, scale)
	x, y = m.cosSin(m.oneTo2(random[1]))
	m.mul(x, x, r)
	m.mul(y, y, r)
	return x, y
}

// oneTo2 overwrites x.
func (m *machine) oneTo2(x vec) vec {
	m.shiftRight(x, x, 12)
	m.or(x, x, m.constant(1))
	return x
}

// minus2Log is of 2-x.
func (m *machine) minus2Log(x vec) vec {
	const sqrtHalfBits = 0x3fe6a09e667f3bcd
	t := m.vec()
	m.sub(t, m.register(m.constant(2)), x)
	m.addInt(t, t, m.constantBits(math.Float64bits(1)-sqrtHalfBits))
	minusE, mant := m.vec(), m.vec()
	m.shiftRight(minusE, t, 52)
	m.or(minusE, minusE, m.constant(0x1p52))
	m.sub(minusE, m.register(m.constant(0x1p52+1023)), minusE)
	m.and(mant, t, m.constantBits(1<<52-1))
	m.addInt(mant, mant, m.constantBits(sqrtHalfBits))
	one := m.register(m.constant(1))
	s, den, z := m.vec(), m.vec(), m.vec()
	m.sub(s, one, mant)
	m.add(den, one, mant)
	m.div(s, s, den)
	m.mul(z, s, s)
	p := m.horner(logSeries, z)
	m.mul(p, p, s)
	m.fma(p, minusE, m.constant(2*math.Ln2))
	return p
}

func (m *machine) cosSin(v vec) (cos, sin vec) {
	round := m.constant(0x1.8p50)
	sum, t, z := m.vec(), m.vec(), m.vec()
	m.add(sum, v, round)
	m.sub(t, sum, round)
	m.sub(t, v, t)
	m.mul(z, t, t)
	c, s := m.horner(cosSeries, z), m.horner(sinSeries, z)
	m.mul(s, s, t)

	// The bits of the quadrant become signs.
	odd, minusSin, minusCos := m.vec(), m.vec(), m.vec()
	m.shiftLeft(odd, sum, 63)
	m.shiftLeft(minusSin, sum, 62)
	m.xor(minusCos, odd, minusSin)
	cos, sin = m.vec(), m.vec()
	m.bySign(cos, odd, s, c)
	m.bySign(sin, odd, c, s)
	m.flip(cos, minusCos)
	m.flip(sin, minusSin)
	return cos, sin
}

// horner has its coefficients in memory: they are too many for registers.
func (m *machine) horner(c []float64, x vec) vec {
	p := m.vec()
	if !m.wide() {
		m.move(p, m.constant(c[0]))
		for _, c := range c[1:] {
			m.muladd(p, x, m.constant(c))
		}
		return p
	}
	m.spread(p, m.constantData(math.Float64bits(c[0])))
	for _, c := range c[1:] {
		m.VFMADD213PD_BCST(m.constantData(math.Float64bits(c)), x, p)
	}
	return p
}

// flip changes the sign of x where y has one.
func (m *machine) flip(x, y vec) {
	sign := m.constantBits(m.signBit())
	if m.wide() {
		const xorAnd = 0x78 // x ⊕ (y & sign)
		m.VPTERNLOGQ(operand.U8(xorAnd), sign, y, x)
		return
	}
	t := m.vec()
	m.and(t, y, sign)
	m.xor(x, x, t)
}

// The series are those of the package, by the same expressions.
var (
	logSeries = []float64{4. / 19, 4. / 17, 4. / 15, 4. / 13, 4. / 11, 4. / 9, 4. / 7, 4. / 5, 4. / 3, 4}
	cosSeries = []float64{tau16 / 20922789888000, -tau8 * tau4 * tau2 / 87178291200, tau8 * tau4 / 479001600,
		-tau8 * tau2 / 3628800, tau8 / 40320, -tau4 * tau2 / 720, tau4 / 24, -tau2 / 2, 1}
	sinSeries = []float64{-tau8 * tau4 * tau2 * tau / 1307674368000, tau8 * tau4 * tau / 6227020800, -tau8 * tau2 * tau / 39916800,
		tau8 * tau / 362880, -tau4 * tau2 * tau / 5040, tau4 * tau / 120, -tau2 * tau / 6, tau}
)

const (
	tau   = 2 * math.Pi
	tau2  = tau * tau
	tau4  = tau2 * tau2
	tau8  = tau4 * tau4
	tau16 = tau8 * tau8
)
