package kernel

func narrowGeneric[T Float](dst []T, src []float64) {
	for i, v := range src[:len(dst)] {
		dst[i] = T(v)
	}
}

func widenGeneric[T Float](dst []float64, src []T) {
	for i, v := range src[:len(dst)] {
		dst[i] = float64(v)
	}
}
