package kernel

// GemmNN sets C = A·B, plus the row bias on every row unless bias is nil, plus
// the old C if acc. A is m×k, B is k×n, C is m×n; lda, ldb and ldc are the
// leading dimensions. C must not overlap A or B.
func GemmNN[T Float](m, n, k int, a []T, lda int, b []T, ldb int, bias []T, c []T, ldc int, acc bool) {
	need("A", len(a), span("A", m, k, lda))
	need("B", len(b), span("B", k, n, ldb))
	need("C", len(c), span("C", m, n, ldc))
	if bias != nil {
		need("bias", len(bias), n)
	}
	gemm(m, n, k, a, lda, 1, b, ldb, false, bias, c, ldc, acc)
}

// GemmNT sets C = A·Bᵀ, plus the old C if acc. A is m×k, B is n×k, C is m×n.
func GemmNT[T Float](m, n, k int, a []T, lda int, b []T, ldb int, c []T, ldc int, acc bool) {
	need("A", len(a), span("A", m, k, lda))
	need("B", len(b), span("B", n, k, ldb))
	need("C", len(c), span("C", m, n, ldc))
	gemm(m, n, k, a, lda, 1, b, ldb, true, nil, c, ldc, acc)
}

// GemmTN sets C = Aᵀ·B, plus the old C if acc. A is k×m, B is k×n, C is m×n.
func GemmTN[T Float](m, n, k int, a []T, lda int, b []T, ldb int, c []T, ldc int, acc bool) {
	need("A", len(a), span("A", k, m, lda))
	need("B", len(b), span("B", k, n, ldb))
	need("C", len(c), span("C", m, n, ldc))
	gemm(m, n, k, a, 1, lda, b, ldb, false, nil, c, ldc, acc)
}

// gemm is the product behind the three forms. Element (i,p) of A is
// a[i*ars+p*acs], so a transposed A is only another pair of strides; a
// transposed B changes the direction of the vectors and needs its own loop.
func gemm[T Float](m, n, k int, a []T, ars, acs int, b []T, ldb int, transB bool, bias, c []T, ldc int, acc bool) {
	if m == 0 || n == 0 {
		return
	}
	if n == 1 && oneColumn(m, k, a, ars, acs, b, ldb, transB, bias, c, ldc, acc) {
		return
	}
	if gemmVector(m, n, k, a, ars, acs, b, ldb, transB, bias, c, ldc, acc) {
		return
	}
	gemmGeneric(m, n, k, a, ars, acs, b, ldb, transB, bias, c, ldc, acc)
}

// oneColumn is gemm for n = 1, where a vector of columns would be one lane of
// work, and reports whether it could. The outermost layer of a network that
// approximates one number is such a product.
func oneColumn[T Float](m, k int, a []T, ars, acs int, b []T, ldb int, transB bool, bias, c []T, ldc int, acc bool) bool {
	switch {
	case k == 0 || active == generic:
		return false
	case acs == 1 && (transB || ldb == 1 || k == 1):
		for i := range m {
			start(c[i*ldc:][:1], bias, acc)
		}
		return matVecVector(m, k, ars, ldc, c, a, b)
	case ars == 1 && ldc == 1 && !transB && bias == nil:
		// Cᵀ = Bᵀ·A is one row, with the columns of A along the vectors.
		return gemmVector(1, m, k, b, 1, ldb, a, acs, false, nil, c, m, acc)
	}
	return false
}
