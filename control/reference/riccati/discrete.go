package riccati

import (
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/control/reference/internal/matrix"
	"github.com/deepbsde/deepbsde/control/reference/linearquadratic"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/grid"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// DiscreteSolution is that of an N-step linear-quadratic problem: the value
// function at step n is xᵀP_n x + c_n, the optimal action −K_n x.
type DiscreteSolution struct {
	Value    float64           // E[X_0ᵀP_0X_0] + c_0, the optimal cost
	Error    float64           // of rounding, estimated
	P        []*mat.Dense      // P_0 … P_N, d×d, with one more row and column where the form is Affine
	Constant []float64         // c_0 … c_N
	Policy   *control.Feedback // K_0 … K_{N−1}, of the problem's own states

	affine bool
}

// Discrete solves the problem in discrete time, or else the one that
// [control.Problem.Discretise] makes with the given number of steps (0:
// [control.DefaultSteps]), exactly: its action is kept over each step, its state follows
// Euler's scheme. Backwards from P_N = G, c_N = 0,
//
//	H = R + BᵀPB + ΣD_kᵀPD_k,   K_n = H⁻¹(Nᵀ + BᵀPA + ΣD_kᵀPC_k)
//	P_n = Q + AᵀPA + ΣC_kᵀPC_k − K_nᵀHK_n,   c_n = c_{n+1} + tr(SᵀPS)
//
// with P = P_{n+1}. H must be positive definite at every step, or else there is no
// optimal action; where the problem maximises, negative definite. Work: some 10 d³ + … a step.
//
// Source: Bertsekas, Dynamic Programming and Optimal Control I, section 3.1; with
// multiplicative noise Wonham (1968), SIAM J. Control 6.
func Discrete(l *linearquadratic.Form, steps int) (*DiscreteSolution, error) {
	g, err := uniform(l, steps)
	if err != nil {
		return nil, err
	}
	return On(l, g)
}

// On is [Discrete] on any grid that ends at the horizon; in discrete time it is ignored.
func On(l *linearquadratic.Form, g *grid.Grid) (*DiscreteSolution, error) {
	all, err := stages(l, g)
	if err != nil {
		return nil, err
	}
	steps := len(all)
	r := &DiscreteSolution{P: make([]*mat.Dense, steps+1), Constant: make([]float64, steps+1), affine: l.Affine}
	gains := make([]*mat.Dense, steps)
	r.P[steps] = all[0].g
	size := 0.0
	for n := steps - 1; n >= 0; n-- {
		s, after := all[n], r.P[n+1]
		h, f, p := s.complete(after)
		k, eigenvalue, ok := solveGain(h, f)
		if !ok {
			return nil, pde.Errorf(l.Name, "R", nil, "+ BᵀPB + ΣDᵀPD is not positive definite at step %d of %d (smallest eigenvalue %.3g): no action is optimal; want larger R, or Q and G positive semidefinite", n, steps, eigenvalue)
		}
		size = math.Max(size, mat.Norm(p, 1))
		var fk mat.Dense
		fk.Mul(f.T(), k)
		p.Sub(p, &fk)
		matrix.Symmetrise(p)
		r.P[n], gains[n] = p, k
		r.Constant[n] = r.Constant[n+1] + s.noise(after)
	}
	if l.Maximize {
		for n, p := range r.P {
			p.Scale(-1, p)
			r.Constant[n] *= -1
		}
	}
	r.Policy = feedback(l, gains)
	r.Value = expected(l, r.P[0]) + r.Constant[0]
	if math.IsNaN(r.Value) || math.IsInf(r.Value, 0) {
		return nil, pde.Errorf(l.Name, "A", nil, "makes the state grow beyond all numbers in %d steps", steps)
	}
	r.Error = 1e-14 * float64(steps+10) * math.Max(math.Abs(r.Value), size)
	return r, nil
}

// ValueAt is the value function at step n in the state x of the problem.
func (r *DiscreteSolution) ValueAt(n int, x []float64) float64 {
	if r.affine {
		x = append(slices.Clone(x), 1)
	}
	v := mat.NewVecDense(len(x), x)
	return mat.Inner(v, r.P[n], v) + r.Constant[n]
}

// Reference is the optimal cost as a reference.
func (r *DiscreteSolution) Reference() *pde.Reference {
	return &pde.Reference{Value: r.Value, StdErr: r.Error, Method: "discrete Riccati recursion", Source: "dynamic programming, exact for the problem on its grid"}
}

// feedback is the policy a = −K_n x of a form as one of the states of its problem.
func feedback(l *linearquadratic.Form, gains []*mat.Dense) *control.Feedback {
	f := &control.Feedback{Gains: gains}
	if !l.Affine {
		return f
	}
	d := l.StateDim() - 1
	for n, k := range gains {
		m, _ := k.Dims()
		offset := mat.Col(nil, d, k)
		floats.Scale(-1, offset)
		f.Offsets, gains[n] = append(f.Offsets, offset), mat.DenseCopyOf(k.Slice(0, m, 0, d))
	}
	return f
}
