package bsde

import (
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/autodiff/random"
	"github.com/deepbsde/deepbsde/control"
)

// adjointVariate takes the noise of later steps out of the gradient of a rollout.
//
// The gradient in θ at step n is ∂a_n/∂θ times the adjoint p_{n+1} = ∂(later cost)/∂X_{n+1}
// of the path, whose mean given X_{n+1} would do; the rest is noise, and near the
// optimum nearly all there is. Its part from w_n is to first order p's covariance with
// it: by the adjoint equation (Bensoussan 1982; Yong, Zhou 1999, chapter 3) a martingale
// increment
//
//	w_n Q_n,   Q_n = E[w_nᵀ p_{n+1}]   (constant where the problem is linear-quadratic)
//
// Subtracting it from p_{n+1} leaves the mean as it is wherever ∂X_{n+1}/∂θ does not
// depend on w_n, that is for additive noise, and any Q_n from other batches. In the
// graph that is one more term of the objective, −Σ X_{n+1}·(w_n Q_n).
//
// Q_n is learnt along the way: X_{n+1} is given the summand w_n E_n with E_n = 0, in
// which the objective has the gradient E[w_nᵀ p_{n+1}] − Q_n, the step of a stochastic
// approximation.
type adjointVariate[T autodiff.Float] struct {
	q     [][]T // of each step, noise×d
	zero  []T   // all E_n
	slope [][]T // gradients in E_n
	rate  T
}

func newAdjointVariate[T autodiff.Float](d *control.Discrete) *adjointVariate[T] {
	v := &adjointVariate[T]{zero: make([]T, d.Noises()*d.StateDim), slope: make([][]T, d.Steps)}
	for range d.Steps {
		v.q = append(v.q, make([]T, len(v.zero)))
	}
	return v
}

// variate adds w_n E_n to the state after step n and gives the column of what the
// objective loses, before the division by the number of paths.
func (b *policyBuilder) variate(n int, x, w autodiff.Node) (shifted, term autodiff.Node) {
	e := b.Input(fmt.Sprintf("e%d", n), w.Cols, x.Cols)
	b.shifts = append(b.shifts, e)
	shifted = b.Add(x, b.MatMul(w, e))
	return shifted, b.RowDot(shifted, b.MatMul(w, b.Input(fmt.Sprintf("q%d", n), w.Cols, x.Cols)))
}

// bind connects a piece, the steps from first on, with the variate, and is the plan
// that learns from its gradients.
func (v *adjointVariate[T]) bind(p *autodiff.Program[T], first int, shifts []autodiff.Node) *autodiff.Plan {
	for i, e := range shifts {
		p.Bind(fmt.Sprintf("e%d", first+i), v.zero)
		p.Bind(fmt.Sprintf("q%d", first+i), v.q[first+i])
		v.slope[first+i] = p.Gradient(e)
	}
	return autodiff.NewPlan(len(shifts), func(i int) { v.update(first + i) })
}

// begin sets the step size for a batch: that of a mean with more weight on later
// batches, since the policy moves.
func (v *adjointVariate[T]) begin(iteration int) { v.rate = T(2 / float64(iteration+2)) }

// update moves Q_n by the gradient of the last run.
func (v *adjointVariate[T]) update(n int) {
	q := v.q[n]
	for i, s := range v.slope[n] {
		q[i] += v.rate * s
	}
}

// additive tells whether the noise of the problem is: whether the next state is a
// function of time, state and action plus one of time and noise. It is checked at random
// points.
func additive(d *control.Discrete) (bool, error) {
	t, x, a, w := expr.Input("t", 1), expr.Input("x", d.StateDim), expr.Input("raw", d.ActionDim), expr.Input("w", d.Noises())
	next, err := expr.Compile(d.Next(t, x, d.Admit(t, x, a), w), t, x, a, w)
	if err != nil {
		return false, err
	}
	const points = 8
	normals := func(stream uint32, rows, width int) []float64 {
		z := make([]float64, rows*width)
		s := random.Stream{Key: random.Key(0, uint64(forCurvature)), Batch: stream}
		s.Normals(z, 1)
		return z
	}
	states := normals(1, points, d.StateDim)
	for i := range states {
		c := d.Start[i%d.StateDim]
		states[i] = c + states[i]*(1+math.Abs(c)/2)
	}
	actions, noise := normals(2, points, d.ActionDim), normals(3, 1, d.Noises())
	for step := 0; step < d.Steps; step += max(1, d.Steps/3) {
		moved, still := make([]float64, len(states)), make([]float64, len(states))
		time := []float64{d.Time(step)}
		if err := next.Eval(points, moved, time, states, actions, noise); err != nil {
			return false, err
		}
		if err := next.Eval(points, still, time, states, actions, make([]float64, d.Noises())); err != nil {
			return false, err
		}
		for i := range moved {
			j := i % d.StateDim
			gap := (moved[i] - still[i]) - (moved[j] - still[j])
			if !(math.Abs(gap) <= 1e-9*(math.Abs(moved[i])+math.Abs(still[i])+math.Abs(moved[j])+math.Abs(still[j]))) {
				return false, nil
			}
		}
	}
	return true, nil
}
