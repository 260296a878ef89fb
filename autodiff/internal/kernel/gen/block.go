package main

import "github.com/mmcloughlin/avo/operand"

// The functions here compute one block of columns: a row of factors and of
// summands for all rows of a batch, and the gradient of the factors.

func colAffine(c *column) {
	a, b := c.all("a"), c.all("b")
	c.down(func(v int, at func(string) operand.Mem) {
		x := c.vec()
		c.load(x, at("x"), c.sel(v))
		c.muladd(x, a[v], b[v])
		c.store(at("y"), x, c.sel(v), c.vec())
	})
}

func colDot(c *column) {
	sum := c.zeros()
	c.down(func(v int, at func(string) operand.Mem) {
		x, y := c.vec(), c.vec()
		c.load(x, at("x"), c.sel(v))
		c.load(y, at("y"), c.sel(v))
		c.fma(sum[v], x, y)
	})
	c.put("dst", sum)
}
