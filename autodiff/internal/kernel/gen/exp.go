package main

import (
	"math"

	"github.com/mmcloughlin/avo/operand"
)

// exp sets dst = exp(x) for x below expBound.
func (m *machine) exp(dst, x vec) {
	y := m.vec()
	m.max(y, m.register(m.constant(m.expLow())), x)
	n, p := m.vec(), m.vec()
	m.reduce(n, p, y)
	m.add(p, p, m.constant(1))
	if m.wide() {
		m.pick(m.VSCALEFPS, m.VSCALEFPD)(n, p, dst)
		return
	}
	// 2ⁿ need not be a number where exp is: multiply in two halves.
	half, scale := m.vec(), m.vec()
	m.mul(half, n, m.constant(0.5))
	m.round(half, half)
	m.sub(n, n, half)
	m.exp2(scale, half)
	m.mul(p, p, scale)
	m.exp2(scale, n)
	m.mul(dst, p, scale)
}

// reduce splits exp(x) = 2ⁿ·(1+p), n integer, |x - n·ln2| at most ln2/2. ln2 is
// in two parts: the first has so few bits that its product with n is exact.
func (m *machine) reduce(n, p, x vec) {
	hi, lo := 0x1.62e42feep-1, 0x1.a39ef35793c76p-33
	if m.prec == 32 {
		hi = 0x1.62e4p-1
		lo = math.Ln2 - hi
	}
	m.mul(n, x, m.constant(math.Log2E))
	m.round(n, n)
	m.fnma(x, n, m.constant(hi))
	m.fnma(x, n, m.constant(lo))
	c := m.taylor()
	m.move(p, m.constant(c[0]))
	for _, c := range c[1:] {
		m.muladd(p, x, m.constant(c))
	}
	m.mul(p, p, x)
	m.muladd(p, x, x)
}

// exp2 sets dst = 2ⁿ for an integer n that is an exponent of normal numbers.
func (m *machine) exp2(dst, n vec) {
	if m.wide() {
		m.pick(m.VSCALEFPS, m.VSCALEFPD)(n, m.constant(1), dst)
		return
	}
	// The sum has n plus the bias in its lowest bits, which are shifted to
	// where the exponent is.
	if m.prec == 32 {
		m.add(dst, n, m.constant(0x1.8p23+127))
		m.VPSLLD(operand.U8(23), dst, dst)
	} else {
		m.add(dst, n, m.constant(0x1.8p52+1023))
		m.VPSLLQ(operand.U8(52), dst, dst)
	}
}

// round to the nearest integer.
func (m *machine) round(dst, x vec) {
	switch {
	case m.wide():
		m.pick(m.VRNDSCALEPS, m.VRNDSCALEPD)(operand.U8(8), x, dst)
	case m.prec == 32:
		m.VROUNDPS(operand.U8(8), x, dst)
	default:
		m.VROUNDPD(operand.U8(8), x, dst)
	}
}

// bySign sets dst to neg where x has a sign, else to pos.
func (m *machine) bySign(dst, x, neg, pos vec) {
	switch {
	case m.wide():
		k := m.K()
		if m.prec == 32 {
			m.VPMOVD2M(x, k)
		} else {
			m.VPMOVQ2M(x, k)
		}
		m.pick(m.VBLENDMPS, m.VBLENDMPD)(neg, pos, k, dst)
	case m.prec == 32:
		m.VBLENDVPS(x, neg, pos, dst)
	default:
		m.VBLENDVPD(x, neg, pos, dst)
	}
}

// wherePositive sets dst to y where x > 0, else to 0.
func (m *machine) wherePositive(dst, x, y vec) {
	const greater = 30 // ordered, no signal
	zero := m.vec()
	m.zero(zero)
	switch {
	case m.wide():
		k := m.K()
		m.pick(m.VCMPPS, m.VCMPPD)(operand.U8(greater), zero, x, k)
		if m.prec == 32 {
			m.VMOVAPS_Z(y, k, dst)
		} else {
			m.VMOVAPD_Z(y, k, dst)
		}
	default:
		m.pick(m.VCMPPS, m.VCMPPD)(operand.U8(greater), zero, x, dst)
		m.and(dst, dst, y)
	}
}

// register is a constant as an operand that may not be memory.
func (m *machine) register(c operand.Op) vec {
	if v, ok := c.(vec); ok {
		return v
	}
	v := m.vec()
	m.move(v, c)
	return v
}
