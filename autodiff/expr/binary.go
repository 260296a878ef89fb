package expr

import "math"

// Binary is an elementwise function of two operands.
type Binary uint8

// The elementwise functions of two operands. Comparisons give 1 or 0.
const (
	Add Binary = iota
	Sub
	Mul
	Div
	Pow
	Min
	Max
	Atan2
	Less
	LessEq
	Greater
	GreaterEq
	Equal
	numBinary
)

type binaryDef struct {
	name   string
	f      func(a, b float64) float64
	da, db func(a, b float64) float64 // nil: derivative 0 everywhere
}

func indicator(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func constant(c float64) func(_, _ float64) float64 { return func(_, _ float64) float64 { return c } }

var binaryDefs = [numBinary]binaryDef{
	Add: {"add", func(a, b float64) float64 { return a + b }, constant(1), constant(1)},
	Sub: {"sub", func(a, b float64) float64 { return a - b }, constant(1), constant(-1)},
	Mul: {"mul", func(a, b float64) float64 { return a * b },
		func(_, b float64) float64 { return b }, func(a, _ float64) float64 { return a }},
	Div: {"div", func(a, b float64) float64 { return a / b },
		func(_, b float64) float64 { return 1 / b }, func(a, b float64) float64 { return -a / (b * b) }},
	Pow: {"pow", math.Pow,
		func(a, b float64) float64 { return powCoefficient(b, a, b-1) }, powLog},
	Min: {"min", math.Min,
		func(a, b float64) float64 { return indicator(a <= b) }, func(a, b float64) float64 { return indicator(b < a) }},
	Max: {"max", math.Max,
		func(a, b float64) float64 { return indicator(a >= b) }, func(a, b float64) float64 { return indicator(b > a) }},
	Atan2: {"atan2", math.Atan2,
		func(a, b float64) float64 { return b / (a*a + b*b) }, func(a, b float64) float64 { return -a / (a*a + b*b) }},
	Less:      {"less", func(a, b float64) float64 { return indicator(a < b) }, nil, nil},
	LessEq:    {"lesseq", func(a, b float64) float64 { return indicator(a <= b) }, nil, nil},
	Greater:   {"greater", func(a, b float64) float64 { return indicator(a > b) }, nil, nil},
	GreaterEq: {"greatereq", func(a, b float64) float64 { return indicator(a >= b) }, nil, nil},
	Equal:     {"equal", func(a, b float64) float64 { return indicator(a == b) }, nil, nil},
}

// powLog is ∂aᵇ/∂b = aᵇ ln a, 0 at a = 0 with b > 0.
func powLog(a, b float64) float64 {
	if a == 0 && b > 0 {
		return 0
	}
	return math.Pow(a, b) * math.Log(a)
}

// Name is the function's name.
func (f Binary) Name() string { return binaryDefs[f].name }

// F is the function's value.
func (f Binary) F(a, b float64) float64 { return binaryDefs[f].f(a, b) }

// Differentiable tells whether the derivative is not 0 everywhere.
func (f Binary) Differentiable() bool { return binaryDefs[f].da != nil }

// DA is the partial derivative in the first operand, DB in the second.
func (f Binary) DA(a, b float64) float64 {
	if !f.Differentiable() {
		return 0
	}
	return binaryDefs[f].da(a, b)
}

// DB is the partial derivative in the second operand.
func (f Binary) DB(a, b float64) float64 {
	if !f.Differentiable() {
		return 0
	}
	return binaryDefs[f].db(a, b)
}

// Apply applies the function to a and b, repeating a width of 1.
func (f Binary) Apply(a, b Value) Value {
	if f >= numBinary {
		return fail("unknown elementwise function of two operands %d", f)
	}
	return elementwise(node{op: OpBinary, bin: f}, binaryDefs[f].name, a, b)
}

// Add is v + b.
func (v Value) Add(b Value) Value { return Add.Apply(v, b) }

// Sub is v − b.
func (v Value) Sub(b Value) Value { return Sub.Apply(v, b) }

// Mul is v·b, component by component.
func (v Value) Mul(b Value) Value { return Mul.Apply(v, b) }

// Div is v/b, component by component.
func (v Value) Div(b Value) Value { return Div.Apply(v, b) }

// Pow is vᵇ; v must be positive unless b is a whole number.
func (v Value) Pow(b Value) Value { return Pow.Apply(v, b) }

// Min is the smaller of v and b, component by component.
func (v Value) Min(b Value) Value { return Min.Apply(v, b) }

// Max is the larger of v and b, component by component.
func (v Value) Max(b Value) Value { return Max.Apply(v, b) }

// Atan2 is the angle of the point (b, v).
func (v Value) Atan2(b Value) Value { return Atan2.Apply(v, b) }

// Less is 1 where v < b, else 0.
func (v Value) Less(b Value) Value { return Less.Apply(v, b) }

// LessEq is 1 where v ≤ b, else 0.
func (v Value) LessEq(b Value) Value { return LessEq.Apply(v, b) }

// Greater is 1 where v > b, else 0.
func (v Value) Greater(b Value) Value { return Greater.Apply(v, b) }

// GreaterEq is 1 where v ≥ b, else 0.
func (v Value) GreaterEq(b Value) Value { return GreaterEq.Apply(v, b) }

// Equal is 1 where v = b, else 0.
func (v Value) Equal(b Value) Value { return Equal.Apply(v, b) }

// Select is a where cond is not 0 and b where it is 0, component by component.
// Both branches are evaluated; the derivative flows only into the chosen one.
func Select(cond, a, b Value) Value {
	return elementwise(node{op: OpSelect}, "Select", cond, a, b)
}
