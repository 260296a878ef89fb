package expr

// evalLinear is A·x for every row x. It goes through the matrix once for four rows,
// whose sums do not wait for one another, and leaves out the zeros at both ends of
// each row of A: those of a band matrix are most of it.
func evalLinear(matrix []float64, rows int, x, out operand) {
	for r := 0; r < rows; r += 4 {
		n := min(4, rows-r)
		var in, to [4][]float64
		for i := range 4 {
			in[i], to[i] = x.row(r+min(i, n-1)), out.row(r+min(i, n-1)) // the last row again for those that are missing
		}
		for j := range to[0] {
			a := matrix[j*x.width : (j+1)*x.width]
			lo, hi := 0, len(a)
			for lo < hi && a[lo] == 0 {
				lo++
			}
			for lo < hi && a[hi-1] == 0 {
				hi--
			}
			a = a[lo:hi]
			x0, x1, x2, x3 := in[0][lo:hi], in[1][lo:hi], in[2][lo:hi], in[3][lo:hi]
			var s0, s1, s2, s3 float64
			for i, v := range a {
				s0 += v * x0[i]
				s1 += v * x1[i]
				s2 += v * x2[i]
				s3 += v * x3[i]
			}
			to[3][j], to[2][j], to[1][j], to[0][j] = s3, s2, s1, s0
		}
	}
}
