package kernel

func colAffineGeneric[T Float](rows, cols int, x, a, b, y []T) {
	a, b = a[:cols], b[:cols]
	for i := range rows {
		out := y[i*cols:][:cols]
		for j, v := range x[i*cols:][:cols] {
			out[j] = v*a[j] + b[j]
		}
	}
}

func colDotGeneric[T Float](rows, cols int, x, y, dst []T) {
	dst = dst[:cols]
	clear(dst)
	for i := range rows {
		other := y[i*cols:][:cols]
		for j, v := range x[i*cols:][:cols] {
			dst[j] += v * other[j]
		}
	}
}
