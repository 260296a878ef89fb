package expr

// Kink is the number whose sign decides at the outermost operation of an expression of width 1, where that
// is a maximum, a minimum or a positive part: a − b of max(a, b), a factor apart. ok is false
// elsewhere.
func (v Value) Kink() (sign Value, ok bool) {
	if v.n == nil || v.n.err != nil || v.n.width != 1 {
		return Value{}, false
	}
	n := v.n
	for n.op == OpUnary && (n.un.Fn == Scale || n.un.Fn == AddConst) {
		n = n.args[0]
	}
	switch {
	case n.op == OpUnary && n.un.Fn == Relu:
		return Value{n.args[0]}, true
	case n.op == OpBinary && (n.bin == Max || n.bin == Min):
		return Value{n.args[0]}.Sub(Value{n.args[1]}), true
	}
	return Value{}, false
}
