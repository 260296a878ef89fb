package autodiff

import "github.com/deepbsde/deepbsde/autodiff/internal/kernel"

// Kernels is the name of the instruction set that the numeric loops run: avx512,
// avx2 or generic. It is the best of the machine, unless the environment variable
// DEEPBSDE_KERNELS names another; results are the same to the bit on machines with
// the same set. The error is that of a name that is not available.
func Kernels() (string, error) { return kernel.Active(), kernel.Chosen() }
