package riccati

import (
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/control/reference/internal/matrix"
	"github.com/deepbsde/deepbsde/pde"
	"gonum.org/v1/gonum/mat"
)

// matricesAt are the matrices at the time of y.
func (r *ContinuousSolution) matricesAt(y []float64) (*matrices, error) {
	if r.l.At == nil {
		return r.s, nil
	}
	return matricesAt(r.l, r.l.Horizon-y[len(y)-1])
}

// slope is −P′, −c′ and 1, for T − t.
func (r *ContinuousSolution) slope(y, out []float64) error {
	d := r.l.StateDim()
	s, err := r.matricesAt(y)
	if err != nil {
		return err
	}
	p, dp := r.matrix(y), r.matrix(out)
	k, f, err := r.gain(s, p, dp)
	if err != nil {
		return err
	}
	var ap, fk mat.Dense
	ap.Mul(s.a.T(), p)
	fk.Mul(f.T(), k)
	dp.Sub(dp, &fk)
	dp.Add(dp, &ap)
	dp.Add(dp, ap.T())
	matrix.Symmetrise(dp)
	out[d*d], out[d*d+1] = s.noise(p), 1
	return nil
}

// gain is K and F = HK; free becomes Q + ΣCᵀPC.
func (r *ContinuousSolution) gain(s *matrices, p, free *mat.Dense) (k, f *mat.Dense, err error) {
	h, f := mat.DenseCopyOf(s.r), mat.DenseCopyOf(s.n.T())
	free.Copy(s.q)
	addProduct(f, s.b, p)
	s.addMultiplicative(p, h, f, free)
	if r.fixed != nil {
		k = new(mat.Dense)
		if err := r.fixed.SolveTo(k, f); err == nil {
			return k, f, nil
		}
	}
	k, eigenvalue, ok := solveGain(h, f)
	if !ok {
		return nil, nil, fmt.Errorf("not positive definite (smallest eigenvalue %.3g)", eigenvalue)
	}
	return k, f, nil
}

// solve integrates from T to 0.
func (r *ContinuousSolution) solve(tolerance float64) ([]node, error) {
	d, horizon := r.l.StateDim(), r.l.Horizon
	y := make([]float64, d*d+2)
	r.matrix(y).Copy(r.s.g)
	nodes := []node{{horizon, y}}
	start := y
	for t, h := horizon, horizon/8; t > 0; {
		h = math.Min(h, t)
		next, differences, err := extrapolate(r.slope, y, h)
		ratio := math.Inf(1) // of the error to what is allowed
		if err == nil {
			ratio = math.Max(relative(differences[:d*d], y[:d*d], next[:d*d]), relative(differences[d*d:d*d+1], y[d*d:d*d+1], next[d*d:d*d+1])) / tolerance
		}
		if ratio <= 1 {
			if t -= h; t < 1e-14*horizon {
				t = 0
			}
			y = next
			nodes = append(nodes, node{t, y})
		}
		grow := math.Inf(1)
		if ratio > 0 {
			grow = 0.8 * math.Pow(ratio, -1.0/extrapolationOrder)
		}
		h *= math.Max(0.2, math.Min(grow, 3))
		if math.IsNaN(h) || h < 1e-9*horizon && t > h {
			if err != nil {
				return nil, pde.Errorf(r.l.Name, "R", nil, "+ ΣDᵀPD is %v at t=%.4g: no action is optimal; want larger R, or Q and G positive semidefinite", err, t)
			}
			if largest(y) <= 1e6*math.Max(largest(start), 1) {
				return nil, pde.Errorf(r.l.Name, "R", nil, "is so small beside Q and G that the Riccati equation is too stiff for this integrator at t=%.4g; want larger R, or the recursion on a grid", t)
			}
			return nil, pde.Errorf(r.l.Name, "G", nil, "or Q is too negative: the Riccati equation has no solution before t=%.4g; want a shorter horizon or positive semidefinite matrices", t)
		}
	}
	return nodes, nil
}

// largest is the largest absolute value.
func largest(v []float64) (top float64) {
	for _, x := range v {
		top = math.Max(top, math.Abs(x))
	}
	return top
}

// relative is the largest error relative to the largest number.
func relative(errors, a, b []float64) float64 {
	top, size := 0.0, 0.0
	for i, e := range errors {
		if math.IsNaN(e) || math.IsInf(b[i], 0) {
			return math.Inf(1)
		}
		top, size = math.Max(top, math.Abs(e)), math.Max(size, math.Max(math.Abs(a[i]), math.Abs(b[i])))
	}
	if size == 0 {
		return 0
	}
	return top / size
}
