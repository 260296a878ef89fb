package expr

// Operations over and between the components of a row.

func (v Value) reduce(op Op) Value { return build(node{op: op, width: 1}, v) }

// Sum is Σ vᵢ, width 1.
func (v Value) Sum() Value { return v.reduce(OpSum) }

// Mean is (Σ vᵢ)/Width, width 1.
func (v Value) Mean() Value {
	if v.Err() != nil {
		return v
	}
	return v.Sum().Scale(1 / float64(v.Width()))
}

// Norm is the Euclidean norm ‖v‖, width 1.
func (v Value) Norm() Value { return v.reduce(OpNorm) }

// NormSq is ‖v‖², width 1.
func (v Value) NormSq() Value { return v.Dot(v) }

// MaxComponent is the largest component, width 1.
func (v Value) MaxComponent() Value { return v.reduce(OpMaxComp) }

// MinComponent is the smallest component, width 1.
func (v Value) MinComponent() Value { return v.reduce(OpMinComp) }

// Dot is Σ vᵢbᵢ, width 1. A width of 1 is repeated.
func (v Value) Dot(b Value) Value {
	w, err := broadcastWidth("Dot", v, b)
	if err != nil {
		return Value{&node{err: err}}
	}
	return build(node{op: OpDot, width: 1}, v.Broadcast(w), b.Broadcast(w))
}

// At is the component with index i, counted from 0, width 1.
func (v Value) At(i int) Value {
	if v.Err() == nil && (i < 0 || i >= v.Width()) {
		return fail("component %d of a value with %d components; indices run from 0 to %d", i, v.Width(), v.Width()-1)
	}
	return v.Slice(i, i+1)
}

// Slice is the components lo … hi−1, counted from 0.
func (v Value) Slice(lo, hi int) Value {
	if v.Err() != nil {
		return v
	}
	if lo < 0 || hi > v.Width() || lo >= hi {
		return fail("components %d to %d (excluded) of a value with %d components", lo, hi, v.Width())
	}
	if lo == 0 && hi == v.Width() {
		return v
	}
	return build(node{op: OpSlice, width: hi - lo, lo: lo}, v)
}

// Concat puts the components of all values into one row.
func Concat(values ...Value) Value {
	if len(values) == 0 {
		return fail("Concat of no values")
	}
	w := 0
	for _, v := range values {
		w += v.Width()
	}
	return build(node{op: OpConcat, width: w}, values...)
}

// Linear is A·v for every row v; each row of A has v.Width() entries, the result
// has len(A) components. The matrix is copied.
func (v Value) Linear(a [][]float64) Value {
	if v.Err() != nil {
		return v
	}
	if len(a) == 0 {
		return fail("Linear with a matrix of no rows")
	}
	data := make([]float64, 0, len(a)*v.Width())
	for i, row := range a {
		if len(row) != v.Width() {
			return fail("Linear: row %d of the matrix has %d entries, want %d, the width of the operand", i, len(row), v.Width())
		}
		data = append(data, row...)
	}
	return build(node{op: OpLinear, width: len(a), data: data, spans: spans(a)}, v)
}

// Broadcast repeats a value of width 1 to the given width.
func (v Value) Broadcast(width int) Value {
	switch {
	case v.Err() != nil || v.Width() == width:
		return v
	case v.Width() != 1 || width < 1:
		return fail("Broadcast from width %d to %d; only width 1 is repeated", v.Width(), width)
	}
	return build(node{op: OpBroadcast, width: width}, v)
}
