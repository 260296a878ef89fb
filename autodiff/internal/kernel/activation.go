package kernel

// In all functions of this file the operands have the length of dst at least,
// and dst may be one of them. A NaN gives a NaN; infinities give the limits. Exp
// is good to 2 units in the last place, Tanh to 3 and SiLU to 4, except that SiLU
// of x where exp(x) is a denormal has the few bits of that.

// ReLU sets dst = max(x, 0).
func ReLU[T Float](dst, x []T) {
	need("x", len(x), len(dst))
	if !reluVector(dst, x) {
		reluGeneric(dst, x)
	}
}

// ReLUGrad sets dst = dy where x > 0, else 0.
func ReLUGrad[T Float](dst, x, dy []T) {
	need("x", len(x), len(dst))
	need("dy", len(dy), len(dst))
	if !reluGradVector(dst, x, dy) {
		reluGradGeneric(dst, x, dy)
	}
}

// Tanh sets dst = tanh(x).
func Tanh[T Float](dst, x []T) {
	need("x", len(x), len(dst))
	if !tanhVector(dst, x) {
		tanhGeneric(dst, x)
	}
}

// TanhGrad sets dst = dy·(1-y²), where y = tanh(x).
func TanhGrad[T Float](dst, y, dy []T) {
	need("y", len(y), len(dst))
	need("dy", len(dy), len(dst))
	if !tanhGradVector(dst, y, dy) {
		tanhGradGeneric(dst, y, dy)
	}
}

// SiLU sets dst = x·σ(x), σ(x) = 1/(1+exp(-x)).
func SiLU[T Float](dst, x []T) {
	need("x", len(x), len(dst))
	if !siluVector(dst, x) {
		siluGeneric(dst, x)
	}
}

// SiLUGrad sets dst = dy·σ(x)·(1+x·(1-σ(x))).
func SiLUGrad[T Float](dst, x, dy []T) {
	need("x", len(x), len(dst))
	need("dy", len(dy), len(dst))
	if !siluGradVector(dst, x, dy) {
		siluGradGeneric(dst, x, dy)
	}
}

// Exp sets dst = exp(x).
func Exp[T Float](dst, x []T) {
	need("x", len(x), len(dst))
	if !expVector(dst, x) {
		expGeneric(dst, x)
	}
}
