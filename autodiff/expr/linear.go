package expr

// evalLinear is A·x for every row x. It goes through the matrix once for four rows,
// whose sums do not wait for one another.
func evalLinear(n *Node, rows int, x, out operand) {
	for r := 0; r < rows; r += 4 {
		last := min(4, rows-r) - 1
		var in, to [4][]float64
		for i := range 4 {
			in[i], to[i] = x.row(r+min(i, last)), out.row(r+min(i, last)) // the last row again for those that are missing
		}
		if n.sparse != nil {
			n.sparse.Mul(&in, &to)
		} else {
			denseRows(n.Data, &in, &to)
		}
	}
}

func denseRows(matrix []float64, in, to *[4][]float64) {
	width := len(in[0])
	for j := range to[0] {
		a := matrix[j*width : (j+1)*width]
		x0, x1, x2, x3 := in[0][:len(a)], in[1][:len(a)], in[2][:len(a)], in[3][:len(a)]
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
