package main

import "math"

var activations = []*op{
	{name: "relu", doc: "sets dst = max(x, 0).", ptrs: []string{"dst", "x"},
		emit: simple(func(m *machine, dst vec, in, _ []vec) {
			zero := m.vec()
			m.zero(zero)
			m.max(dst, zero, in[0])
		})},
	{name: "reluGrad", doc: "sets dst = dy where x > 0, else 0.", ptrs: []string{"dst", "x", "dy"},
		emit: simple(func(m *machine, dst vec, in, _ []vec) { m.wherePositive(dst, in[0], in[1]) })},
	{name: "exp", doc: "sets dst = exp(x).", ptrs: []string{"dst", "x"},
		emit: simple(func(m *machine, dst vec, in, _ []vec) {
			x := in[0]
			m.min(x, m.register(m.constant(m.expBound())), x)
			m.exp(dst, x)
		})},
	{name: "tanh", doc: "sets dst = tanh(x).", ptrs: []string{"dst", "x"},
		emit: simple(func(m *machine, dst vec, in, _ []vec) { m.tanh(dst, in[0]) })},
	{name: "tanhGrad", doc: "sets dst = dy * (1 - y*y).", ptrs: []string{"dst", "y", "dy"},
		emit: simple(func(m *machine, dst vec, in, _ []vec) {
			m.move(dst, m.constant(1))
			m.fnma(dst, in[0], in[0])
			m.mul(dst, dst, in[1])
		})},
	{name: "silu", doc: "sets dst = x * sigmoid(x).", ptrs: []string{"dst", "x"},
		emit: simple(func(m *machine, dst vec, in, _ []vec) {
			x := in[0]
			s, _, den := m.sigmoid(x)
			m.max(x, m.register(m.constant(-siluBound)), x)
			m.div(s, s, den)
			m.mul(dst, x, s)
		})},
	{name: "siluGrad", doc: "sets dst = dy * sigmoid(x) * (1 + x*(1-sigmoid(x))).", ptrs: []string{"dst", "x", "dy"},
		emit: simple(func(m *machine, dst vec, in, _ []vec) {
			x, dy := in[0], in[1]
			s, s1, den := m.sigmoid(x)
			m.max(x, m.register(m.constant(-siluBound)), x)
			m.min(x, m.register(m.constant(siluBound)), x)
			one := m.register(m.constant(1))
			m.div(den, one, den)
			m.mul(s, s, den)
			m.mul(s1, s1, den)
			m.muladd(x, s1, m.constant(1))
			m.mul(s, s, x)
			m.mul(dst, s, dy)
		})},
}

// siluBound is that of the Go loops: there x is as good as infinite.
const siluBound = 1000

// tanh is e/(e+2) with e = exp(2|x|)-1, and the sign of x. e comes without
// cancellation from exp(y) = 2ⁿ·(1+p): it is 2ⁿ·p + (2ⁿ-1).
func (m *machine) tanh(dst, x vec) {
	y := m.vec()
	m.and(y, x, m.constantBits(m.signBit()-1))
	m.add(y, y, y)
	bound := 40.0 // tanh(20) is 1 in float64
	if m.prec == 32 {
		bound = 20
	}
	m.min(y, m.register(m.constant(bound)), y)
	n, p := m.vec(), m.vec()
	m.reduce(n, p, y)
	scale := m.vec()
	m.exp2(scale, n)
	less := m.vec()
	m.sub(less, scale, m.constant(1))
	m.muladd(p, scale, less)
	m.add(y, p, m.constant(2))
	m.div(p, p, y)
	sign := m.vec()
	m.and(sign, x, m.constantBits(m.signBit()))
	m.or(dst, p, sign)
}

// sigmoid returns numerators and the denominator of σ(x) and 1-σ(x). They are
// made of exp(-|x|), which cannot overflow, without a difference.
func (m *machine) sigmoid(x vec) (s, s1, den vec) {
	e := m.vec()
	m.or(e, x, m.constantBits(m.signBit()))
	m.exp(e, e)
	one := m.register(m.constant(1))
	s, s1, den = m.vec(), m.vec(), m.vec()
	m.bySign(s, x, e, one)
	m.bySign(s1, x, one, e)
	m.add(den, e, one)
	return s, s1, den
}

func (m *machine) signBit() uint64 { return 1 << (m.prec - 1) }

// expBound is a number with an infinite exp, whose log2 is not far beyond the
// exponents. Below minus that (and a bit, for the denormals) exp is 0.
func (m *machine) expBound() float64 {
	if m.prec == 32 {
		return 89
	}
	return 710
}

func (m *machine) expLow() float64 {
	if m.prec == 32 {
		return -104
	}
	return -746
}

// taylor has the coefficients of (exp(r)-1-r)/r², highest first. For
// |r| < ln2/2 what is left out is below 2⁻²⁶ and 2⁻⁵⁶ of exp(r)-1.
func (m *machine) taylor() []float64 {
	degree := 13
	if m.prec == 32 {
		degree = 7
	}
	var c []float64
	for k := degree; k >= 2; k-- {
		c = append(c, 1/math.Gamma(float64(k+1)))
	}
	return c
}
