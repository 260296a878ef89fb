package main

import (
	"fmt"
	"math"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
)

// constant is a number in all lanes: a register with AVX-512, which has enough
// of them to load all constants of a function before its loop; a vector in
// memory with AVX2.
func (m *machine) constant(v float64) operand.Op {
	if m.prec == 32 {
		return m.constantBits(uint64(math.Float32bits(float32(v))))
	}
	return m.constantBits(math.Float64bits(v))
}

func (m *machine) constantBits(bits uint64) operand.Op {
	for _, c := range m.consts {
		if c.bits == bits {
			return c.op
		}
	}
	c := constant{bits: bits, op: m.constantData(bits)}
	if m.wide() {
		v := m.vec()
		m.spread(v, c.op)
		c.op = v
	}
	m.consts = append(m.consts, c)
	return c.op
}

type constant struct {
	bits uint64
	op   operand.Op
}

// constantData puts the constant in the file, once.
func (m *machine) constantData(bits uint64) operand.Mem {
	name := fmt.Sprintf("f%d_%x", m.prec, bits)
	key := dataKey{m.Context, name}
	if at, ok := data[key]; ok {
		return at
	}
	at := m.StaticGlobal(name)
	m.DataAttributes(attr.RODATA | attr.NOPTR)
	copies := 1
	if !m.wide() {
		copies = m.lanes()
	}
	for i := range copies {
		if m.prec == 32 {
			m.AddDatum(i*4, operand.U32(bits))
		} else {
			m.AddDatum(i*8, operand.U64(bits))
		}
	}
	data[key] = at
	return at
}

type dataKey struct {
	ctx  *build.Context
	name string
}

// data has the constants of every file.
var data = map[dataKey]operand.Mem{}

// hoist loads the constants that body will ask for, which it learns from a
// rehearsal, so that they are not loaded in the loop.
func (m *machine) hoist(body func(m *machine)) {
	if !m.wide() {
		return
	}
	rehearsal := &machine{Context: build.NewContext(), bits: m.bits, prec: m.prec}
	rehearsal.Function("rehearsal")
	body(rehearsal)
	for _, c := range rehearsal.consts {
		m.constantBits(c.bits)
	}
}
