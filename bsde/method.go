package bsde

// Method turns a problem into a network. DeepBSDE is the only one so far.
type Method interface {
	// Name is the method's name in results, such as "deep-bsde".
	Name() string
}

// DeepBSDE is the method of E, Han, Jentzen (2017): Y0 and the functions Z_n are
// trained together so that Y_N meets the terminal condition in mean square.
type DeepBSDE struct {
	Network Network // nil: Shared{}

	// Uncontrolled simulates X as the problem states it. Otherwise, where f
	// depends on z, paths have the drift μ + σv with v = ∂f/∂z at the current Z,
	// and the recursion accordingly:
	//
	//	dX = (μ + σv) dt + σ dW,   dY = −(f − Z·v) dt + Z·dW
	//
	// By Girsanov's theorem this is the same equation for any v. The paths go
	// where a generator nonlinear in z makes the value (for a
	// Hamilton–Jacobi–Bellman equation v is the optimal control), and the bias
	// of Y0 is of second order in the error of Z instead of first.
	Uncontrolled bool
}

// Name is "deep-bsde".
func (DeepBSDE) Name() string { return "deep-bsde" }

// resolve fills in the defaults for a problem.
func (m DeepBSDE) resolve(e *equation) DeepBSDE {
	if m.Network == nil {
		m.Network = Shared{}
	}
	m.Network = m.Network.Resolve(e.Dim)
	m.Uncontrolled = m.Uncontrolled || !e.usesZ // v = ∂f/∂z = 0
	return m
}
