package autodiff

import (
	"runtime"

	"github.com/deepbsde/deepbsde/autodiff/internal/kernel"
)

// Kernels is the name of the instruction set that the numeric loops run: avx512,
// avx2 or generic. It is the best of the machine, unless the environment variable
// DEEPBSDE_KERNELS names another. The error is that of a name that is not available.
func Kernels() (string, error) { return kernel.Active(), kernel.Chosen() }

// Arithmetic names all of processor and build that results depend on to the bit: two
// processes of one version with the same words give the same bits. They are the
// architecture, "fma" where the compiler rounds a product and a sum once, as it does for
// arm64 and with GOAMD64=v3, and the Kernels: "amd64 avx512", "arm64 fma generic".
func Arithmetic() string {
	words := runtime.GOARCH
	if fused(1+0x1p-30, 1-0x1p-30, -1) {
		words += " fma"
	}
	return words + " " + kernel.Active()
}

// fused tells whether x*y + z is rounded once. With 1 ± 2⁻³⁰ and −1 it is −2⁻⁶⁰ then, and
// 0 where the product is rounded before.
//
//go:noinline
func fused(x, y, z float64) bool { return x*y+z != 0 }
