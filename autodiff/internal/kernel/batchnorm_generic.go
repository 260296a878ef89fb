package kernel

import "math"

func colSumGeneric[T Float](rows, cols int, x, dst []T) {
	dst = dst[:cols]
	clear(dst)
	for i := range rows {
		for j, v := range x[i*cols:][:cols] {
			dst[j] += v
		}
	}
}

func colMeanInvStdGeneric[T Float](rows, cols int, x []T, eps T, mean, invstd []T) {
	mean, invstd = mean[:cols], invstd[:cols]
	colSumGeneric(rows, cols, x, mean)
	r := 1 / T(rows)
	for j := range mean {
		mean[j] *= r
	}
	clear(invstd)
	for i := range rows {
		for j, v := range x[i*cols:][:cols] {
			d := v - mean[j]
			invstd[j] += d * d
		}
	}
	for j, v := range invstd {
		invstd[j] = 1 / T(math.Sqrt(float64(v*r+eps)))
	}
}

func batchNormGeneric[T Float](rows, cols int, x, mean, invstd, gamma, beta, y []T) {
	mean, invstd, gamma, beta = mean[:cols], invstd[:cols], gamma[:cols], beta[:cols]
	for i := range rows {
		out := y[i*cols:][:cols]
		for j, v := range x[i*cols:][:cols] {
			out[j] = (v-mean[j])*(gamma[j]*invstd[j]) + beta[j]
		}
	}
}

// batchNormGradGeneric goes column by column: the two averages of a column
// then need no memory.
func batchNormGradGeneric[T Float](rows, cols int, x, mean, invstd, gamma, dy, dx []T) {
	r := 1 / T(rows)
	for j := range cols {
		mu, is := mean[j], invstd[j]
		var s, sx T
		for i := j; i < rows*cols; i += cols {
			s += dy[i]
			sx += dy[i] * (x[i] - mu)
		}
		s *= r
		sx *= r * is * is
		g := gamma[j] * is
		for i := j; i < rows*cols; i += cols {
			dx[i] = g * (dy[i] - s - (x[i]-mu)*sx)
		}
	}
}

func batchNormGammaGradGeneric[T Float](rows, cols int, x, mean, invstd, dy, dgamma []T) {
	mean, dgamma = mean[:cols], dgamma[:cols]
	clear(dgamma)
	for i := range rows {
		g := dy[i*cols:][:cols]
		for j, v := range x[i*cols:][:cols] {
			dgamma[j] += g[j] * (v - mean[j])
		}
	}
	for j := range dgamma {
		dgamma[j] *= invstd[j]
	}
}
