package control

import (
	"fmt"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/autodiff/vec"
)

// Variate is a martingale that follows the cost along a path, whatever the policy,
//
//	M = Σ m_n·(w_n Q_n) + ½ ( s_n·(w_n Q_n) − E[s_n·(w_n Q_n)] )
//
// with X_{n+1} = m_n + s_n, m_n the next state without noise. It has mean 0 for any Q_n; with
// Q_n = E[w_nᵀ ∂(later cost)/∂X_{n+1}] it is the noise of the cost to first order, and for a
// linear-quadratic problem all of it. The second part is there where the noise is linear in w and
// free of the state.
//
// Source: Rogers (2002), Math. Finance 12; Brown, Smith, Sun (2010), Oper. Res. 58.
type Variate struct {
	q       [][]float64 // of each step, noise×d
	means   []float64   // E[s·(wQ)] of each step
	squares bool
	still   []*expr.Func // the next state without noise
}

// Variate is that with Q_n, the rows of each w one below the other, noise×d numbers a step. The
// noise must be AdditiveNoise.
func (d *Discrete) Variate(q [][]float64) (*Variate, error) {
	if len(q) != d.Steps {
		return nil, fmt.Errorf("variate with %d matrices, want one for each of %d steps", len(q), d.Steps)
	}
	v := &Variate{q: q, means: make([]float64, d.Steps)}
	t, x, a, w := expr.Input("t", 1), expr.Input("x", d.StateDim), expr.Input("a", d.ActionDim), expr.Input("w", d.Noises())
	nodes, err := expr.Nodes(d.Next(0, t, x, a, w), t, x, a, w)
	if err != nil {
		return nil, err
	}
	v.squares = separable(nodes) && expr.Affine(nodes, 3)
	none := expr.Vector(make([]float64, d.Noises()))
	if v.still, err = EachStep(d, func(n int) (*expr.Func, error) { return expr.Compile(d.Next(n, t, x, a, none), t, x, a) }); err != nil || !v.squares {
		return v, err
	}
	noisy, err := EachStep(d, func(n int) (*expr.Func, error) { return expr.Compile(d.Next(n, t, x, a, w), t, x, a, w) })
	if err != nil {
		return nil, err
	}
	k, dim := d.Noises(), d.StateDim
	unit, moved, base, action := make([]float64, k*k), make([]float64, k*dim), make([]float64, dim), make([]float64, d.ActionDim)
	for i := range k {
		unit[i*k+i] = 1
	}
	for n := range d.Steps {
		at := []float64{d.Time(n)}
		if err := noisy[n].Eval(k, moved, at, d.Start, action, unit); err != nil {
			return nil, err
		}
		if err := v.still[n].Eval(1, base, at, d.Start, action); err != nil {
			return nil, err
		}
		for i, s := range moved {
			v.means[n] += (s - base[i%dim]) * q[n][i]
		}
	}
	return v, nil
}

// Matrices are the Q_n.
func (v *Variate) Matrices() [][]float64 { return v.q }

// add adds what step n contributes to M of each row.
func (v *Variate) add(m []float64, n int, t, x, a, w, next, still, wq []float64) error {
	rows, d := len(m), len(next)/len(m)
	k := len(w) / rows
	if err := v.still[n].Eval(rows, still, t, x, a); err != nil {
		return err
	}
	vec.Product(wq, w, v.q[n], rows, k, d)
	for r := range m {
		sum, square := 0.0, -v.means[n]
		for i := r * d; i < (r+1)*d; i++ {
			sum += still[i] * wq[i]
			square += (next[i] - still[i]) * wq[i]
		}
		if m[r] += sum; v.squares {
			m[r] += square / 2
		}
	}
	return nil
}
