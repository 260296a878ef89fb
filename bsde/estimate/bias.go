package estimate

import (
	"math"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/random"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
)

// networkBias estimates the bias of the value that the remaining error of Z
// causes through the curvature of f. With η = Y − u and ε = Z − σᵀ∇u on controlled
// paths,
//
//	d(Γη) = Γ ε·dW + ½ Γ Q dt,   Q = ∂²f/∂y² η² + 2 η ∂²f/∂y∂z·ε + ε·∂²f/∂z² ε
//
// to second order, so that the mean of Γη at T is η₀ + ½ E ∫ Γ Q dt and
//
//	bias = −½ E ∫ Γ Q dt ≈ −Σ h Γ_t E[D_y f(η) + D_z f(ε)]
//
// with D the second difference ½(f(·+error) + f(·−error)) − f(·). The variance of the
// mismatch at step 0 is that of ∫ Γ ε·dW: it is spread evenly over time and components,
// and its part up to t taken for that of Γη; η and ε are taken to be uncorrelated, and
// Γ_t to be slope^(−t/T).
func (e *engine[T]) networkBias(from *walk.Origin, y0, variance, slope float64) (float64, error) {
	if e.Eq.F == nil {
		return 0, nil
	}
	w := e.team.Take()
	defer func() { e.team.Give(w) }()
	left := e.Eq.Horizon - from.T
	const chunks = 8
	sum := 0.0
	for c := range chunks {
		if err := w.Begin(walk.ForEstimate, 1, c*walk.ChunkRows, walk.ChunkRows, from); err != nil {
			return 0, err
		}
		b := &bender[T]{m: e.Model, from: from, chunk: uint32(c), variance: variance / left, rate: math.Log(slope) / left}
		y := w.EqualValues(y0)
		b.y = y[0]
		if err := w.Walk(1, y, b); err != nil {
			return 0, err
		}
		sum -= e.Grid.Length(0) * b.sum
	}
	return sum / (chunks * walk.ChunkRows), nil
}

// bender measures the curvature of a generator along paths by second differences
// with random errors of Y and Z.
type bender[T autodiff.Float] struct {
	m        *walk.Model[T]
	from     *walk.Origin
	chunk    uint32    // number of the chunk of paths
	y        []float64 // the values along the paths
	variance float64   // of the mismatch, per unit of time
	rate     float64   // Γ is e^(−rate·t)
	sum      float64   // of Γ (D_y f(η) + D_z f(ε)), in units of the grid's first step
}

// Observe adds Γ (D_y f(η) + D_z f(ε)) at one time step, with Γη of variance
// variance·t and Γε of variance in all its components together.
func (b *bender[T]) Observe(n int, t float64, x, _, z []float64) error {
	y, rows := b.y, len(b.y)
	errY, errZ := make([]float64, rows), make([]float64, len(z))
	s := random.Stream{Key: random.Key(b.m.Seed, uint64(walk.ForCurvature)), Path: b.chunk, Step: uint32(n)}
	t0 := t - b.from.T
	growth := math.Exp(b.rate * t0)
	s.Normals(errY, growth*math.Sqrt(b.variance*t0))
	s.Batch = 1
	s.Normals(errZ, growth*math.Sqrt(b.variance*float64(rows)/float64(len(z))))
	inY, err := b.second(t, x, y, z, errY, make([]float64, len(z)))
	if err != nil {
		return err
	}
	inZ, err := b.second(t, x, y, z, make([]float64, rows), errZ)
	if err != nil {
		return err
	}
	length := b.from.Lengths[n] / b.m.Grid.Length(0)
	for r := range inY {
		b.sum += length * (inY[r] + inZ[r]) / growth
	}
	return nil
}

// second is ½(f(·+error) + f(·−error)) − f(·) for every path.
func (b *bender[T]) second(t float64, x, y, z, errY, errZ []float64) ([]float64, error) {
	out, f := make([]float64, len(y)), make([]float64, len(y))
	ys, zs := make([]float64, len(y)), make([]float64, len(z))
	for _, side := range []float64{1, -1, 0} {
		for i := range y {
			ys[i] = y[i] + side*errY[i]
		}
		for i := range z {
			zs[i] = z[i] + side*errZ[i]
		}
		if err := b.m.Eq.F.Eval(len(y), f, []float64{t}, x, ys, zs); err != nil {
			return nil, err
		}
		weight := 0.5
		if side == 0 {
			weight = -1
		}
		for i, v := range f {
			out[i] += weight * v
		}
	}
	return out, nil
}
