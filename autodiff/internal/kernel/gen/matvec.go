package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// emitMatVec writes the product with a single column. On a panel it would use
// one lane of a vector; here the vectors lie along k. Four rows at a time share
// the loads of x; a row has the same operations alone as among four.
func emitMatVec(m *machine, o *op) {
	m.begin(o)
	rows, k, lda, ldd := m.arg("rows"), m.arg("k"), m.arg("lda"), m.arg("ldd")
	dst, a, x := m.arg("dst"), m.arg("a"), m.arg("x")
	m.SHLQ(m.shift(), lda)
	m.SHLQ(m.shift(), ldd)
	for _, block := range []int{4, 1} {
		loop, next := fmt.Sprintf("rows%d", block), fmt.Sprintf("below%d", block)
		m.Label(loop)
		m.CMPQ(rows, operand.U8(block))
		m.JLT(operand.LabelRef(next))
		m.rowsTimesX(block, k, lda, ldd, dst, a, x)
		m.SUBQ(operand.U8(block), rows)
		m.JMP(operand.LabelRef(loop))
		m.Label(next)
	}
	m.end()
}

// rowsTimesX does the next rows, and moves a and dst behind them.
func (m *machine) rowsTimesX(rows int, k, lda, ldd, dst, a, x reg.GPVirtual) {
	from := make([]reg.GPVirtual, rows)
	sums := m.vecs(rows)
	for r := range from {
		from[r] = m.GP64()
		m.MOVQ(a, from[r])
		m.ADDQ(lda, a)
		m.zero(sums[r])
	}
	i, left := m.GP64(), m.GP64()
	m.XORQ(i, i)
	m.MOVQ(k, left)
	m.vectors(i, left, func(sel *mask) {
		b := m.vec()
		m.load(b, m.at(x, i), sel)
		for r := range from {
			v := m.vec()
			m.load(v, m.at(from[r], i), sel)
			m.fma(sums[r], v, b)
		}
	})
	for _, s := range sums {
		t := m.total(m.prec, s)
		old := operand.Mem{Base: dst}
		if m.prec == 32 {
			m.VADDSS(old, t, t)
		} else {
			m.VADDSD(old, t, t)
		}
		m.moveOne(old, t)
		m.ADDQ(ldd, dst)
	}
}
