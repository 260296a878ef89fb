package main

import (
	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// mask selects the first lanes of a vector. AVX-512 has registers for it; AVX2
// keeps it in memory and loads it into the vector that is to be filled, since
// the products need all 16 registers.
type mask struct {
	k   reg.OpmaskVirtual
	mem operand.Mem
}

// firstLanes makes the mask of the first count lanes, 0 to all.
func (m *machine) firstLanes(count reg.GPVirtual) mask {
	r := m.GP64()
	if m.wide() {
		k := m.K()
		m.MOVQ(operand.I32(-1), r)
		m.BZHIQ(count, r, r)
		m.KMOVW(r.As32(), k)
		return mask{k: k}
	}
	// The window into full, full, ..., empty, empty that begins count lanes
	// before the first empty one.
	m.LEAQ(m.maskTable(), r)
	n := m.GP64()
	m.MOVQ(count, n)
	m.SHLQ(m.shift(), n)
	m.SUBQ(n, r)
	return mask{mem: operand.Mem{Base: r, Disp: m.bytes()}}
}

// maskTable is a vector of ones followed by a vector of zeros. 32 and 64 bit
// lanes use the same.
func (m *machine) maskTable() operand.Mem {
	if t, ok := tables[m.Context]; ok {
		return t
	}
	t := m.StaticGlobal("lanes")
	m.DataAttributes(attr.RODATA | attr.NOPTR)
	for i := range 8 {
		m.AddDatum(i*8, operand.I64(map[bool]int64{true: -1}[i < 4]))
	}
	tables[m.Context] = t
	return t
}

// tables has the table of every file.
var tables = map[*build.Context]operand.Mem{}

// load fills dst with the selected lanes at mem, and zeros. Memory behind the
// other lanes is not touched.
func (m *machine) load(dst reg.VecVirtual, mem operand.Mem, sel *mask) {
	switch {
	case sel == nil:
		m.move(dst, mem)
	case m.wide():
		if m.prec == 32 {
			m.VMOVUPS_Z(mem, sel.k, dst)
		} else {
			m.VMOVUPD_Z(mem, sel.k, dst)
		}
	default:
		m.move(dst, sel.mem)
		if m.prec == 32 {
			m.VMASKMOVPS(mem, dst, dst)
		} else {
			m.VMASKMOVPD(mem, dst, dst)
		}
	}
}

// store writes the selected lanes of src; tmp may be overwritten (AVX2).
func (m *machine) store(mem operand.Mem, src reg.VecVirtual, sel *mask, tmp reg.VecVirtual) {
	switch {
	case sel == nil:
		m.move(mem, src)
	case m.wide():
		m.pick(m.VMOVUPS, m.VMOVUPD)(src, sel.k, mem)
	default:
		m.move(tmp, sel.mem)
		if m.prec == 32 {
			m.VMASKMOVPS(src, tmp, mem)
		} else {
			m.VMASKMOVPD(src, tmp, mem)
		}
	}
}
