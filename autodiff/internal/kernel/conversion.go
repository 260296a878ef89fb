package kernel

// Narrow sets dst = src, which has the length of dst at least, rounded to T as
// Go does it; for float64 it copies.
func Narrow[T Float](dst []T, src []float64) {
	need("src", len(src), len(dst))
	if !narrowVector(dst, src) {
		narrowGeneric(dst, src)
	}
}

// Widen sets dst = src, which has the length of dst at least.
func Widen[T Float](dst []float64, src []T) {
	need("src", len(src), len(dst))
	if !widenVector(dst, src) {
		widenGeneric(dst, src)
	}
}
