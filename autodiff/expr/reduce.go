package expr

import "math"

// reduceRow is a reduction of the row x (and y for the scalar product).
func reduceRow(op Op, x, y []float64) float64 {
	switch op {
	case OpSum:
		s := 0.0
		for _, v := range x {
			s += v
		}
		return s
	case OpDot:
		return dot(x, y)
	case OpNorm:
		return norm(x)
	}
	return x[Extreme(op, x)]
}

// norm is ‖x‖ without overflow or underflow.
func norm(x []float64) float64 {
	big := 0.0
	for _, v := range x {
		if math.IsNaN(v) {
			return v
		}
		big = math.Max(big, math.Abs(v))
	}
	if big == 0 || math.IsInf(big, 1) {
		return big
	}
	if big > 1e-140 && big < 1e140 {
		return math.Sqrt(dot(x, x))
	}
	s := 0.0
	for _, v := range x {
		s += (v / big) * (v / big)
	}
	return big * math.Sqrt(s)
}

// Extreme is the index of the first largest (OpMaxComp) or smallest (OpMinComp)
// number of x; a NaN counts as the extreme, so that it is not lost.
func Extreme[T float32 | float64](op Op, x []T) int {
	k, best := 0, x[0]
	if best != best {
		return 0
	}
	if op == OpMaxComp {
		for j, v := range x {
			if !(v <= best) { // one comparison for all but the few that are larger
				if k, best = j, v; v != v {
					return j
				}
			}
		}
		return k
	}
	for j, v := range x {
		if !(v >= best) {
			if k, best = j, v; v != v {
				return j
			}
		}
	}
	return k
}

func dot(a, b []float64) float64 {
	s := 0.0
	for i, v := range a {
		s += v * b[i]
	}
	return s
}
