package expr

// Smooth is an expression without jumps in its inputs: every comparison of numbers that depend on them is
// a sigmoid of their difference u, and every sign one of its argument,
//
//	u > 0  →  1/(1 + exp(−s u/δ)),   sign u  →  tanh(s u/2δ),   c ? a : b  →  b + c (a − b)
//
// with the sharpness s, an expression of width 1 (an input, say), and the size δ of u, of which sizes has
// one for each in the order of Compared; 0 counts as 1. It tends to the expression as s grows, where that
// does not jump. Comparisons of other inputs, whether two numbers are equal, and roundings stay as they
// are. Both branches of a condition must be finite.
func Smooth(out, sharpness Value, sizes []float64, inputs ...Value) Value {
	s := newSmoother(inputs)
	s.sharpness, s.sizes = sharpness, sizes
	v := s.value(out)
	if len(s.compared) != len(sizes) && v.Err() == nil {
		return fail("Smooth has %d sizes for %d comparisons", len(sizes), len(s.compared))
	}
	return v
}

// Compared are the numbers whose sign decides in the comparisons that Smooth replaces, each once.
func Compared(out Value, inputs ...Value) []Value {
	s := newSmoother(inputs)
	s.value(out)
	return s.compared
}

// smoother makes an expression anew, without its jumps. Without a sharpness it only collects.
type smoother struct {
	sharpness Value
	sizes     []float64
	compared  []Value
	done      map[*node]smoothed
}

// smoothed is a node made anew: whether it depends on the inputs, and on a comparison that was replaced
// with nothing but arithmetic between.
type smoothed struct {
	value        Value
	moving, soft bool
}

func newSmoother(inputs []Value) *smoother {
	s := &smoother{done: map[*node]smoothed{}}
	for _, in := range inputs {
		if in.n != nil {
			s.done[in.n] = smoothed{value: in, moving: true}
		}
	}
	return s
}

func (s *smoother) value(out Value) Value {
	if out.Err() != nil {
		return out
	}
	return s.visit(out.n).value
}

func (s *smoother) visit(n *node) smoothed {
	if r, ok := s.done[n]; ok {
		return r
	}
	r := smoothed{value: Value{n}}
	args := make([]Value, len(n.args))
	same, soft := true, false
	for i, a := range n.args {
		arg := s.visit(a)
		args[i] = arg.value
		same = same && arg.value.n == a
		r.moving, soft = r.moving || arg.moving, soft || arg.soft
	}
	switch {
	case n.op == OpBinary && r.moving && (n.bin == Greater || n.bin == GreaterEq):
		r.value, r.soft = s.sigmoid(args[0].Sub(args[1])), true
	case n.op == OpBinary && r.moving && (n.bin == Less || n.bin == LessEq):
		r.value, r.soft = s.sigmoid(args[1].Sub(args[0])), true
	case n.op == OpUnary && r.moving && n.un.Fn == Sign:
		r.value, r.soft = s.sigmoid(args[0]).Scale(2).AddConst(-1), true
	case n.op == OpSelect && s.done[n.args[0]].soft:
		share := args[0].Max(Const(0)).Min(Const(1)) // of conditions, which arithmetic has put together
		r.value = args[2].Add(share.Mul(args[1].Sub(args[2])))
	default:
		if r.soft = soft && n.op != OpSelect; !same {
			copied := *n
			r.value = build(copied, args...)
		}
	}
	s.done[n] = r
	return r
}

// sigmoid takes the place of u > 0.
func (s *smoother) sigmoid(u Value) Value {
	k := len(s.compared)
	s.compared = append(s.compared, u)
	if s.sharpness.n == nil || k >= len(s.sizes) {
		return u.Greater(Const(0))
	}
	size := s.sizes[k]
	if size == 0 {
		size = 1
	}
	return u.Scale(1 / size).Mul(s.sharpness).Sigmoid()
}
