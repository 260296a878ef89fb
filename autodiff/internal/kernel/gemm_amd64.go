package kernel

import "unsafe"

// kc is how much of k is done in one go. A panel of B of kc rows is 24 KB (half
// that with AVX2) and stays in the first-level cache for all rows of C. Blocks
// of k do not change the result: a chain of multiply-adds goes on in the next
// block from the number that the last one stored in C.
const kc = 128

// panelVectors is the widest panel, see gen/gemm.go.
const panelVectors = 3

// gemmVector runs gemm with vectors, and reports whether it could.
func gemmVector[T Float](m, n, k int, a []T, ars, acs int, b []T, ldb int, transB bool, bias, c []T, ldc int, acc bool) bool {
	if active == generic || k == 0 {
		return false
	}
	if transB {
		gemmPacked(m, n, k, a, ars, acs, b, ldb, c, ldc, acc)
		return true
	}
	t := tile[T]{m: m, ars: ars, acs: acs, cs: ldc}
	lanes := vectorLanes[T]()
	for p := 0; p < k; p += kc {
		t.k, t.a, t.acc = min(kc, k-p), &a[p*acs], acc || p > 0
		t.bs = ldb
		for j, nv := 0, 0; j < n; j += nv * lanes {
			nv = panelWidth(n-j, lanes)
			t.b, t.c, t.bias = &b[p*ldb+j], &c[j], nil
			if bias != nil && p == 0 {
				t.bias = &bias[j]
			}
			t.run(nv, min(lanes, n-j-(nv-1)*lanes))
		}
	}
	return true
}

// gemmPacked is gemmVector with B transposed panel by panel into a buffer on
// the stack.
func gemmPacked[T Float](m, n, k int, a []T, ars, acs int, b []T, ldb int, c []T, ldc int, acc bool) {
	var buf [kc * panelVectors * 64 / 4]float32
	panel := (*T)(unsafe.Pointer(&buf))
	t := tile[T]{m: m, ars: ars, acs: acs, cs: ldc}
	lanes := vectorLanes[T]()
	for p := 0; p < k; p += kc {
		t.k, t.a, t.acc = min(kc, k-p), &a[p*acs], acc || p > 0
		for j, nv := 0, 0; j < n; j += nv * lanes {
			nv = panelWidth(n-j, lanes)
			t.b, t.c, t.bs = panel, &c[j], nv*lanes
			for v := range nv {
				first := j + v*lanes
				to := (*T)(unsafe.Add(unsafe.Pointer(&buf), v*lanes*int(unsafe.Sizeof(*panel))))
				pack(min(lanes, n-first), t.k, &b[first*ldb+p], ldb, to, t.bs)
			}
			t.run(nv, min(lanes, n-j-(nv-1)*lanes))
		}
	}
}

// panelWidth is how many vectors the next panel of the remaining columns has.
// A single vector is left over only if there never were more: it has too few
// chains to keep the multipliers busy, so four are done as two and two.
func panelWidth(columns, lanes int) int {
	switch left := (columns + lanes - 1) / lanes; left {
	case 1, 2, 3:
		return left
	case 4:
		return 2
	default:
		return panelVectors
	}
}

// tile is a panel of C, with its operands.
type tile[T Float] struct {
	m, k          int
	a, b, c, bias *T
	ars, acs      int
	bs, cs        int
	acc           bool
}

// run computes the panel of nv vectors; the last has so many columns.
func (t *tile[T]) run(nv, last int) {
	acc := 0
	if t.acc {
		acc = 1
	}
	switch {
	case is32[T]() && active == avx512:
		gemmPanelAVX512F32(nv, t.m, t.k, f32(t.a), t.ars, t.acs, f32(t.b), t.bs, f32(t.c), t.cs, f32(t.bias), acc, last)
	case is32[T]():
		gemmPanelAVX2F32(nv, t.m, t.k, f32(t.a), t.ars, t.acs, f32(t.b), t.bs, f32(t.c), t.cs, f32(t.bias), acc, last)
	case active == avx512:
		gemmPanelAVX512F64(nv, t.m, t.k, f64(t.a), t.ars, t.acs, f64(t.b), t.bs, f64(t.c), t.cs, f64(t.bias), acc, last)
	default:
		gemmPanelAVX2F64(nv, t.m, t.k, f64(t.a), t.ars, t.acs, f64(t.b), t.bs, f64(t.c), t.cs, f64(t.bias), acc, last)
	}
}

func pack[T Float](rows, k int, b *T, ldb int, dst *T, stride int) {
	switch {
	case is32[T]() && active == avx512:
		packAVX512F32(rows, k, f32(b), ldb, f32(dst), stride)
	case is32[T]():
		packAVX2F32(rows, k, f32(b), ldb, f32(dst), stride)
	case active == avx512:
		packAVX512F64(rows, k, f64(b), ldb, f64(dst), stride)
	default:
		packAVX2F64(rows, k, f64(b), ldb, f64(dst), stride)
	}
}
