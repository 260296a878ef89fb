package kernel

// Add sets dst = a + b.
func Add[T Float](dst, a, b []T) {
	need("a", len(a), len(dst))
	need("b", len(b), len(dst))
	if !addVector(dst, a, b) {
		addGeneric(dst, a, b)
	}
}

// Mul sets dst = a·b, element by element.
func Mul[T Float](dst, a, b []T) {
	need("a", len(a), len(dst))
	need("b", len(b), len(dst))
	if !mulVector(dst, a, b) {
		mulGeneric(dst, a, b)
	}
}

// Axpy adds alpha·x to y, over the length of y.
func Axpy[T Float](alpha T, x, y []T) {
	need("x", len(x), len(y))
	if !axpyVector(y, x, alpha) {
		axpyGeneric(alpha, x, y)
	}
}

// Scale sets dst = alpha·x.
func Scale[T Float](dst []T, alpha T, x []T) {
	need("x", len(x), len(dst))
	if !scaleVector(dst, x, alpha) {
		scaleGeneric(dst, alpha, x)
	}
}

// Bound sets dst = x where that is between −limit and limit, else the nearer of these; 0 for NaN. There is no −0 in dst.
func Bound[T Float](dst []T, limit T, x []T) {
	need("x", len(x), len(dst))
	if !boundVector(dst, x, limit) {
		boundGeneric(dst, limit, x)
	}
}

// Dot returns Σ a·b, over the length of a.
func Dot[T Float](a, b []T) T {
	need("b", len(b), len(a))
	if sum, ok := dotVector(a, b); ok {
		return sum
	}
	return dotGeneric(a, b)
}

// SumSq returns Σ a², summed in float64 in either precision: the sum decides
// whether a gradient is clipped, and must not overflow or drift in float32.
func SumSq[T Float](a []T) float64 {
	if sum, ok := sumSqVector(a); ok {
		return sum
	}
	return sumSqGeneric(a)
}

// RowDot sets dst[i] = Σ_j a[i,j]·b[i,j] for rows×cols matrices without gaps.
func RowDot[T Float](rows, cols int, a, b, dst []T) {
	need("a", len(a), span("a", rows, cols, cols))
	need("b", len(b), span("b", rows, cols, cols))
	need("dst", len(dst), rows)
	if !rowDotVector(rows, cols, dst, a, b) {
		rowDotGeneric(rows, cols, a, b, dst)
	}
}

// Adam makes one step of Adam on the parameters p with gradient g and moments
// m and v:
//
//	m = beta1·m + (1-beta1)·g
//	v = beta2·v + (1-beta2)·g²
//	p = p - lr·(m·c1)/(√(v·c2)+eps)
//
// where c1 = 1/(1-beta1ᵗ) and c2 = 1/(1-beta2ᵗ) correct the bias at step t.
func Adam[T Float](p, g, m, v []T, lr, beta1, beta2, eps, c1, c2 T) {
	need("g", len(g), len(p))
	need("m", len(m), len(p))
	need("v", len(v), len(p))
	if !adamVector(p, g, m, v, lr, beta1, beta2, eps, c1, c2) {
		adamGeneric(p, g, m, v, lr, beta1, beta2, eps, c1, c2)
	}
}
