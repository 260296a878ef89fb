package main

import (
	"github.com/mmcloughlin/avo/operand"
)

// emitPeak writes the loop that measures how many multiply-adds a core does:
// twelve independent chains in registers, more than latency times throughput.
func emitPeak(m *machine) {
	name := m.fn("peak")
	m.Function(name)
	m.SignatureExpr("func(n int)")
	m.Doc(name + " makes n times 12 vector multiply-adds in registers.")
	m.Attributes(0)
	n := m.GP64()
	m.Load(m.Param("n"), n)
	acc := m.vecs(12)
	for _, v := range acc {
		m.zero(v)
	}
	x := m.vec()
	m.zero(x)
	m.Label("again")
	for _, v := range acc {
		m.fma(v, x, x)
	}
	m.DECQ(n)
	m.JNE(operand.LabelRef("again"))
	m.VZEROUPPER()
	m.RET()
}
