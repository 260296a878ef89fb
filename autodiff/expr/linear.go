package expr

// span is where the entries of a matrix's row lie that are not 0: those of a band matrix are few, those of a
// triangular one half.
type span struct{ lo, hi int }

func spans(matrix [][]float64) []span {
	list := make([]span, len(matrix))
	for j, row := range matrix {
		lo, hi := 0, len(row)
		for lo < hi && row[lo] == 0 {
			lo++
		}
		for lo < hi && row[hi-1] == 0 {
			hi--
		}
		list[j] = span{lo, hi}
	}
	return list
}

// evalLinear is A·x for every row x. It goes through the matrix once for four rows,
// whose sums do not wait for one another, and leaves out the zeros at both ends of
// each row of A.
func evalLinear(n *Node, rows int, x, out operand) {
	for r := 0; r < rows; r += 4 {
		last := min(4, rows-r) - 1
		var in, to [4][]float64
		for i := range 4 {
			in[i], to[i] = x.row(r+min(i, last)), out.row(r+min(i, last)) // the last row again for those that are missing
		}
		for j, s := range n.spans {
			a := n.Data[j*x.width+s.lo : j*x.width+s.hi]
			x0, x1, x2, x3 := in[0][s.lo:s.hi], in[1][s.lo:s.hi], in[2][s.lo:s.hi], in[3][s.lo:s.hi]
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
