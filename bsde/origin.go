package bsde

import "math"

// origin is a point (t, x) from which paths are walked, with the steps of the walk.
type origin struct {
	t       float64
	x       []float64 // d
	nets    []int     // of each step, the grid's step whose network is used
	lengths []float64 // of each step
	times   []float64 // where each begins
	regular bool      // all lengths are the first
}

// start is (0, x0) on the time grid.
func (m *model[T]) start() *origin {
	o := &origin{x: m.eq.Start, regular: true}
	for n := range m.set.Steps {
		o.add(float64(n)*m.stepLength(), m.stepLength(), n)
	}
	return o
}

func (m *model[T]) stepLength() float64 { return m.eq.Horizon / float64(m.set.Steps) }

// fewest is the number of steps that all origins but (0, x0) have at least: enough for
// the three levels of an estimate.
const fewest = 4

// originAt is the point (t, x), 0 ≤ t < T. Between the times of the grid the first step
// ends on one of them, at least half a step away. Close to T steps are divided.
func (m *model[T]) originAt(t float64, x []float64) *origin {
	o, n, h := &origin{t: t, x: x}, m.set.Steps, m.stepLength()
	first := min(int(math.Floor(t/h)), n-1)
	if next := first + 1; next < n && float64(next)*h-t < h/2 {
		first = next
	}
	parts := (fewest + n - first - 1) / (n - first)
	for k := first; k < n; k++ {
		length, net := h, k
		if k == first {
			length = m.eq.Horizon - float64(n-first-1)*h - t
			if k == 0 && m.eq.random == nil && n > 1 {
				net = 1 // that of step 0 has seen x0 alone
			}
		}
		begin := m.eq.Horizon - float64(n-k-1)*h - length
		for i := range parts {
			part := length / float64(parts)
			o.add(begin+float64(i)*part, part, net)
		}
	}
	return o
}

func (o *origin) add(t, length float64, net int) {
	o.times, o.lengths, o.nets = append(o.times, t), append(o.lengths, length), append(o.nets, net)
}

// steps is the number of steps.
func (o *origin) steps() int { return len(o.nets) }

// length is that of count steps from step i on.
func (o *origin) length(i, count int) float64 {
	if o.regular {
		return float64(count) * o.lengths[0]
	}
	sum := 0.0
	for _, h := range o.lengths[i : i+count] {
		sum += h
	}
	return sum
}

// meanStep is Σ hᵢ²/Σ hᵢ on every stride-th point, the step that the first-order error is
// proportional to: the first step, and the last one of a coarse grid, may be shorter than
// the others.
func (o *origin) meanStep(stride int) float64 {
	sum, squares := 0.0, 0.0
	for i := 0; i < o.steps(); i += stride {
		step := o.length(i, min(stride, o.steps()-i))
		sum += step
		squares += step * step
	}
	return squares / sum
}
