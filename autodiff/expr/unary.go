package expr

import "math"

// Unary is an elementwise function of one operand, with its constant C where it
// has one (Scale, AddConst, PowConst).
type Unary struct {
	Fn UnaryFn
	C  float64
}

// UnaryFn names an elementwise function.
type UnaryFn uint8

// The elementwise functions.
const (
	Scale    UnaryFn = iota // C·x
	AddConst                // x + C
	PowConst                // x^C
	Abs
	Sign
	Floor
	Exp
	Expm1
	Log
	Log1p
	Sqrt
	Sin
	Cos
	Tan
	Asin
	Acos
	Atan
	Sinh
	Cosh
	Tanh
	Sigmoid
	Softplus
	Relu
	SiLU
	Erf
	NormCDF
	numUnary
)

// unaryDef is a function with its first and second derivative.
type unaryDef struct {
	name       string
	f, df, d2f func(x, c float64) float64
}

func zero(_, _ float64) float64 { return 0 }

func sigmoid(x float64) float64 {
	if x < 0 {
		e := math.Exp(x)
		return e / (1 + e)
	}
	return 1 / (1 + math.Exp(-x))
}

// softplus is ln(1+eˣ) without overflow.
func softplus(x float64) float64 { return math.Max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x // keeps 0 and NaN
}

// pow is x^c with the cheap and common exponents kept exact.
func pow(x, c float64) float64 {
	switch c {
	case 0:
		return 1
	case 1:
		return x
	case 2:
		return x * x
	case 3:
		return x * x * x
	case -1:
		return 1 / x
	}
	return math.Pow(x, c)
}

// powCoefficient is k·x^e, 0 where the coefficient is 0 even if x^e is infinite.
func powCoefficient(k, x, e float64) float64 {
	if k == 0 {
		return 0
	}
	return k * pow(x, e)
}

func gauss(x float64) float64 { return math.Exp(-0.5*x*x) / math.Sqrt(2*math.Pi) }

func one(f func(float64) float64) func(x, c float64) float64 {
	return func(x, _ float64) float64 { return f(x) }
}

var unaryDefs = [numUnary]unaryDef{
	Scale:    {"scale", func(x, c float64) float64 { return c * x }, func(_, c float64) float64 { return c }, zero},
	AddConst: {"addconst", func(x, c float64) float64 { return x + c }, func(_, _ float64) float64 { return 1 }, zero},
	PowConst: {"pow",
		pow,
		func(x, c float64) float64 { return powCoefficient(c, x, c-1) },
		func(x, c float64) float64 { return powCoefficient(c*(c-1), x, c-2) }},
	Abs:   {"abs", one(math.Abs), one(sign), zero},
	Sign:  {"sign", one(sign), zero, zero},
	Floor: {"floor", one(math.Floor), zero, zero},
	Exp:   {"exp", one(math.Exp), one(math.Exp), one(math.Exp)},
	Expm1: {"expm1", one(math.Expm1), one(math.Exp), one(math.Exp)},
	Log: {"log", one(math.Log), func(x, _ float64) float64 { return 1 / x },
		func(x, _ float64) float64 { return -1 / (x * x) }},
	Log1p: {"log1p", one(math.Log1p), func(x, _ float64) float64 { return 1 / (1 + x) },
		func(x, _ float64) float64 { return -1 / ((1 + x) * (1 + x)) }},
	Sqrt: {"sqrt", one(math.Sqrt), func(x, _ float64) float64 { return 0.5 / math.Sqrt(x) },
		func(x, _ float64) float64 { return -0.25 / (x * math.Sqrt(x)) }},
	Sin: {"sin", one(math.Sin), one(math.Cos), func(x, _ float64) float64 { return -math.Sin(x) }},
	Cos: {"cos", one(math.Cos), func(x, _ float64) float64 { return -math.Sin(x) },
		func(x, _ float64) float64 { return -math.Cos(x) }},
	Tan: {"tan", one(math.Tan),
		func(x, _ float64) float64 { y := math.Tan(x); return 1 + y*y },
		func(x, _ float64) float64 { y := math.Tan(x); return 2 * y * (1 + y*y) }},
	Asin: {"asin", one(math.Asin),
		func(x, _ float64) float64 { return 1 / math.Sqrt(1-x*x) },
		func(x, _ float64) float64 { return x * math.Pow(1-x*x, -1.5) }},
	Acos: {"acos", one(math.Acos),
		func(x, _ float64) float64 { return -1 / math.Sqrt(1-x*x) },
		func(x, _ float64) float64 { return -x * math.Pow(1-x*x, -1.5) }},
	Atan: {"atan", one(math.Atan),
		func(x, _ float64) float64 { return 1 / (1 + x*x) },
		func(x, _ float64) float64 { s := 1 + x*x; return -2 * x / (s * s) }},
	Sinh: {"sinh", one(math.Sinh), one(math.Cosh), one(math.Sinh)},
	Cosh: {"cosh", one(math.Cosh), one(math.Sinh), one(math.Cosh)},
	Tanh: {"tanh", one(math.Tanh),
		func(x, _ float64) float64 { y := math.Tanh(x); return 1 - y*y },
		func(x, _ float64) float64 { y := math.Tanh(x); return -2 * y * (1 - y*y) }},
	Sigmoid: {"sigmoid", one(sigmoid),
		func(x, _ float64) float64 { s := sigmoid(x); return s * (1 - s) },
		func(x, _ float64) float64 { s := sigmoid(x); return s * (1 - s) * (1 - 2*s) }},
	Softplus: {"softplus", one(softplus), one(sigmoid),
		func(x, _ float64) float64 { s := sigmoid(x); return s * (1 - s) }},
	Relu: {"relu", func(x, _ float64) float64 { return math.Max(x, 0) },
		func(x, _ float64) float64 { return math.Max(sign(x), 0) }, zero},
	SiLU: {"silu", func(x, _ float64) float64 { return x * sigmoid(x) },
		func(x, _ float64) float64 { s := sigmoid(x); return s * (1 + x*(1-s)) },
		func(x, _ float64) float64 { s := sigmoid(x); return s * (1 - s) * (2 + x*(1-2*s)) }},
	Erf: {"erf", one(math.Erf),
		func(x, _ float64) float64 { return 2 / math.SqrtPi * math.Exp(-x*x) },
		func(x, _ float64) float64 { return -4 * x / math.SqrtPi * math.Exp(-x*x) }},
	NormCDF: {"normcdf", func(x, _ float64) float64 { return 0.5 * math.Erfc(-x/math.Sqrt2) },
		func(x, _ float64) float64 { return gauss(x) },
		func(x, _ float64) float64 { return -x * gauss(x) }},
}

