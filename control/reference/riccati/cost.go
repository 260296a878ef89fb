package riccati

import (
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/control/reference/internal/matrix"
	"github.com/deepbsde/deepbsde/control/reference/linearquadratic"
	"github.com/deepbsde/deepbsde/pde"
	"gonum.org/v1/gonum/mat"
)

// Cost is the exact expected cost of a linear policy, of as many steps as it has gains,
// in the N-step problem: the recursion of [Discrete] with the gains given. The cost
// of a = 0 is that of zero gains.
func Cost(l *linearquadratic.Form, f *control.Feedback) (float64, error) {
	g, err := uniform(l, len(f.Gains))
	if err != nil {
		return 0, err
	}
	all, err := stages(l, g)
	if err != nil {
		return 0, err
	}
	if len(f.Gains) != len(all) {
		return 0, pde.Errorf(l.Name, "Stages", nil, "is %d, the policy has %d gains", len(all), len(f.Gains))
	}
	gains := f.Gains
	if l.Affine {
		gains = withOffsets(f)
	}
	p, constant := mat.DenseCopyOf(all[0].g), 0.0
	for n := len(all) - 1; n >= 0; n-- {
		s, k := all[n], gains[n]
		if r, c := k.Dims(); r != l.ActionDim() || c != l.StateDim() {
			return 0, pde.Errorf(l.Name, "B", nil, "is %d×%d, gain %d of the policy is %d×%d, want %d×%d", l.StateDim(), l.ActionDim(), n, r, c, l.ActionDim(), l.StateDim())
		}
		h, g, free := s.complete(p)
		// xᵀ(free + KᵀHK − 2KᵀF)x
		var hk, step mat.Dense
		hk.Mul(h, k)
		g.Scale(2, g)
		hk.Sub(&hk, g)
		step.Mul(k.T(), &hk)
		constant += s.noise(p)
		p.Add(free, &step)
		matrix.Symmetrise(p)
	}
	return sign(l) * (expected(l, p) + constant), nil
}

// withOffsets are the gains of the state with a 1 below it.
func withOffsets(f *control.Feedback) []*mat.Dense {
	gains := make([]*mat.Dense, len(f.Gains))
	for n, k := range f.Gains {
		m, d := k.Dims()
		gains[n] = mat.NewDense(m, d+1, nil)
		gains[n].Slice(0, m, 0, d).(*mat.Dense).Copy(k)
		for i := range m {
			if f.Offsets != nil {
				gains[n].Set(i, d, -f.Offsets[n][i])
			}
		}
	}
	return gains
}
