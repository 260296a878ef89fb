package kernel

import (
	"fmt"
	"math"
	"testing"
)

// form is one of the three products, with how it stores its operands.
type form struct {
	name   string
	ta, tb bool
}

var forms = []form{{"NN", false, false}, {"NT", false, true}, {"TN", true, false}}

// gemmCall is the product of one form on given operands.
type gemmCall[T Float] struct {
	form
	m, n, k       int
	lda, ldb, ldc int
	a, b, bias    []T
	acc           bool
}

func (g gemmCall[T]) into(c []T) {
	switch {
	case g.ta:
		GemmTN(g.m, g.n, g.k, g.a, g.lda, g.b, g.ldb, c, g.ldc, g.acc)
	case g.tb:
		GemmNT(g.m, g.n, g.k, g.a, g.lda, g.b, g.ldb, c, g.ldc, g.acc)
	default:
		GemmNN(g.m, g.n, g.k, g.a, g.lda, g.b, g.ldb, g.bias, c, g.ldc, g.acc)
	}
}

// element is the exact value in float64 of element (i,j), and the sum of the
// absolute values of its terms, which bounds the rounding error.
func (g gemmCall[T]) element(i, j int, old T) (sum, abs float64) {
	if g.acc {
		sum += float64(old)
	}
	if g.bias != nil {
		sum += float64(g.bias[j])
	}
	abs = math.Abs(float64(old))*2 + math.Abs(sum)*2
	for p := range g.k {
		ai, bi := i*g.lda+p, p*g.ldb+j
		if g.ta {
			ai = p*g.lda + i
		}
		if g.tb {
			bi = j*g.ldb + p
		}
		t := float64(g.a[ai]) * float64(g.b[bi])
		sum += t
		abs += math.Abs(t)
	}
	return sum, abs
}

func (g gemmCall[T]) String() string {
	return fmt.Sprintf("%s %dx%dx%d ld %d,%d,%d bias %v acc %v", g.name, g.m, g.n, g.k, g.lda, g.ldb, g.ldc, g.bias != nil, g.acc)
}

// newGemmCall makes random operands with pad unused columns in every matrix.
func newGemmCall[T Float](f form, m, n, k, pad int, bias, acc bool) gemmCall[T] {
	rng := newRand(m*10000 + n*100 + k)
	g := gemmCall[T]{form: f, m: m, n: n, k: k, acc: acc}
	ar, ac, br, bc := m, k, k, n
	if f.ta {
		ar, ac = ac, ar
	}
	if f.tb {
		br, bc = bc, br
	}
	g.lda, g.ldb, g.ldc = ac+pad, bc+pad, n+pad
	// The last row ends with the slice: a read past it would be past the
	// allocation in the worst case, and a NaN beyond must not leak in.
	g.a = random[T](rng, max(0, (ar-1)*g.lda+ac), pad&3).data
	g.b = random[T](rng, max(0, (br-1)*g.ldb+bc), 1).data
	if bias && f.name == "NN" {
		g.bias = random[T](rng, n, 2).data
	}
	return g
}

func TestGemm(t *testing.T) { forFloats(t, testGemm[float32], testGemm[float64]) }

func testGemm[T Float](t *testing.T) {
	ms := []int{1, 2, 3, 5, 7, 8, 13, 64}
	ns := []int{1, 7, 16, 17, 33, 48, 64, 100, 101, 110}
	ks := []int{1, 2, 7, 64, 101, 110, 300}
	for _, f := range forms {
		for _, m := range ms {
			for _, n := range ns {
				for _, k := range ks {
					v := m + n + k
					checkGemm(t, newGemmCall[T](f, m, n, k, v%4, v%2 == 0, v%3 == 0))
				}
			}
		}
		checkGemm(t, newGemmCall[T](f, 9, 1000, 5, 3, true, true))
		checkGemm(t, newGemmCall[T](f, 3, 50, 1000, 0, true, false))
		checkGemm(t, newGemmCall[T](f, 4, 9, 0, 1, true, false)) // k = 0 leaves bias or zero
		checkGemm(t, newGemmCall[T](f, 4, 9, 0, 1, false, true))
		checkGemm(t, newGemmCall[T](f, 0, 9, 3, 1, false, true))
		checkGemm(t, newGemmCall[T](f, 9, 0, 3, 1, false, true))
	}
}

// checkGemm compares with the sum in float64. k+2 roundings, each of at most
// half an epsilon of a partial sum, bound the error by (k+2)·ε/2·Σ|a||b|; the
// oracle's own error in the case of float64 is the other half.
func checkGemm[T Float](t *testing.T, g gemmCall[T]) {
	t.Helper()
	size := max(0, (g.m-1)*g.ldc+g.n)
	if g.m == 0 || g.n == 0 {
		size = 0
	}
	c := random[T](newRand(5), size, 3)
	old := append([]T(nil), c.data...)
	g.into(c.data)
	c.check(t, g.String())
	for at, got := range c.data {
		i, j := at/g.ldc, at%g.ldc
		if j >= g.n {
			if got != old[at] {
				t.Fatalf("%v: wrote in the gap after row %d", g, i)
			}
			continue
		}
		want, abs := g.element(i, j, old[at])
		if tol := float64(g.k+2) * epsilon[T]() * abs; !near(float64(got), want, tol) {
			t.Fatalf("%v: C[%d,%d] = %v, want %v ± %v", g, i, j, got, want, tol)
		}
	}
}

func TestGemmRowsIndependent(t *testing.T) {
	forFloats(t, testRowsIndependent[float32], testRowsIndependent[float64])
}

// testRowsIndependent computes every run of rows alone and wants the bits of
// the whole product: the caller shares rows among cores as it likes.
func testRowsIndependent[T Float](t *testing.T) {
	const m = 21
	for _, f := range forms {
		for _, nk := range [][2]int{{1, 110}, {1, 300}, {7, 64}, {101, 7}, {110, 300}, {40, 1}} {
			for _, acc := range []bool{false, true} {
				g := newGemmCall[T](f, m, nk[0], nk[1], nk[1]%3, true, acc)
				old := random[T](newRand(8), m*g.ldc, 0).data
				whole := append([]T(nil), old...)
				g.into(whole)
				for rows := 1; rows <= m; rows++ {
					parts := append([]T(nil), old...)
					for lo := 0; lo < m; lo += rows {
						part := g
						part.m = min(rows, m-lo)
						if f.ta {
							part.a = g.a[lo:]
						} else {
							part.a = g.a[lo*g.lda:]
						}
						part.into(parts[lo*g.ldc:])
					}
					for i := range whole {
						if whole[i] != parts[i] {
							t.Fatalf("%v by %d rows: element %d is %v, in the whole %v", g, rows, i, parts[i], whole[i])
						}
					}
				}
			}
		}
	}
}
