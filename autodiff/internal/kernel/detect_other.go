//go:build !amd64

package kernel

// detect finds nothing: only amd64 has assembly so far.
func detect() set { return generic }

func gemmVector[T Float](m, n, k int, a []T, ars, acs int, b []T, ldb int, transB bool, bias, c []T, ldc int, acc bool) bool {
	return false
}

func normalsVector(dst []float64, key uint64, c1, c2, c3 uint32, scale float64) bool { return false }
