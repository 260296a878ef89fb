package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// machine emits instructions for one vector width and precision, so that a
// kernel is written once for all four. Operations have their destination first
// and the other operands in the order of the formula.
type machine struct {
	*build.Context
	bits int // 512 or 256
	prec int // 32 or 64

	consts []constant // of the function being emitted
	loops  int        // in it, for unique labels
}

func setName(bits int) string {
	if bits == 512 {
		return "avx512"
	}
	return "avx2"
}

func (m *machine) wide() bool { return m.bits == 512 }
func (m *machine) lanes() int { return m.bits / m.prec }
func (m *machine) bytes() int { return m.bits / 8 }
func (m *machine) size() int  { return m.prec / 8 }

// shift is log2 of the size of a number.
func (m *machine) shift() operand.Constant {
	if m.prec == 32 {
		return operand.U8(2)
	}
	return operand.U8(3)
}

func (m *machine) typ() string { return fmt.Sprintf("float%d", m.prec) }

// fn is the name of a kernel's instance: addAVX512F32 and so on.
func (m *machine) fn(base string) string {
	set := "AVX2"
	if m.wide() {
		set = "AVX512"
	}
	return fmt.Sprintf("%s%sF%d", base, set, m.prec)
}

func (m *machine) vec() reg.VecVirtual {
	if m.wide() {
		return m.ZMM()
	}
	return m.YMM()
}

func (m *machine) vecs(n int) []reg.VecVirtual {
	v := make([]reg.VecVirtual, n)
	for i := range v {
		v[i] = m.vec()
	}
	return v
}

// pick chooses the instruction of the precision.
func (m *machine) pick(ps, pd func(...operand.Op)) func(...operand.Op) {
	if m.prec == 32 {
		return ps
	}
	return pd
}

type opd = operand.Op

func (m *machine) move(dst, src opd)    { m.pick(m.VMOVUPS, m.VMOVUPD)(src, dst) }
func (m *machine) add(dst, a, b opd)    { m.pick(m.VADDPS, m.VADDPD)(b, a, dst) }
func (m *machine) sub(dst, a, b opd)    { m.pick(m.VSUBPS, m.VSUBPD)(b, a, dst) }
func (m *machine) mul(dst, a, b opd)    { m.pick(m.VMULPS, m.VMULPD)(b, a, dst) }
func (m *machine) div(dst, a, b opd)    { m.pick(m.VDIVPS, m.VDIVPD)(b, a, dst) }
func (m *machine) sqrt(dst, a opd)      { m.pick(m.VSQRTPS, m.VSQRTPD)(a, dst) }
func (m *machine) and(dst, a, b opd)    { m.pick(m.VANDPS, m.VANDPD)(b, a, dst) }
func (m *machine) or(dst, a, b opd)     { m.pick(m.VORPS, m.VORPD)(b, a, dst) }
func (m *machine) xor(dst, a, b opd)    { m.pick(m.VXORPS, m.VXORPD)(b, a, dst) }
func (m *machine) fma(acc, a, b opd)    { m.pick(m.VFMADD231PS, m.VFMADD231PD)(b, a, acc) }   // acc += a·b
func (m *machine) fnma(acc, a, b opd)   { m.pick(m.VFNMADD231PS, m.VFNMADD231PD)(b, a, acc) } // acc -= a·b
func (m *machine) muladd(x, a, b opd)   { m.pick(m.VFMADD213PS, m.VFMADD213PD)(b, a, x) }     // x = x·a + b
func (m *machine) zero(dst opd)         { m.xor(dst, dst, dst) }
func (m *machine) unpackLo(d, a, b opd) { m.pick(m.VUNPCKLPS, m.VUNPCKLPD)(b, a, d) }
func (m *machine) unpackHi(d, a, b opd) { m.pick(m.VUNPCKHPS, m.VUNPCKHPD)(b, a, d) }

// Operations on lanes of 64 bits as integers. mul32 multiplies their lower halves.
func (m *machine) addInt(dst, a, b opd)         { m.VPADDQ(b, a, dst) }
func (m *machine) mul32(dst, a, b opd)          { m.VPMULUDQ(b, a, dst) }
func (m *machine) shiftLeft(dst, a opd, n int)  { m.VPSLLQ(operand.U8(n), a, dst) }
func (m *machine) shiftRight(dst, a opd, n int) { m.VPSRLQ(operand.U8(n), a, dst) }

// min and max return b when a or b is a NaN, so b is where a NaN must be.
func (m *machine) min(dst, a, b opd) { m.pick(m.VMINPS, m.VMINPD)(b, a, dst) }
func (m *machine) max(dst, a, b opd) { m.pick(m.VMAXPS, m.VMAXPD)(b, a, dst) }

// spread copies one number from memory, or lane 0 of an xmm, to all lanes.
func (m *machine) spread(dst, src opd) { m.pick(m.VBROADCASTSS, m.VBROADCASTSD)(src, dst) }

// fmaSpread adds v times the number in memory to acc.
func (m *machine) fmaSpread(acc, v reg.VecVirtual, mem operand.Mem, tmp reg.VecVirtual) {
	if m.wide() {
		m.pick(m.VFMADD231PS_BCST, m.VFMADD231PD_BCST)(mem, v, acc)
		return
	}
	m.spread(tmp, mem)
	m.fma(acc, v, tmp)
}
