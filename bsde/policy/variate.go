package policy

import (
	"fmt"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/vec"
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

	crowding float64 // (k+1)/B, components of the noise for each path
	rate     T
}

// mostCrowding is the largest (k+1)/B for which Q can be learnt along the way: beyond
// it the noise in Q outweighs what it takes out for most of a training.
const mostCrowding = 4

// newAdjointVariate is nil where there can be none.
func newAdjointVariate[T autodiff.Float](d *control.Discrete, m Method, batch int) (*adjointVariate[T], error) {
	crowding := float64(d.Noises()+1) / float64(batch)
	additive, err := d.AdditiveNoise()
	if err != nil || !additive || m.NoVariate || crowding > mostCrowding {
		return nil, err
	}
	v := &adjointVariate[T]{zero: make([]T, d.Noises()*d.StateDim), slope: make([][]T, d.Steps), crowding: crowding}
	for range d.Steps {
		v.q = append(v.q, make([]T, len(v.zero)))
	}
	return v, nil
}

// variate adds w_n E_n to the state after step n and gives the column of what the
// objective loses, before the division by the number of paths.
func (b *builder) variate(n int, x, w autodiff.Node) (shifted, term autodiff.Node) {
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
// batches, since the policy moves, and less at the begin. The error of Q is multiplied by
// I − r WᵀW/B in every step, W the batch's B×k noise, which in the mean square grows
// where r > 2/(1 + (k+1)/B).
func (v *adjointVariate[T]) begin(iteration int) {
	v.rate = T(2 / (float64(iteration) + 2 + 2*v.crowding))
}

// update moves Q_n by the gradient of the last run.
func (v *adjointVariate[T]) update(n int) {
	q := v.q[n]
	for i, s := range v.slope[n] {
		q[i] += v.rate * s
	}
}

// variate is the martingale with the Q_n learnt so far, in units of the cost.
func (e *engine[T]) variate() (*control.Variate, error) {
	q := make([][]float64, len(e.noises.q))
	for n, from := range e.noises.q {
		q[n] = make([]float64, len(from))
		vec.Widen(q[n], from)
	}
	return e.problem.Variate(q)
}
