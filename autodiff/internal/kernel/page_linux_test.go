package kernel

import (
	"syscall"
	"testing"
	"unsafe"
)

// fenced returns a slice of n numbers that ends where memory ends, or begins
// where it begins: any access outside faults.
func fenced[T Float](t *testing.T, n int, end bool) []T {
	t.Helper()
	var z T
	size := int(unsafe.Sizeof(z))
	page := syscall.Getpagesize()
	inner := (n*size + page - 1) / page * page
	mem, err := syscall.Mmap(-1, 0, inner+2*page, syscall.PROT_NONE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Munmap(mem); err != nil {
			t.Error(err)
		}
	})
	if err := syscall.Mprotect(mem[page:page+inner], syscall.PROT_READ|syscall.PROT_WRITE); err != nil {
		t.Fatal(err)
	}
	first := page
	if end {
		first = page + inner - n*size
	}
	s := unsafe.Slice((*T)(unsafe.Pointer(&mem[first])), n)
	for i := range s {
		s[i] = T(i%7) - 3
	}
	return s
}

func TestNothingOutsideIsRead(t *testing.T) {
	forFloats(t, testNothingOutsideIsRead[float32], testNothingOutsideIsRead[float64])
}

// testNothingOutsideIsRead only has to survive.
func testNothingOutsideIsRead[T Float](t *testing.T) {
	for _, end := range []bool{false, true} {
		for _, n := range []int{1, 3, 7, 17, 33, 101} {
			const rows = 5
			a, b, c := fenced[T](t, rows*n, end), fenced[T](t, rows*n, end), fenced[T](t, rows*n, end)
			u, v, w := fenced[T](t, n, end), fenced[T](t, n, end), fenced[T](t, n, end)
			for _, op := range elementwiseOps[T]() {
				op.run(u, [][]T{v, w, v})
			}
			Dot(u, v)
			SumSq(u)
			RowDot(rows, n, a, b, fenced[T](t, rows, end))
			ColSum(rows, n, a, u)
			ColDot(rows, n, a, b, u)
			ColAffine(rows, n, a, u, v, b)
			ColMeanInvStd(rows, n, a, 1, u, v)
			BatchNorm(rows, n, a, u, v, w, w, b)
			BatchNormGrad(rows, n, a, u, v, w, b, c)
			BatchNormGammaGrad(rows, n, a, u, v, b, w)
			double := fenced[float64](t, n, end)
			Normals(double, 1, 2, 3, 4, 5)
			Narrow(u, double)
			Widen(double, v)

			square := fenced[T](t, rows*rows, end)
			wide := fenced[T](t, n*n, end)
			GemmNN(rows, n, rows, square, rows, a, n, u, b, n, true)
			GemmNN(rows, n, n, a, n, wide, n, nil, b, n, false)
			GemmNT(rows, rows, n, a, n, b, n, square, rows, true)
			GemmNT(rows, n, n, a, n, wide, n, b, n, false)
			GemmTN(n, n, rows, a, n, b, n, wide, n, true)
			GemmTN(rows, n, rows, square, rows, a, n, b, n, false)
		}
	}
}
