package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

type vec = reg.VecVirtual

// elementwise makes the emitter of a function that computes vector after
// vector. prepare may add registers made from the scalars; body gets a vector
// of every array and returns those to be stored, by array.
func elementwise(prepare func(m *machine, s []vec) []vec, body func(m *machine, in, s []vec) map[int]vec, skip int) func(*machine, *op) {
	return func(m *machine, o *op) {
		m.begin(o)
		n := m.arg("n")
		ptr := make([]reg.GPVirtual, len(o.ptrs))
		for i, name := range o.ptrs {
			ptr[i] = m.arg(name)
		}
		var s []vec
		for _, name := range o.scalars {
			s = append(s, m.scalar(name))
		}
		if prepare != nil {
			s = prepare(m, s)
		}
		m.hoist(func(r *machine) { body(r, r.vecs(len(ptr)), r.vecs(len(s))) })

		i, left := m.GP64(), m.GP64()
		m.XORQ(i, i)
		m.MOVQ(n, left)
		step := func(sel *mask) {
			in := make([]vec, len(ptr))
			for j := range ptr {
				if j >= skip { // the first arrays are only written
					in[j] = m.vec()
					m.load(in[j], m.at(ptr[j], i), sel)
				}
			}
			out := body(m, in, s)
			for j := range ptr {
				if v, ok := out[j]; ok {
					m.store(m.at(ptr[j], i), v, sel, m.vec())
				}
			}
		}
		m.vectors(i, left, step)
		m.end()
	}
}

// vectors emits the loop over the vectors of an array: step for full ones, and
// once more with a mask for the rest. It advances the index i.
func (m *machine) vectors(i, left reg.GPVirtual, step func(sel *mask)) {
	m.loops++
	full, tail, done := fmt.Sprintf("full%d", m.loops), fmt.Sprintf("tail%d", m.loops), fmt.Sprintf("done%d", m.loops)
	m.Label(full)
	m.SUBQ(operand.U8(m.lanes()), left)
	m.JLT(operand.LabelRef(tail))
	step(nil)
	m.ADDQ(operand.U8(m.lanes()), i)
	m.JMP(operand.LabelRef(full))
	m.Label(tail)
	m.ADDQ(operand.U8(m.lanes()), left)
	m.JEQ(operand.LabelRef(done))
	sel := m.firstLanes(left)
	step(&sel)
	m.Label(done)
}

// simple is elementwise of dst from the arrays after it.
func simple(f func(m *machine, dst vec, in, s []vec)) func(*machine, *op) {
	return elementwise(nil, func(m *machine, in, s []vec) map[int]vec {
		dst := m.vec()
		f(m, dst, in[1:], s)
		return map[int]vec{0: dst}
	}, 1)
}

var arithmetic = []*op{
	{name: "add", doc: "sets dst = a + b.", ptrs: []string{"dst", "a", "b"},
		emit: simple(func(m *machine, dst vec, in, _ []vec) { m.add(dst, in[0], in[1]) })},
	{name: "mul", doc: "sets dst = a * b.", ptrs: []string{"dst", "a", "b"},
		emit: simple(func(m *machine, dst vec, in, _ []vec) { m.mul(dst, in[0], in[1]) })},
	{name: "scale", doc: "sets dst = alpha * x.", ptrs: []string{"dst", "x"}, scalars: []string{"alpha"},
		emit: simple(func(m *machine, dst vec, in, s []vec) { m.mul(dst, in[0], s[0]) })},
	{name: "bound", doc: "sets dst = x between -limit and limit, 0 for NaN.", ptrs: []string{"dst", "x"}, scalars: []string{"limit"},
		emit: simple(func(m *machine, dst vec, in, s []vec) {
			zero, below := m.vec(), m.vec()
			m.zero(zero)
			m.max(dst, in[0], zero) // the second of the two where one is NaN
			m.min(below, in[0], zero)
			m.min(dst, dst, s[0])
			negative := m.vec()
			m.sub(negative, zero, s[0])
			m.max(below, below, negative)
			m.add(dst, dst, below)
		})},
	{name: "axpy", doc: "adds alpha * x to y.", ptrs: []string{"y", "x"}, scalars: []string{"alpha"},
		emit: elementwise(nil, func(m *machine, in, s []vec) map[int]vec {
			m.fma(in[0], in[1], s[0])
			return map[int]vec{0: in[0]}
		}, 0)},
	{name: "adam", doc: "makes one step of Adam.", ptrs: []string{"p", "grad", "mom", "vel"},
		scalars: []string{"lr", "beta1", "beta2", "eps", "c1", "c2"},
		emit:    elementwise(prepareAdam, adam, 0)},
}

func prepareAdam(m *machine, s []vec) []vec {
	rest1, rest2 := m.vec(), m.vec()
	one := m.vec()
	m.move(one, m.constant(1))
	m.sub(rest1, one, s[1])
	m.sub(rest2, one, s[2])
	return append(s, rest1, rest2)
}

// adam: see kernel.Adam. The order of operations is that of the Go loop.
func adam(m *machine, in, s []vec) map[int]vec {
	p, g, mom, vel := in[0], in[1], in[2], in[3]
	lr, beta1, beta2, eps, c1, c2, rest1, rest2 := s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]
	m.mul(mom, mom, beta1)
	m.fma(mom, g, rest1)
	m.mul(vel, vel, beta2)
	g2 := m.vec()
	m.mul(g2, g, rest2)
	m.fma(vel, g2, g)
	num, den := m.vec(), m.vec()
	m.mul(den, vel, c2)
	m.sqrt(den, den)
	m.add(den, den, eps)
	m.mul(num, mom, c1)
	m.mul(num, num, lr)
	m.div(num, num, den)
	m.sub(p, p, num)
	return map[int]vec{0: p, 2: mom, 3: vel}
}
