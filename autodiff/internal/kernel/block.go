package kernel

// ColAffine sets y[i,j] = x[i,j]·a[j] + b[j] for rows×cols matrices without gaps. y
// may be x.
func ColAffine[T Float](rows, cols int, x, a, b, y []T) {
	need("x", len(x), span("x", rows, cols, cols))
	need("a", len(a), cols)
	need("b", len(b), cols)
	need("y", len(y), rows*cols)
	if !colAffineVector(rows, cols, y, x, a, b) {
		colAffineGeneric(rows, cols, x, a, b, y)
	}
}

// ColDot sets dst[j] = Σ_i x[i,j]·y[i,j].
func ColDot[T Float](rows, cols int, x, y, dst []T) {
	need("x", len(x), span("x", rows, cols, cols))
	need("y", len(y), rows*cols)
	need("dst", len(dst), cols)
	if !colDotVector(rows, cols, dst, x, y) {
		colDotGeneric(rows, cols, x, y, dst)
	}
}
