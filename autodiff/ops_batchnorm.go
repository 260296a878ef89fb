package autodiff

import (
	"fmt"

	"github.com/deepbsde/deepbsde/autodiff/internal/kernel"
	"gorgonia.org/gorgonia"
)

// Batch normalisation in three operations: the statistics of a batch, their
// application, and the gradient through both. In inference the statistics are
// a state of the model instead.
//
// Source: Ioffe, Szegedy (2015), arXiv:1502.03167.

func whole(in []dims) int { return in[0].size() }

// batchStatsOp is the mean (first row) and 1/√(variance+ε) (second row) of each
// column. It is not differentiated by itself: the gradient of its application
// contains that through the statistics.
func batchStatsOp(eps float64) *op {
	return &op{
		name: fmt.Sprintf("batchstats %g", eps), arity: 1, whole: true, cost: whole,
		shape: func(in []dims) (dims, error) { return dims{2, in[0].cols}, nil },
		f32:   batchStatsKernel[float32](eps), f64: batchStatsKernel[float64](eps),
	}
}

func batchStatsKernel[T Float](eps float64) func(*call[T]) {
	return func(k *call[T]) {
		x := &k.in[0]
		kernel.ColMeanInvStd(x.rows, x.cols, x.data, T(eps), k.out.data[:x.cols], k.out.data[x.cols:])
	}
}

// batchNormOp is γ·(x − mean)·invstd + β for x, statistics, γ and β. live tells
// that the statistics are those of x itself.
func batchNormOp(live bool) *op {
	return &op{
		name: fmt.Sprintf("batchnorm %t", live), arity: 4, constant: []int{1}, mixes: []int{1, 2, 3}, shape: sameShape,
		f32: batchNormKernel[float32], f64: batchNormKernel[float64],
		grad: func(g *gradient) []*gorgonia.Node {
			x, stats, gamma := g.in[0], g.in[1], g.in[2]
			dx := g.apply(batchNormGradOp(live), x, stats, gamma, g.dy)
			return []*gorgonia.Node{dx, dx, g.apply(batchNormGammaOp(), x, stats, g.dy), g.apply(colSumOp(), g.dy)}
		},
	}
}

func batchNormKernel[T Float](k *call[T]) {
	n, stats := k.out.cols, k.in[1].data
	kernel.BatchNorm(k.hi-k.lo, n, k.in[0].span(k.lo, k.hi), stats[:n], stats[n:], k.in[2].data, k.in[3].data, k.out.span(k.lo, k.hi))
}

func batchNormGradOp(live bool) *op {
	o := &op{
		name: fmt.Sprintf("grad batchnorm %t", live), arity: 4, shape: sameShape, whole: true,
		f32: batchNormGradKernel[float32], f64: batchNormGradKernel[float64],
	}
	if !live {
		o.f32, o.f64 = frozenNormGradKernel[float32], frozenNormGradKernel[float64]
	}
	return o
}

func batchNormGradKernel[T Float](k *call[T]) {
	n, stats := k.out.cols, k.in[1].data
	kernel.BatchNormGrad(k.out.rows, n, k.in[0].data, stats[:n], stats[n:], k.in[2].data, k.in[3].data, k.out.data)
}

// frozenNormGradKernel is dy·γ·invstd, for statistics that do not depend on x.
func frozenNormGradKernel[T Float](k *call[T]) {
	n, invstd, gamma := k.out.cols, k.in[1].data[k.out.cols:], k.in[2].data
	for r := k.lo; r < k.hi; r++ {
		out, dy := k.out.row(r), k.in[3].row(r)
		for j := range n {
			out[j] = dy[j] * gamma[j] * invstd[j]
		}
	}
}

// batchNormGammaOp is the gradient of γ for x, statistics and dy.
func batchNormGammaOp() *op {
	return &op{
		name: "grad batchnorm gamma", arity: 3, whole: true, cost: whole,
		shape: func(in []dims) (dims, error) { return dims{1, in[0].cols}, nil },
		f32:   batchNormGammaKernel[float32], f64: batchNormGammaKernel[float64],
	}
}

func batchNormGammaKernel[T Float](k *call[T]) {
	n, stats := k.out.cols, k.in[1].data
	kernel.BatchNormGammaGrad(k.in[0].rows, n, k.in[0].data, stats[:n], stats[n:], k.in[2].data, k.out.data)
}