// Name is the function's name as written in problem files.
func (u Unary) Name() string { return unaryDefs[u.Fn].name }

// F is the function's value at x.
func (u Unary) F(x float64) float64 { return unaryDefs[u.Fn].f(x, u.C) }

// D is the function's derivative at x, with the package's choice at kinks.
func (u Unary) D(x float64) float64 { return unaryDefs[u.Fn].df(x, u.C) }

// D2 is the function's second derivative at x, 0 at kinks.
func (u Unary) D2(x float64) float64 { return unaryDefs[u.Fn].d2f(x, u.C) }

// Apply applies the elementwise function to v.
func (u Unary) Apply(v Value) Value {
	if u.Fn >= numUnary {
		return fail("unknown elementwise function %d", u.Fn)
	}
	return build(node{op: OpUnary, un: u, width: v.Width()}, v)
}

func (v Value) apply(fn UnaryFn) Value { return Unary{Fn: fn}.Apply(v) }

// Scale is c·v.
func (v Value) Scale(c float64) Value { return Unary{Scale, c}.Apply(v) }

// AddConst is v + c.
func (v Value) AddConst(c float64) Value { return Unary{AddConst, c}.Apply(v) }

// PowConst is v^c for a constant exponent.
func (v Value) PowConst(c float64) Value { return Unary{PowConst, c}.Apply(v) }

// Neg is −v.
func (v Value) Neg() Value { return v.Scale(-1) }

// Square is v².
func (v Value) Square() Value { return v.PowConst(2) }

// Inv is 1/v.
func (v Value) Inv() Value { return v.PowConst(-1) }

// Abs is |v|.
func (v Value) Abs() Value { return v.apply(Abs) }

// Sign is −1, 0 or 1.
func (v Value) Sign() Value { return v.apply(Sign) }

// Floor is the largest whole number not above v.
func (v Value) Floor() Value { return v.apply(Floor) }

// Exp is eᵛ.
func (v Value) Exp() Value { return v.apply(Exp) }

// Expm1 is eᵛ − 1, exact for small v.
func (v Value) Expm1() Value { return v.apply(Expm1) }

// Log is the natural logarithm.
func (v Value) Log() Value { return v.apply(Log) }

// Log1p is ln(1+v), exact for small v.
func (v Value) Log1p() Value { return v.apply(Log1p) }

// Sqrt is the square root. Its derivative is infinite at 0: write ‖v‖ as
// v.Norm(), which has the derivative 0 there, and not as v.NormSq().Sqrt().
func (v Value) Sqrt() Value { return v.apply(Sqrt) }

// Sin is the sine of v in radians.
func (v Value) Sin() Value { return v.apply(Sin) }

// Cos is the cosine of v in radians.
func (v Value) Cos() Value { return v.apply(Cos) }

// Tan is the tangent of v in radians.
func (v Value) Tan() Value { return v.apply(Tan) }

// Asin is the inverse sine.
func (v Value) Asin() Value { return v.apply(Asin) }

// Acos is the inverse cosine.
func (v Value) Acos() Value { return v.apply(Acos) }

// Atan is the inverse tangent.
func (v Value) Atan() Value { return v.apply(Atan) }

// Sinh is the hyperbolic sine.
func (v Value) Sinh() Value { return v.apply(Sinh) }

// Cosh is the hyperbolic cosine.
func (v Value) Cosh() Value { return v.apply(Cosh) }

// Tanh is the hyperbolic tangent.
func (v Value) Tanh() Value { return v.apply(Tanh) }

// Sigmoid is 1/(1+e⁻ᵛ).
func (v Value) Sigmoid() Value { return v.apply(Sigmoid) }

// Softplus is ln(1+eᵛ).
func (v Value) Softplus() Value { return v.apply(Softplus) }

// Relu is max(v, 0).
func (v Value) Relu() Value { return v.apply(Relu) }

// SiLU is v/(1+e⁻ᵛ).
func (v Value) SiLU() Value { return v.apply(SiLU) }

// Erf is the error function.
func (v Value) Erf() Value { return v.apply(Erf) }

// NormCDF is the standard normal distribution function Φ(v).
func (v Value) NormCDF() Value { return v.apply(NormCDF) }
