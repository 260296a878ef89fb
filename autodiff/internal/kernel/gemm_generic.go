package kernel

// gemmGeneric goes row by row of C, so a row cannot depend on its neighbours.
func gemmGeneric[T Float](m, n, k int, a []T, ars, acs int, b []T, ldb int, transB bool, bias, c []T, ldc int, acc bool) {
	for i := range m {
		row := c[i*ldc:][:n]
		start(row, bias, acc)
		if k == 0 {
			continue
		}
		if transB {
			rowNT(row, k, a[i*ars:], b, ldb)
		} else {
			rowNN(row, k, a[i*ars:], acs, b, ldb)
		}
	}
}

// start gives a row of C the value its multiply-add chains begin with.
func start[T Float](row, bias []T, acc bool) {
	if !acc {
		clear(row)
	}
	if bias != nil {
		for j, v := range bias[:len(row)] {
			row[j] += v
		}
	}
}

// rowNN adds Σ_p a[p]·B[p,:] to row. Four rows of B at a time, so that a
// number of row is loaded and stored once for four multiply-adds.
func rowNN[T Float](row []T, k int, a []T, acs int, b []T, ldb int) {
	n := len(row)
	p := 0
	for ; p+4 <= k; p += 4 {
		a0, a1, a2, a3 := a[p*acs], a[(p+1)*acs], a[(p+2)*acs], a[(p+3)*acs]
		b0 := b[p*ldb:][:n]
		b1 := b[(p+1)*ldb:][:n]
		b2 := b[(p+2)*ldb:][:n]
		b3 := b[(p+3)*ldb:][:n]
		for j := range row {
			s := row[j]
			s += a0 * b0[j]
			s += a1 * b1[j]
			s += a2 * b2[j]
			s += a3 * b3[j]
			row[j] = s
		}
	}
	for ; p < k; p++ {
		a0 := a[p*acs]
		for j, v := range b[p*ldb:][:n] {
			row[j] += a0 * v
		}
	}
}

// rowNT adds Σ_p a[p]·B[:,p] to row, four columns at a time: their chains are
// independent, which hides the latency of the additions.
func rowNT[T Float](row []T, k int, a, b []T, ldb int) {
	a = a[:k]
	j := 0
	for ; j+4 <= len(row); j += 4 {
		b0 := b[j*ldb:][:k]
		b1 := b[(j+1)*ldb:][:k]
		b2 := b[(j+2)*ldb:][:k]
		b3 := b[(j+3)*ldb:][:k]
		s0, s1, s2, s3 := row[j], row[j+1], row[j+2], row[j+3]
		for p, v := range a {
			s0 += v * b0[p]
			s1 += v * b1[p]
			s2 += v * b2[p]
			s3 += v * b3[p]
		}
		row[j], row[j+1], row[j+2], row[j+3] = s0, s1, s2, s3
	}
	for ; j < len(row); j++ {
		s := row[j]
		b0 := b[j*ldb:][:k]
		for p, v := range a {
			s += v * b0[p]
		}
		row[j] = s
	}
}
