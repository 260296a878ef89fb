package walk

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"github.com/deepbsde/deepbsde/pde"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// mostCondition is the logarithm of the growth of an error in Y from which on a forward
// recursion is given up: none of the trainings beyond it that were looked at came near the
// solution.
const mostCondition = 4

// UsualCondition is one that trainings were seen to cope with.
const UsualCondition = 2

// Condition refuses an equation whose forward recursion is hopeless, with a *pde.Error that says
// so. The solution at time 0 goes into the scales.
func (p *Pilot) Condition(ctx context.Context, s *Scales) error {
	most, err := p.Growth(ctx, s)
	if err != nil || most <= mostCondition {
		return err
	}
	return &pde.Error{Problem: p.Eq.Name, Field: "Generator", Reason: fmt.Sprintf(
		"makes the forward recursion ill-conditioned: −∂f/∂y is so large that an error in Y grows by a factor of about %.0e before T. "+
			"No number of steps or iterations helps. The method backward solves such equations; a horizon of about %.2g, or −∂f/∂y smaller in this proportion, is within reach of this one",
		math.Exp(most), p.Eq.Horizon*UsualCondition/most)}
}

// Growth is the logarithm of the growth of an error in Y on the way to T, like exp(−∫∂f/∂y dt), where f is not affine
// in y and z. It is estimated along a rough solution on few
// paths, backward in time: the mean of y given X_n by regression on 1, g(X_n) and its square, and
// the linearly implicit Euler method for f(t, X, y, 0). The part of f that is −c y is left out,
// as the recursion has it exactly. The solution at time 0 goes into the scales. 0 where nothing is known.
func (p *Pilot) Growth(ctx context.Context, s *Scales) (float64, error) {
	eq := p.Eq
	if !eq.UsesY || !eq.Bent {
		return 0, nil
	}
	const paths = 256
	k := &states{}
	g, err := k.simulate(p, paths)
	if err != nil || ctx.Err() != nil {
		return 0, err
	}
	r := &rough{eq: eq, y: g, wide: 1e-2 * (math.Abs(stat.Mean(g, nil)) + stat.StdDev(g, nil))}
	growth, most := 0.0, 0.0
	for n := p.Grid.Steps() - 1; n >= 0; n-- {
		if err := r.regress(k.x[n]); err != nil {
			return 0, err
		}
		const parts = 10
		h := p.Grid.Length(n) / parts
		for range parts {
			slope, err := r.step(p.Grid.Time(n), h, k.x[n])
			if err != nil {
				return 0, err
			}
			if y := stat.Mean(r.y, nil); math.IsNaN(y) || math.IsInf(y, 0) {
				return 0, nil
			}
			growth = math.Max(growth-(slope+eq.Discount)*h, 0)
			most = math.Max(most, growth)
		}
	}
	if y := stat.Mean(r.y, nil); !math.IsNaN(y) && !math.IsInf(y, 0) {
		s.Rough = y
	}
	return most, nil
}

// rough is a rough solution on paths.
type rough struct {
	eq   *equation.Equation
	y    []float64 // of each path
	wide float64   // of differences
}

// regress replaces y by its regression on 1, g and g² in the states x.
func (r *rough) regress(x []float64) error {
	n := len(r.y)
	g := make([]float64, n)
	if err := r.eq.G.Eval(n, g, x); err != nil {
		return err
	}
	mean, std := stat.MeanStdDev(g, nil)
	if !(std > 1e-12*math.Abs(mean)) {
		Spread(r.y, []float64{stat.Mean(r.y, nil)})
		return nil
	}
	a := mat.NewDense(n, 3, nil)
	for i, v := range g {
		v = (v - mean) / std
		a.SetRow(i, []float64{1, v, v * v})
	}
	var c mat.Dense
	if err := c.Solve(a, mat.NewDense(n, 1, r.y)); err != nil {
		Spread(r.y, []float64{stat.Mean(r.y, nil)})
		return nil
	}
	var fit mat.Dense
	fit.Mul(a, &c)
	copy(r.y, fit.RawMatrix().Data)
	return nil
}

// step goes back by h in the states x, and returns the mean of ∂f/∂y.
func (r *rough) step(t, h float64, x []float64) (float64, error) {
	n := len(r.y)
	var v [3][]float64
	for i := range v {
		v[i] = make([]float64, n)
		near := slices.Clone(r.y)
		floats.AddConst(float64(i-1)*r.wide, near)
		if err := r.eq.F.Eval(n, v[i], []float64{t}, x, near, make([]float64, r.eq.Dim)); err != nil {
			return 0, err
		}
	}
	sum := 0.0
	for i := range r.y {
		slope := (v[2][i] - v[0][i]) / (2 * r.wide)
		r.y[i] += h * v[1][i] / (1 - h*math.Min(slope, 0))
		sum += slope
	}
	return sum / float64(n), nil
}

// states are those of some paths at each time step.
type states struct {
	x [][]float64 // at each step, paths×d
}

// simulate fills them, and returns g at the end.
func (k *states) simulate(p *Pilot, paths int) ([]float64, error) {
	g := make([]float64, paths)
	return g, p.Along(ForCondition, 0, paths, func(n int, x, _ []float64) error {
		if n == p.Grid.Steps() {
			return p.Eq.G.Eval(paths, g, x)
		}
		k.x = append(k.x, slices.Clone(x))
		return nil
	})
}
