package main

import "github.com/mmcloughlin/avo/operand"

// The functions here compute one block of columns: the sums of batch
// normalisation over the rows, and what is made of them.

func colSum(c *column) {
	c.put("dst", c.sums())
}

// sums adds up the columns of x.
func (c *column) sums() []vec {
	sum := c.zeros()
	c.down(func(v int, at func(string) operand.Mem) {
		x := c.vec()
		c.load(x, at("x"), c.sel(v))
		c.add(sum[v], sum[v], x)
	})
	return sum
}

func colMeanInvStd(c *column) {
	mean := c.sums()
	for _, v := range mean {
		c.mul(v, v, c.s["rinv"])
	}
	square := c.zeros()
	c.down(func(v int, at func(string) operand.Mem) {
		x := c.vec()
		c.load(x, at("x"), c.sel(v))
		c.sub(x, x, mean[v])
		c.fma(square[v], x, x)
	})
	c.put("mean", mean)
	one := c.register(c.constant(1))
	for _, v := range square {
		c.muladd(v, c.s["rinv"], c.s["eps"])
		c.sqrt(v, v)
		c.div(v, one, v)
	}
	c.put("invstd", square)
}

func batchNorm(c *column) {
	mean, scale, beta := c.all("mean"), c.all("gamma"), c.all("beta")
	for v := range scale {
		c.mul(scale[v], scale[v], c.get("invstd", v))
	}
	c.down(func(v int, at func(string) operand.Mem) {
		x := c.vec()
		c.load(x, at("x"), c.sel(v))
		c.sub(x, x, mean[v])
		c.muladd(x, scale[v], beta[v])
		c.store(at("y"), x, c.sel(v), c.vec())
	})
}

// sumsWithX adds up dy·(x-mean), and dy if sum is not nil.
func (c *column) sumsWithX(sum []vec) []vec {
	mean, sumX := c.all("mean"), c.zeros()
	c.down(func(v int, at func(string) operand.Mem) {
		x, dy := c.vec(), c.vec()
		c.load(x, at("x"), c.sel(v))
		c.load(dy, at("dy"), c.sel(v))
		c.sub(x, x, mean[v])
		c.fma(sumX[v], x, dy)
		if sum != nil {
			c.add(sum[v], sum[v], dy)
		}
	})
	return sumX
}

func batchNormGammaGrad(c *column) {
	sum := c.sumsWithX(nil)
	for v := range sum {
		c.mul(sum[v], sum[v], c.get("invstd", v))
	}
	c.put("dgamma", sum)
}

// batchNormGrad is a pass for the two averages and one that applies them.
func batchNormGrad(c *column) {
	avg := c.zeros()
	avgX := c.sumsWithX(avg)
	mean, scale := c.all("mean"), c.all("gamma")
	for v := range avg {
		invstd := c.get("invstd", v)
		c.mul(scale[v], scale[v], invstd)
		c.mul(invstd, invstd, invstd)
		c.mul(avg[v], avg[v], c.s["rinv"])
		c.mul(avgX[v], avgX[v], c.s["rinv"])
		c.mul(avgX[v], avgX[v], invstd)
	}
	c.down(func(v int, at func(string) operand.Mem) {
		x, dy := c.vec(), c.vec()
		c.load(x, at("x"), c.sel(v))
		c.load(dy, at("dy"), c.sel(v))
		c.sub(x, x, mean[v])
		c.sub(dy, dy, avg[v])
		c.fnma(dy, x, avgX[v])
		c.mul(dy, dy, scale[v])
		c.store(at("dx"), dy, c.sel(v), c.vec())
	})
}
