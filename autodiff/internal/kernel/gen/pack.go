package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// emitPack writes the function that transposes as many rows of B as a vector
// has lanes, so that a product with Bᵀ can run on the same panels as one with
// B. It works on square blocks in registers.
func emitPack(m *machine) {
	name := m.fn("pack")
	m.Function(name)
	m.SignatureExpr(fmt.Sprintf("func(rows, k int, b *%[1]s, ldb int, dst *%[1]s, stride int)", m.typ()))
	m.Doc(name+" writes the transpose of the first k numbers of the rows at b to dst,",
		"one vector every stride numbers. Lanes from rows on repeat the last row;",
		fmt.Sprintf("k is rounded up to a multiple of %d, with zeros.", m.lanes()))
	m.Pragma("noescape")
	m.Attributes(0)

	arg := func(name string) reg.GPVirtual {
		r := m.GP64()
		m.Load(m.Param(name), r)
		return r
	}
	rows, k, b, ldb, dst, stride := arg("rows"), arg("k"), arg("b"), arg("ldb"), arg("dst"), arg("stride")
	m.SHLQ(m.shift(), ldb)
	m.SHLQ(m.shift(), stride)
	zero := m.GP64()
	m.XORQ(zero, zero)

	m.Label("full")
	m.CMPQ(k, operand.U8(m.lanes()))
	m.JLT(operand.LabelRef("tail"))
	m.packBlock(rows, b, ldb, dst, stride, zero, nil)
	m.ADDQ(operand.U8(m.bytes()), b)
	m.SUBQ(operand.U8(m.lanes()), k)
	m.JMP(operand.LabelRef("full"))

	m.Label("tail")
	m.TESTQ(k, k)
	m.JEQ(operand.LabelRef("done"))
	sel := m.firstLanes(k)
	m.packBlock(rows, b, ldb, dst, stride, zero, &sel)
	m.Label("done")
	m.VZEROUPPER()
	m.RET()
}

// packBlock transposes one square and moves dst behind it.
func (m *machine) packBlock(rows, b, ldb, dst, stride, zero reg.GPVirtual, sel *mask) {
	at, step := m.GP64(), m.GP64()
	m.MOVQ(b, at)
	r := m.vecs(m.lanes())
	for i := range r {
		m.load(r[i], operand.Mem{Base: at}, sel)
		if i < len(r)-1 {
			m.MOVQ(ldb, step)
			m.CMPQ(rows, operand.U8(i+1))
			m.CMOVQLE(zero, step) // stay on the last row
			m.ADDQ(step, at)
		}
	}
	for _, col := range m.transpose(r) {
		m.move(operand.Mem{Base: dst}, col)
		m.ADDQ(stride, dst)
	}
}

// transpose returns the columns of the square in r: first within the 128-bit
// lanes, where unpacking interleaves neighbours, then the lanes.
func (m *machine) transpose(r []reg.VecVirtual) []reg.VecVirtual {
	n := len(r)
	t := m.vecs(n)
	for i := 0; i < n; i += 2 {
		m.unpackLo(t[i], r[i], r[i+1])
		m.unpackHi(t[i+1], r[i], r[i+1])
	}
	inLane := 2
	if m.prec == 32 {
		inLane = 4
		u := m.vecs(n)
		for i := 0; i < n; i += 4 {
			for c := range 2 {
				m.VUNPCKLPD(t[i+c+2], t[i+c], u[i+2*c])
				m.VUNPCKHPD(t[i+c+2], t[i+c], u[i+2*c+1])
			}
		}
		t = u
	}
	// Now t[inLane·i+c] has, in lane l, column inLane·l+c of rows inLane·i...
	cols := make([]reg.VecVirtual, n)
	for c := range inLane {
		g := func(i int) reg.VecVirtual { return t[inLane*i+c] }
		if !m.wide() {
			for l, imm := range []int{0x20, 0x31} {
				cols[inLane*l+c] = m.vec()
				m.VPERM2F128(operand.U8(imm), g(1), g(0), cols[inLane*l+c])
			}
			continue
		}
		// even lanes of two groups, then even lanes of those and so on.
		for half, imm := range []int{0x88, 0xdd} {
			lo, hi := m.vec(), m.vec()
			m.VSHUFF64X2(operand.U8(imm), g(1), g(0), lo)
			m.VSHUFF64X2(operand.U8(imm), g(3), g(2), hi)
			for quarter, imm := range []int{0x88, 0xdd} {
				v := m.vec()
				m.VSHUFF64X2(operand.U8(imm), hi, lo, v)
				cols[inLane*(half+2*quarter)+c] = v
			}
		}
	}
	return cols
}
