package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The functions over columns go down the rows with the state of a few vectors
// of columns in registers.

// column is the register state of the block of columns being done.
type column struct {
	*machine
	nv   int
	last *mask                    // of the last vector, or nil for whole ones
	ptr  map[string]reg.GPVirtual // arrays, at the block's first column
	s    map[string]vec           // scalars
	rows reg.GPVirtual
	step reg.GPVirtual // bytes from row to row
	id   string        // for labels
	pass int
}

var rowsCols = []string{"rows", "cols"}

var columns = []*op{
	{name: "colSum", doc: "sets dst to the sums of the columns of x.", sizes: rowsCols,
		ptrs: []string{"dst", "x"}, emit: overColumns(colSum)},
	{name: "colDot", doc: "sets dst to the sums of the columns of x * y.", sizes: rowsCols,
		ptrs: []string{"dst", "x", "y"}, emit: overColumns(colDot)},
	{name: "colAffine", doc: "sets y = x * a + b, a and b one row.", sizes: rowsCols,
		ptrs: []string{"y", "x", "a", "b"}, emit: overColumns(colAffine)},
	{name: "colMeanInvStd", doc: "sets mean and invstd to the statistics of the columns of x; rinv is 1/rows.", sizes: rowsCols,
		ptrs: []string{"mean", "invstd", "x"}, scalars: []string{"eps", "rinv"}, emit: overColumns(colMeanInvStd)},
	{name: "batchNorm", doc: "sets y = gamma * (x - mean) * invstd + beta.", sizes: rowsCols,
		ptrs: []string{"y", "x", "mean", "invstd", "gamma", "beta"}, emit: overColumns(batchNorm)},
	{name: "batchNormGrad", doc: "sets dx to the gradient through the statistics; rinv is 1/rows.", sizes: rowsCols,
		ptrs: []string{"dx", "x", "mean", "invstd", "gamma", "dy"}, scalars: []string{"rinv"}, emit: overColumns(batchNormGrad)},
	{name: "batchNormGammaGrad", doc: "sets dgamma to the sums of dy * (x - mean) * invstd.", sizes: rowsCols,
		ptrs: []string{"dgamma", "x", "mean", "invstd", "dy"}, emit: overColumns(batchNormGammaGrad)},
}

// overColumns makes the emitter that runs body on blocks of columns: of four
// vectors (two with AVX2), and at the end of as many as are left.
func overColumns(body func(c *column)) func(*machine, *op) {
	return func(m *machine, o *op) {
		m.begin(o)
		most := 4
		if !m.wide() {
			most = 2
		}
		c := &column{machine: m, rows: m.arg("rows"), ptr: map[string]reg.GPVirtual{}, s: map[string]vec{}}
		cols := m.arg("cols")
		for _, name := range o.ptrs {
			c.ptr[name] = m.arg(name)
		}
		for _, name := range o.scalars {
			c.s[name] = m.scalar(name)
		}
		c.step = m.GP64()
		m.MOVQ(cols, c.step)
		m.SHLQ(m.shift(), c.step)

		m.Label("block")
		m.CMPQ(cols, operand.U32(most*m.lanes()))
		m.JLT(operand.LabelRef("rest"))
		c.nv, c.last, c.id = most, nil, "full"
		c.block(body)
		for _, name := range o.ptrs {
			m.ADDQ(operand.U32(most*m.bytes()), c.ptr[name])
		}
		m.SUBQ(operand.U32(most*m.lanes()), cols)
		m.JMP(operand.LabelRef("block"))

		m.Label("rest")
		m.TESTQ(cols, cols)
		m.JEQ(operand.LabelRef("done"))
		for c.nv = most; c.nv >= 1; c.nv-- {
			c.id = fmt.Sprintf("rest%d", c.nv)
			m.Label(c.id)
			if c.nv > 1 {
				m.CMPQ(cols, operand.U32((c.nv-1)*m.lanes()))
				m.JLE(operand.LabelRef(fmt.Sprintf("rest%d", c.nv-1)))
				m.SUBQ(operand.U32((c.nv-1)*m.lanes()), cols)
			}
			sel := m.firstLanes(cols)
			c.last = &sel
			c.block(body)
			if c.nv > 1 {
				m.JMP(operand.LabelRef("done"))
			}
		}
		m.Label("done")
		m.end()
	}
}

// block emits body once. Constants that another block has loaded may not be
// loaded here, as that block may not run.
func (c *column) block(body func(c *column)) {
	c.consts = nil
	body(c)
}

func (c *column) sel(v int) *mask {
	if v == c.nv-1 {
		return c.last
	}
	return nil
}

// get loads vector v of a per-column array.
func (c *column) get(name string, v int) vec {
	x := c.vec()
	c.load(x, operand.Mem{Base: c.ptr[name], Disp: v * c.bytes()}, c.sel(v))
	return x
}

// all loads all vectors of a per-column array.
func (c *column) all(name string) []vec {
	x := make([]vec, c.nv)
	for v := range x {
		x[v] = c.get(name, v)
	}
	return x
}

// put stores a per-column array.
func (c *column) put(name string, x []vec) {
	for v := range x {
		c.store(operand.Mem{Base: c.ptr[name], Disp: v * c.bytes()}, x[v], c.sel(v), c.vec())
	}
}

// down runs f for every row and vector; at gives the place in a matrix.
func (c *column) down(f func(v int, at func(name string) operand.Mem)) {
	c.pass++
	loop := fmt.Sprintf("%spass%d", c.id, c.pass)
	off, left := c.GP64(), c.GP64()
	c.XORQ(off, off)
	c.MOVQ(c.rows, left)
	c.Label(loop)
	for v := range c.nv {
		f(v, func(name string) operand.Mem {
			return operand.Mem{Base: c.ptr[name], Index: off, Scale: 1, Disp: v * c.bytes()}
		})
	}
	c.ADDQ(c.step, off)
	c.DECQ(left)
	c.JNE(operand.LabelRef(loop))
}

// zeros are fresh sums.
func (c *column) zeros() []vec {
	x := c.vecs(c.nv)
	for _, v := range x {
		c.zero(v)
	}
	return x
}
