package kernel

import "math"

func reluGeneric[T Float](dst, x []T) {
	for i, v := range x[:len(dst)] {
		if v <= 0 { // not "v > 0 keeps": a NaN must pass
			v = 0
		}
		dst[i] = v
	}
}

func reluGradGeneric[T Float](dst, x, dy []T) {
	x, dy = x[:len(dst)], dy[:len(dst)]
	for i, v := range x {
		g := dy[i]
		if !(v > 0) {
			g = 0
		}
		dst[i] = g
	}
}

func tanhGeneric[T Float](dst, x []T) {
	for i, v := range x[:len(dst)] {
		dst[i] = T(math.Tanh(float64(v)))
	}
}

func tanhGradGeneric[T Float](dst, y, dy []T) {
	y, dy = y[:len(dst)], dy[:len(dst)]
	for i, v := range y {
		dst[i] = dy[i] * (1 - v*v)
	}
}

// siluBound is where σ(x) is 0 or 1 in both precisions, far inside the range of
// float32: beyond it x is cut off, or ±Inf·0 would give a NaN.
const siluBound = 1000

// sigmoid returns σ(x) and 1-σ(x), each to full relative accuracy: exp is only
// taken of -|x|, which cannot overflow, and nothing is subtracted.
func sigmoid(x float64) (s, s1 float64) {
	e := math.Exp(-math.Abs(x))
	s, s1 = 1/(1+e), e/(1+e)
	if x < 0 {
		s, s1 = s1, s
	}
	return s, s1
}

func siluGeneric[T Float](dst, x []T) {
	for i, v := range x[:len(dst)] {
		s, _ := sigmoid(float64(v))
		dst[i] = T(max(float64(v), -siluBound) * s)
	}
}

func siluGradGeneric[T Float](dst, x, dy []T) {
	x, dy = x[:len(dst)], dy[:len(dst)]
	for i, v := range x {
		s, s1 := sigmoid(float64(v))
		d := s * (1 + min(max(float64(v), -siluBound), siluBound)*s1)
		dst[i] = T(float64(dy[i]) * d)
	}
}

func expGeneric[T Float](dst, x []T) {
	for i, v := range x[:len(dst)] {
		dst[i] = T(math.Exp(float64(v)))
	}
}
