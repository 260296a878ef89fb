package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A panel is up to three vectors of columns of C, over all rows of the call.
// It is done in blocks of rows whose elements stay in registers over all k:
// 8×3 vectors with AVX-512, which leaves 8 registers for B and the numbers of
// A, and 4×3 with AVX2, which leaves 4. Per step of k such a block takes 24
// (12) multiply-adds but only 11 (7) loads, so the multipliers are the limit
// even when every load of B crosses a cache line.
const panelVectors = 3

// panel has the registers of the panel function.
type panel struct {
	*machine
	nv                   int
	m, a, ars, ars3, acs reg.GPVirtual
	b, bs, c, cs         reg.GPVirtual
	last                 mask
}

// emitGemm writes the panel function: a loop over the rows for each width.
func emitGemm(mc *machine) {
	name := mc.fn("gemmPanel")
	mc.Function(name)
	mc.SignatureExpr(fmt.Sprintf("func(nv, m, k int, a *%[1]s, ars, acs int, b *%[1]s, bs int, c *%[1]s, cs int, bias *%[1]s, acc, last int)", mc.typ()))
	mc.Doc(name+" computes nv vectors of columns of all m rows of C. Strides are in numbers;",
		"last is how many lanes of the last vector are columns of C. bias may be nil; acc is",
		"1 to add to the old C, or 0.")
	mc.Pragma("noescape")
	mc.Attributes(0)

	p := &panel{machine: mc}
	arg := func(name string) reg.GPVirtual {
		r := mc.GP64()
		mc.Load(mc.Param(name), r)
		return r
	}
	p.last = mc.firstLanes(arg("last"))
	p.m, p.a, p.ars, p.acs = arg("m"), arg("a"), arg("ars"), arg("acs")
	p.b, p.bs, p.c, p.cs = arg("b"), arg("bs"), arg("c"), arg("cs")
	for _, stride := range []reg.GPVirtual{p.ars, p.acs, p.bs, p.cs} {
		mc.SHLQ(mc.shift(), stride)
	}
	p.ars3 = mc.GP64()
	mc.LEAQ(operand.Mem{Base: p.ars, Index: p.ars, Scale: 2}, p.ars3)
	nv := arg("nv")
	for p.nv = panelVectors; p.nv >= 1; p.nv-- {
		if p.nv < panelVectors {
			mc.Label(p.label("vectors", 0))
		}
		if p.nv > 1 {
			mc.CMPQ(nv, operand.U8(p.nv))
			mc.JNE(operand.LabelRef(fmt.Sprintf("vectors0x%d", p.nv-1)))
		}
		p.rows()
	}
}

// label is unique for a loop, the rows and the width of its block.
func (p *panel) label(loop string, rows int) string {
	return fmt.Sprintf("%s%dx%d", loop, rows, p.nv)
}

// rows goes over the rows of C, in blocks as large as there are rows for.
func (p *panel) rows() {
	most := 8
	if !p.wide() {
		most = 4
	}
	for rows := most; rows >= 1; rows /= 2 {
		p.Label(p.label("rows", rows))
		p.CMPQ(p.m, operand.U8(rows))
		p.JLT(operand.LabelRef(p.label("rows", rows/2)))
		p.block(rows)
		p.SUBQ(operand.U8(rows), p.m)
		if rows == most {
			p.JMP(operand.LabelRef(p.label("rows", most)))
		}
	}
	p.Label(p.label("rows", 0))
	p.VZEROUPPER()
	p.RET()
}

// sel is the mask for vector v of a row.
func (p *panel) sel(v int) *mask {
	if v == p.nv-1 {
		return &p.last
	}
	return nil
}

// block computes the next rows of the panel and moves a and c behind them.
func (p *panel) block(rows int) {
	tile := make([][]reg.VecVirtual, rows)
	for i := range tile {
		tile[i] = p.vecs(p.nv)
	}
	brow := p.vecs(p.nv)
	p.begin(tile, brow)
	p.loop(tile, brow)
	at := p.GP64()
	p.MOVQ(p.c, at)
	for i := range tile {
		for v, t := range tile[i] {
			p.store(operand.Mem{Base: at, Disp: v * p.bytes()}, t, p.sel(v), brow[0])
		}
		p.ADDQ(p.cs, at)
	}
	p.MOVQ(at, p.c)
	for range rows {
		p.ADDQ(p.ars, p.a)
	}
}

// begin starts the chains of multiply-adds: with the old C or zero, and bias.
func (p *panel) begin(tile [][]reg.VecVirtual, brow []reg.VecVirtual) {
	rows := len(tile)
	zero, bias, loop := p.label("zero", rows), p.label("bias", rows), p.label("begin", rows)
	acc := p.GP64()
	p.Load(p.Param("acc"), acc)
	p.TESTQ(acc, acc)
	p.JEQ(operand.LabelRef(zero))
	at := p.GP64()
	p.MOVQ(p.c, at)
	for i := range tile {
		for v, t := range tile[i] {
			p.load(t, operand.Mem{Base: at, Disp: v * p.bytes()}, p.sel(v))
		}
		if i < rows-1 {
			p.ADDQ(p.cs, at)
		}
	}
	p.JMP(operand.LabelRef(bias))
	p.Label(zero)
	for i := range tile {
		for _, t := range tile[i] {
			p.zero(t)
		}
	}
	p.Label(bias)
	from := p.GP64()
	p.Load(p.Param("bias"), from)
	p.TESTQ(from, from)
	p.JEQ(operand.LabelRef(loop))
	for v, b := range brow {
		p.load(b, operand.Mem{Base: from, Disp: v * p.bytes()}, p.sel(v))
		for i := range tile {
			p.add(tile[i][v], tile[i][v], b)
		}
	}
	p.Label(loop)
}

// loop runs over k: every element of the tile gets its next multiply-add.
func (p *panel) loop(tile [][]reg.VecVirtual, brow []reg.VecVirtual) {
	rows := len(tile)
	a, b, k := p.GP64(), p.GP64(), p.GP64()
	p.MOVQ(p.a, a)
	p.MOVQ(p.b, b)
	p.Load(p.Param("k"), k)
	a4 := a
	if rows > 4 {
		a4 = p.GP64()
		p.LEAQ(operand.Mem{Base: a, Index: p.ars, Scale: 4}, a4)
	}
	again := p.label("k", rows)
	p.Label(again)
	for v, r := range brow {
		p.load(r, operand.Mem{Base: b, Disp: v * p.bytes()}, p.sel(v))
	}
	for i := range tile {
		from := operand.Mem{Base: a}
		if i >= 4 {
			from.Base = a4
		}
		switch i % 4 {
		case 1:
			from.Index, from.Scale = p.ars, 1
		case 2:
			from.Index, from.Scale = p.ars, 2
		case 3:
			from.Index, from.Scale = p.ars3, 1
		}
		if p.nv == 1 {
			p.fmaSpread(tile[i][0], brow[0], from, p.vec())
			continue
		}
		x := p.vec()
		p.spread(x, from)
		for v := range tile[i] {
			p.fma(tile[i][v], brow[v], x)
		}
	}
	p.ADDQ(p.acs, a)
	if rows > 4 {
		p.ADDQ(p.acs, a4)
	}
	p.ADDQ(p.bs, b)
	p.DECQ(k)
	p.JNE(operand.LabelRef(again))
}
