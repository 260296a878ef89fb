package problems

import (
	"math"
	"testing"

	"github.com/deepbsde/deepbsde/control/reference/linearquadratic"
	"github.com/deepbsde/deepbsde/control/reference/riccati"
	"github.com/deepbsde/deepbsde/problems/internal/matrix"
	"gonum.org/v1/gonum/mat"
)

// naive are the exact costs of policies that do not look at the state.
type naive struct {
	optimal  float64
	nothing  float64 // of a = 0
	constant float64 // of the best constant action
	schedule float64 // of the best actions that depend on the time alone
	fixed    float64 // of the given constant action
}

// naivePolicies treats a constant action c as states that do not change: with the state
// (x, c) the problem has nothing left to decide, and its value function at the start is
// quadratic in c. The noise must be additive; then the best schedule solves the problem
// without noise, and the noise adds what it costs under a = 0.
func naivePolicies(t *testing.T, l *linearquadratic.Form, steps int, action []float64) naive {
	t.Helper()
	d, m := l.StateDim(), l.ActionDim()
	e := &linearquadratic.Form{
		A: matrix.Zeros(d+m, d+m), B: matrix.Zeros(d+m, 1), S: matrix.Zeros(d+m, len(l.S[0])), Q: matrix.Zeros(d+m, d+m), R: matrix.Multiple(1, 1), G: matrix.Zeros(d+m, d+m),
		Start: append(append([]float64(nil), l.Start...), make([]float64, m)...), Horizon: l.Horizon, Stages: l.Stages,
	}
	matrix.Put(e.A, 0, 0, 1, l.A)
	matrix.Put(e.A, 0, d, 1, l.B)
	matrix.Put(e.S, 0, 0, 1, l.S)
	matrix.Put(e.Q, 0, 0, 1, l.Q)
	matrix.Put(e.Q, d, d, 1, l.R)
	matrix.Put(e.G, 0, 0, 1, l.G)
	if l.Stages > 0 {
		matrix.Put(e.A, d, d, 1, matrix.Multiple(m, 1))
	}
	if l.N != nil {
		matrix.Put(e.Q, 0, d, 1, l.N)
		for i, row := range l.N {
			for j, v := range row {
				e.Q[d+j][i] = v
			}
		}
	}
	free, err := riccati.Discrete(e, steps)
	if err != nil {
		t.Fatal(err)
	}
	best, err := riccati.Discrete(l, steps)
	if err != nil {
		t.Fatal(err)
	}
	p := free.P[0]
	x := mat.NewVecDense(d, l.Start)
	var chol mat.Cholesky
	corner := mat.NewSymDense(m, nil)
	for i := range m {
		for j := i; j < m; j++ {
			corner.SetSym(i, j, p.At(d+i, d+j))
		}
	}
	if !chol.Factorize(corner) {
		t.Fatal("the cost is not convex in a constant action")
	}
	var slope, c mat.VecDense
	slope.MulVec(p.Slice(d, d+m, 0, d), x)
	if err := chol.SolveVecTo(&c, &slope); err != nil {
		t.Fatal(err)
	}
	state := mat.Inner(x, p.Slice(0, d, 0, d), x)
	n := naive{optimal: best.Value, nothing: free.Value, constant: state - mat.Dot(&slope, &c) + free.Constant[0]}
	n.schedule = mat.Inner(x, best.P[0], x) + free.Constant[0]
	n.fixed = math.NaN()
	if action != nil {
		n.fixed = free.ValueAt(0, append(append([]float64(nil), l.Start...), action...))
	}
	return n
}

// TestFeedbackMatters: the benchmarks test a policy, not a constant. The bounds are the
// ratios at the default parameters, rounded up.
func TestFeedbackMatters(t *testing.T) {
	cells, err := line(100, defaults(lqr))
	if err != nil {
		t.Fatal(err)
	}
	n := naivePolicies(t, cells, 20, nil)
	t.Logf("lqr: %+v", n)
	if !(n.optimal <= 0.28*n.nothing && n.optimal <= 0.55*n.constant && n.optimal <= 0.61*n.schedule) {
		t.Errorf("lqr: %+v", n)
	}
	n = naivePolicies(t, execution(10, 20, defaults(optimalExecution)), 0, constantStart(10, 1./21)) // the same number in all 21 trades
	t.Logf("optimal-execution: %+v", n)
	if !(n.optimal <= 0.72*n.fixed && n.optimal <= 0.73*n.constant && n.optimal <= 0.80*n.schedule) {
		t.Errorf("optimal-execution: %+v", n)
	}
}

// defaults are the parameters of a family.
func defaults(f *Family) Values {
	v, _, _ := f.values(nil)
	return v
}
