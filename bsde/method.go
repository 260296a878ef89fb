package bsde

// Method turns a problem into a network. DeepBSDE is the only one so far.
type Method interface {
	// Name is the method's name in results, such as "deep-bsde".
	Name() string
}

// DeepBSDE is the method of E, Han, Jentzen (2017).
type DeepBSDE struct {
	Network Network // nil: Shared{}

	// Controlled trains and estimates on paths with the drift μ + σv, v = ∂f/∂z
	// at the current Z, instead of μ. The equation is the same; the paths go
	// where a generator nonlinear in z makes the value.
	Controlled bool
}

// Name is "deep-bsde".
func (DeepBSDE) Name() string { return "deep-bsde" }

// Network is the architecture of Z.
type Network interface {
	// Name is the network's name in results, such as "shared".
	Name() string
}

// Shared is one network for all times with (t, x) as its input, on top of a
// linear part of its own for each time step.
type Shared struct {
	Hidden     []int  // widths of the hidden layers; nil: two of min(d, 100) + 10
	Activation string // "tanh", "relu" or "silu"; "": tanh
}

// Name is "shared".
func (Shared) Name() string { return "shared" }

// PerStep is the architecture of Han, Jentzen, E (2018): a network of its own
// for each time step with batch normalisation.
type PerStep struct {
	Hidden []int // widths of the hidden layers; nil: two of d + 10
}

// Name is "per-step".
func (PerStep) Name() string { return "per-step" }
