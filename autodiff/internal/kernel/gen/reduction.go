package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

var reductions = []*op{
	{name: "dot", doc: "returns the sum of a * b.", ptrs: []string{"a", "b"}, result: "T", emit: emitDot},
	{name: "sumSq", doc: "returns the sum of a * a.", ptrs: []string{"a"}, result: "float64", emit: emitSumSq},
	{name: "rowDot", doc: "sets dst[i] to the sum over j of a[i,j] * b[i,j].", sizes: []string{"rows", "cols"},
		ptrs: []string{"dst", "a", "b"}, emit: emitRowDot},
	{name: "matVec", doc: "adds the sum over p of a[i*lda+p] * x[p] to dst[i*ldd], for p < k.", sizes: []string{"rows", "k", "lda", "ldd"},
		ptrs: []string{"dst", "a", "x"}, emit: emitMatVec},
}

// chains is how many sums a reduction keeps, to hide the latency of adding.
const chains = 4

// emitDot adds four vectors at a time to four sums, and the rest to the first.
func emitDot(m *machine, o *op) {
	m.begin(o)
	n, a, b := m.arg("n"), m.arg("a"), m.arg("b")
	i := m.GP64()
	m.XORQ(i, i)
	sums := m.vecs(chains)
	for _, s := range sums {
		m.zero(s)
	}
	m.Label("four")
	m.SUBQ(operand.U8(chains*m.lanes()), n)
	m.JLT(operand.LabelRef("rest"))
	for j, s := range sums {
		x := m.vec()
		m.move(x, m.at(a, i).Offset(j*m.bytes()))
		m.fma(s, x, m.at(b, i).Offset(j*m.bytes()))
	}
	m.ADDQ(operand.U8(chains*m.lanes()), i)
	m.JMP(operand.LabelRef("four"))
	m.Label("rest")
	m.ADDQ(operand.U8(chains*m.lanes()), n)
	m.vectors(i, n, func(sel *mask) { m.dotStep(sums[0], a, b, i, sel) })
	m.Store(m.total(m.prec, m.sum(sums)), m.ReturnIndex(0))
	m.end()
}

// dotStep adds the products of one vector of a and b to s.
func (m *machine) dotStep(s vec, a, b, i reg.GPVirtual, sel *mask) {
	x, y := m.vec(), m.vec()
	m.load(x, m.at(a, i), sel)
	m.load(y, m.at(b, i), sel)
	m.fma(s, x, y)
}

// sum adds the sums pairwise into one vector.
func (m *machine) sum(sums []vec) vec {
	for n := len(sums); n > 1; n /= 2 {
		for j := range n / 2 {
			m.add(sums[j], sums[j], sums[j+n/2])
		}
	}
	return sums[0]
}

// total adds the lanes, of prec bits each, by halves.
func (m *machine) total(prec int, v vec) reg.VecVirtual {
	lanes := &machine{Context: m.Context, bits: 256, prec: prec}
	y := v.AsY()
	if m.wide() {
		hi := m.YMM()
		m.VEXTRACTF64X4(operand.U8(1), v, hi)
		lanes.add(hi, hi, y)
		y = hi
	}
	x := m.XMM()
	m.VEXTRACTF128(operand.U8(1), y, x)
	lanes.add(x, x, y.(reg.Vec).AsX())
	t := m.XMM()
	m.VPERMILPD(operand.U8(1), x, t)
	lanes.add(x, x, t)
	if prec == 32 {
		m.VMOVSHDUP(x, t)
		lanes.add(x, x, t)
	}
	return x
}

// emitSumSq sums in float64: a vector of float32 is converted by halves.
func emitSumSq(m *machine, o *op) {
	m.begin(o)
	n, a := m.arg("n"), m.arg("a")
	i := m.GP64()
	m.XORQ(i, i)
	wide := &machine{Context: m.Context, bits: m.bits, prec: 64}
	sums := m.vecs(2)
	for _, s := range sums {
		m.zero(s)
	}
	m.vectors(i, n, func(sel *mask) {
		x := m.vec()
		m.load(x, m.at(a, i), sel)
		if m.prec == 64 {
			m.fma(sums[0], x, x)
			return
		}
		lo, hi := m.vec(), m.vec()
		m.VCVTPS2PD(m.half(x, 0), lo)
		m.VCVTPS2PD(m.half(x, 1), hi)
		wide.fma(sums[0], lo, lo)
		wide.fma(sums[1], hi, hi)
	})
	m.Store(m.total(64, wide.sum(sums)), m.ReturnIndex(0))
	m.end()
}

// half is the lower or upper half of a vector.
func (m *machine) half(x vec, which int) reg.Register {
	if m.wide() {
		if which == 0 {
			return x.AsY()
		}
		y := m.YMM()
		m.VEXTRACTF64X4(operand.U8(1), x, y)
		return y
	}
	if which == 0 {
		return x.AsX()
	}
	y := m.XMM()
	m.VEXTRACTF128(operand.U8(1), x, y)
	return y
}

// emitRowDot is dot with one sum for every row: the rows are short, and as they
// do not wait for each other the latency is hidden by the next row.
func emitRowDot(m *machine, o *op) {
	m.begin(o)
	rows, cols, dst, a, b := m.arg("rows"), m.arg("cols"), m.arg("dst"), m.arg("a"), m.arg("b")
	i, left := m.GP64(), m.GP64()
	m.Label("row")
	m.XORQ(i, i)
	m.MOVQ(cols, left)
	s := m.vec()
	m.zero(s)
	m.vectors(i, left, func(sel *mask) { m.dotStep(s, a, b, i, sel) })
	m.moveOne(operand.Mem{Base: dst}, m.total(m.prec, s))
	m.ADDQ(operand.U8(m.size()), dst)
	m.LEAQ(m.at(a, cols), a)
	m.LEAQ(m.at(b, cols), b)
	m.DECQ(rows)
	m.JNE(operand.LabelRef("row"))
	m.end()
}

// moveOne stores lane 0.
func (m *machine) moveOne(dst operand.Mem, x reg.VecVirtual) {
	if m.prec == 32 {
		m.VMOVSS(x, dst)
	} else {
		m.VMOVSD(x, dst)
	}
}
