package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The words of Philox have 32 bits and are in lanes of 64. VPMULUDQ reads the
// lower half of a lane only, so there may be anything in the upper one, and the
// low half of a product need not be cut out.
const (
	philoxM0, philoxM1 = 0xd2511f53, 0xcd9e8d57
	philoxRounds       = 10
)

// philox encrypts the counters whose first words are in the lanes of c0; all
// that is the same in every lane is in the table philoxWords. The result is the
// first two words of the lanes, as numbers of 64 bits, and the last two.
func (m *machine) philox(c0 vec, words reg.GPVirtual) [2]vec {
	word := func(i int) operand.Mem { return operand.Mem{Base: words, Disp: 8 * i} }
	mul := func(x vec, by uint64) vec {
		p := m.vec()
		m.mul32(p, x, m.constantBits(by))
		return p
	}
	hi := func(p vec) vec {
		x := m.vec()
		m.shiftRight(x, p, 32)
		return x
	}

	// Rounds 1 and 2, where half of the words are the same.
	p0 := mul(c0, philoxM0)
	c2 := hi(p0)
	m.xorWord(c2, word(0))
	p1 := mul(c2, philoxM1)
	c0, c2 = hi(p1), p0
	m.xorWord(c0, word(1))
	m.xorWord(c2, word(2))
	c1 := p1

	for round := 3; round < philoxRounds; round++ {
		k0, k1 := word(2*round-3), word(2*round-2)
		c3 := p0
		p0, p1 = mul(c0, philoxM0), mul(c2, philoxM1)
		c0, c2 = hi(p1), hi(p0)
		m.xorWord(c0, k0, c1)
		if round == 3 {
			m.xorWord(c2, k1) // has c3 in it
		} else {
			m.xorWord(c2, k1, c3)
		}
		c1 = p1
	}

	// hi(p1)⊕c1⊕k0 is to be followed by lo(p1). The halves of p1 are in their
	// places if c1 and k0 are shifted up instead.
	c3 := p0
	m.shiftLeft(c1, c1, 32)
	m.shiftLeft(c3, c3, 32)
	p0, p1 = mul(c0, philoxM0), mul(c2, philoxM1)
	m.xorWord(p1, word(2*philoxRounds-3), c1)
	m.xorWord(p0, word(2*philoxRounds-2), c3)
	return [2]vec{p1, p0}
}

// xorWord sets x = x ⊕ the word in memory ⊕ others, one or none.
func (m *machine) xorWord(x vec, word operand.Mem, others ...vec) {
	switch {
	case m.wide() && len(others) == 0:
		m.VPXORQ_BCST(word, x, x)
	case m.wide():
		const xor3 = 0x96
		m.VPTERNLOGQ_BCST(operand.U8(xor3), word, others[0], x)
	default:
		t := m.vec()
		m.VPBROADCASTQ(word, t)
		for _, o := range others {
			m.VPXOR(o, t, t) // without waiting for x
		}
		m.VPXOR(t, x, x)
	}
}
