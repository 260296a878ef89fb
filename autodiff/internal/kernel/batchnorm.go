package kernel

// The matrices of this file are rows×cols without gaps; statistics are per
// column, over the rows of the batch.

// ColSum sets dst[j] = Σ_i x[i,j].
func ColSum[T Float](rows, cols int, x []T, dst []T) {
	need("x", len(x), span("x", rows, cols, cols))
	need("dst", len(dst), cols)
	if !colSumVector(rows, cols, dst, x) {
		colSumGeneric(rows, cols, x, dst)
	}
}

// ColMeanInvStd sets mean[j] to the mean of column j and invstd[j] to
// 1/√(var+eps), var being the biased variance. The variance is summed from the
// deviations in a second pass, so a large mean does not cancel it.
func ColMeanInvStd[T Float](rows, cols int, x []T, eps T, mean, invstd []T) {
	need("x", len(x), span("x", rows, cols, cols))
	need("mean", len(mean), cols)
	need("invstd", len(invstd), cols)
	if rows == 0 {
		panic("kernel: statistics of an empty batch")
	}
	if !colMeanInvStdVector(rows, cols, mean, invstd, x, eps, 1/T(rows)) {
		colMeanInvStdGeneric(rows, cols, x, eps, mean, invstd)
	}
}

// BatchNorm sets y = gamma·(x-mean)·invstd + beta. y may be x.
func BatchNorm[T Float](rows, cols int, x, mean, invstd, gamma, beta, y []T) {
	needNorm(rows, cols, x, mean, invstd)
	need("gamma", len(gamma), cols)
	need("beta", len(beta), cols)
	need("y", len(y), rows*cols)
	if !batchNormVector(rows, cols, y, x, mean, invstd, gamma, beta) {
		batchNormGeneric(rows, cols, x, mean, invstd, gamma, beta, y)
	}
}

// BatchNormGrad sets dx to the gradient with respect to x of BatchNorm when
// mean and invstd are the statistics of x itself:
//
//	dx = gamma·invstd·(dy - avg(dy) - x̂·avg(dy·x̂)),  x̂ = (x-mean)·invstd
//
// dx may be x or dy.
func BatchNormGrad[T Float](rows, cols int, x, mean, invstd, gamma, dy, dx []T) {
	needNorm(rows, cols, x, mean, invstd)
	need("gamma", len(gamma), cols)
	need("dy", len(dy), rows*cols)
	need("dx", len(dx), rows*cols)
	if !batchNormGradVector(rows, cols, dx, x, mean, invstd, gamma, dy, 1/T(rows)) {
		batchNormGradGeneric(rows, cols, x, mean, invstd, gamma, dy, dx)
	}
}

// BatchNormGammaGrad sets dgamma[j] = Σ_i dy[i,j]·x̂[i,j]. The gradient of beta
// is ColSum of dy.
func BatchNormGammaGrad[T Float](rows, cols int, x, mean, invstd, dy, dgamma []T) {
	needNorm(rows, cols, x, mean, invstd)
	need("dy", len(dy), rows*cols)
	need("dgamma", len(dgamma), cols)
	if !batchNormGammaGradVector(rows, cols, dgamma, x, mean, invstd, dy) {
		batchNormGammaGradGeneric(rows, cols, x, mean, invstd, dy, dgamma)
	}
}

func needNorm[T Float](rows, cols int, x, mean, invstd []T) {
	need("x", len(x), span("x", rows, cols, cols))
	need("mean", len(mean), cols)
	need("invstd", len(invstd), cols)
}
