package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The conversions go by vectors of float64, and half a vector of float32. Those
// of float64 to itself copy.
var conversions = []*op{
	{name: "narrow", doc: "sets dst = src, rounded.", ptrs: []string{"dst", "src"}, doubles: []string{"src"}, emit: emitNarrow},
	{name: "widen", doc: "sets dst = src.", ptrs: []string{"dst", "src"}, doubles: []string{"dst"}, emit: emitWiden},
}

func emitNarrow(m *machine, o *op) {
	m.convert(o, func(double *machine, dst, src, i reg.GPVirtual, sel *mask) {
		x := double.vec()
		double.load(x, double.at(src, i), sel)
		if m.prec == 64 {
			m.store(m.at(dst, i), x, sel, m.vec())
			return
		}
		y := m.halfVec()
		if m.wide() {
			m.VCVTPD2PS(x, y)
		} else {
			m.VCVTPD2PSY(x, y)
		}
		m.storeHalf(m.at(dst, i), y, sel)
	})
}

func emitWiden(m *machine, o *op) {
	m.convert(o, func(double *machine, dst, src, i reg.GPVirtual, sel *mask) {
		x := double.vec()
		if m.prec == 64 {
			m.load(x, m.at(src, i), sel)
		} else {
			y := m.halfVec()
			m.loadHalf(y, m.at(src, i), sel)
			m.VCVTPS2PD(y, x)
		}
		double.store(double.at(dst, i), x, sel, double.vec())
	})
}

// convert emits a function of dst and src with step for every vector of float64,
// of which double is the machine.
func (m *machine) convert(o *op, step func(double *machine, dst, src, i reg.GPVirtual, sel *mask)) {
	m.begin(o)
	n, dst, src, i := m.arg("n"), m.arg("dst"), m.arg("src"), m.GP64()
	m.XORQ(i, i)
	double := &machine{Context: m.Context, bits: m.bits, prec: 64}
	double.vectors(i, n, func(sel *mask) { step(double, dst, src, i, sel) })
	m.end()
}

func (m *machine) halfVec() reg.VecVirtual {
	if m.wide() {
		return m.YMM()
	}
	return m.XMM()
}

// loadHalf is load of half a vector of float32, where sel is that of a vector of
// float64.
func (m *machine) loadHalf(dst reg.VecVirtual, mem operand.Mem, sel *mask) {
	switch {
	case sel == nil:
		m.VMOVUPS(mem, dst)
	case m.wide():
		m.VMOVUPS_Z(mem, sel.k, dst)
	default:
		m.VMASKMOVPS(mem, m.halfMask(sel), dst)
	}
}

// storeHalf is store of half a vector.
func (m *machine) storeHalf(mem operand.Mem, src reg.VecVirtual, sel *mask) {
	switch {
	case sel == nil:
		m.VMOVUPS(src, mem)
	case m.wide():
		m.VMOVUPS(src, sel.k, mem)
	default:
		m.VMASKMOVPS(src, m.halfMask(sel), mem)
	}
}

// halfMask has every other word of the mask (AVX2): 32 bits for 64.
func (m *machine) halfMask(sel *mask) reg.VecVirtual {
	lo, hi := m.XMM(), m.XMM()
	m.VMOVUPS(sel.mem, lo)
	m.VMOVUPS(sel.mem.Offset(16), hi)
	m.VSHUFPS(operand.U8(0x88), hi, lo, lo)
	return lo
}
