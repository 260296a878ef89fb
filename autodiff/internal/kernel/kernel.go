// Package kernel holds the numeric loops under the automatic differentiation:
// matrix products, activations, batch normalisation and the Adam step, over
// row-major slices of float32 or float64. It also makes normal random numbers.
//
// Every function works on one core and never allocates. The exported functions
// check their arguments and then run the best instruction set of the machine
// (see Use); the plain Go loops in the *_generic.go files are what every
// instruction set is tested against, and what other architectures run.
//
// The result of a function depends on the instruction set, but not on how the
// caller splits the rows of a matrix product over cores: each element of the
// product is one multiply-add chain in the order of k. Random numbers and
// conversions have the same bits everywhere.
package kernel

//go:generate go -C gen run . -dir ..

// Float is the set of precisions.
type Float interface{ float32 | float64 }

// need panics unless a slice has at least want elements. The assembly trusts
// lengths, so every exported function checks them here first.
func need(what string, have, want int) {
	if have < want {
		panic("kernel: " + what + " is too short")
	}
}

// span is the number of elements a rows×cols matrix of leading dimension ld
// reaches over.
func span(what string, rows, cols, ld int) int {
	if rows < 0 || cols < 0 {
		panic("kernel: negative size of " + what)
	}
	if ld < cols {
		panic("kernel: leading dimension of " + what + " is less than its width")
	}
	if rows == 0 || cols == 0 {
		return 0
	}
	return (rows-1)*ld + cols
}
