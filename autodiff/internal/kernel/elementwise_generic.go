package kernel

import "math"

func addGeneric[T Float](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i, v := range a {
		dst[i] = v + b[i]
	}
}

func mulGeneric[T Float](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i, v := range a {
		dst[i] = v * b[i]
	}
}

func axpyGeneric[T Float](alpha T, x, y []T) {
	for i, v := range x[:len(y)] {
		y[i] += alpha * v
	}
}

func scaleGeneric[T Float](dst []T, alpha T, x []T) {
	for i, v := range x[:len(dst)] {
		dst[i] = alpha * v
	}
}

func boundGeneric[T Float](dst []T, limit T, x []T) {
	for i, v := range x[:len(dst)] {
		switch {
		case v != v:
			dst[i] = 0
		case v < -limit:
			dst[i] = -limit
		case v > limit:
			dst[i] = limit
		default:
			dst[i] = v + 0 // −0 becomes 0
		}
	}
}

// dotGeneric keeps four partial sums, for speed and a slower growth of error.
func dotGeneric[T Float](a, b []T) T {
	b = b[:len(a)]
	var s0, s1, s2, s3 T
	i := 0
	for ; i+4 <= len(a); i += 4 {
		s0 += a[i] * b[i]
		s1 += a[i+1] * b[i+1]
		s2 += a[i+2] * b[i+2]
		s3 += a[i+3] * b[i+3]
	}
	for ; i < len(a); i++ {
		s0 += a[i] * b[i]
	}
	return (s0 + s1) + (s2 + s3)
}

func sumSqGeneric[T Float](a []T) float64 {
	var s0, s1 float64
	i := 0
	for ; i+2 <= len(a); i += 2 {
		u, v := float64(a[i]), float64(a[i+1])
		s0 += u * u
		s1 += v * v
	}
	if i < len(a) {
		u := float64(a[i])
		s0 += u * u
	}
	return s0 + s1
}

func rowDotGeneric[T Float](rows, cols int, a, b, dst []T) {
	for i := range rows {
		dst[i] = dotGeneric(a[i*cols:][:cols], b[i*cols:])
	}
}

func adamGeneric[T Float](p, g, m, v []T, lr, beta1, beta2, eps, c1, c2 T) {
	n := len(p)
	g, m, v = g[:n], m[:n], v[:n]
	for i, d := range g {
		mi := beta1*m[i] + (1-beta1)*d
		vi := beta2*v[i] + (1-beta2)*d*d
		m[i], v[i] = mi, vi
		p[i] -= lr * (mi * c1) / (T(math.Sqrt(float64(vi*c2))) + eps)
	}
}
