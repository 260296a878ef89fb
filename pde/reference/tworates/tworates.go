// Package tworates bounds the value of a claim under different rates for lending and
// borrowing from both sides, by a policy and by a martingale penalty. The sources are
// Bergman (1995), Rogers (2002) and Bender, Schweizer, Zhuo (2017).
package tworates

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/autodiff/parallel"
	"github.com/deepbsde/deepbsde/autodiff/parallel/ranks"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/reference/internal/paths"
	"github.com/deepbsde/deepbsde/pde/reference/internal/probe"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

// Claim is one on the dearest of d stocks under different rates for lending
// and borrowing (Bergman 1995),
//
//	μ = μx, σ = Sigma·diag(x), x0 = (c, …, c)
//	f = −Lend·y − ((μ−Lend)/Sigma) Σz + (Borrow−Lend) max(Σz/Sigma − y, 0)
//	g = Σ_k Slopes_k max(m − Strikes_k, 0),   m = max_i x_i
//
// f is the largest over the rates r from Lend to Borrow of −ry − ((μ−r)/Sigma) Σz. So u
// is the value of a control problem,
//
//	u(0,x0) = sup E[e^{−R_T} g(e^{R_T} M_T)],   R_t = ∫₀ᵗ r ds,
//
// over all rates r that do not look ahead, M being the stocks with rate 0: on given
// paths of W everything else depends on the number R_T alone. That gives a bound from
// either side, each with its sampling error, see Policy and Dual.
//
// Both make use of the value at the constant rate Borrow, which is one integral for a
// claim on the largest of independent lognormal numbers. It need not be exact: it
// decides how close the bounds are, not whether they hold.
type Claim struct {
	Sigma, Lend, Borrow float64
	Strikes, Slopes     []float64 // as many, at least 1; Strikes ≥ 0 and increasing
}

// Policy is a lower bound: the value of the rate that borrows wherever the value at a
// constant rate would have more money in stocks than its price. It is chosen anew at
// every time step (default 50), which is a policy like any other, so that the mean is
// below u whatever the number of steps. The martingale Σ e^{−R} Z·ΔW is subtracted as
// a control variate. 16 384 paths by default.
func (m Claim) Policy(ctx context.Context, p pde.Problem, s pde.Sampling) (*pde.Reference, error) {
	return m.bound(ctx, p, s, paths.ForPolicy, pde.Lower, "rate policy", (*path).policy)
}

// Dual is an upper bound by a martingale penalty (Rogers 2002; Haugh, Kogan 2004;
// for such equations Bender, Schweizer, Zhuo 2017): the mean over paths of the largest
// value that a rate which knows the whole path could reach,
//
//	max over R of  e^{−R_T} g(e^{R_T} M_T) − Σ e^{−Lend·t} (A_n + S_n B_n),   S_n = R_n − Lend·t_n
//
// with A_n + S_n B_n the line through Z·ΔW at the least and the greatest R_n. For a
// rate that does not look ahead the sum has mean 0, so that the largest value is u or
// more, in continuous time too. It is linear in the S_n, which makes the maximum a sum
// over sorted coefficients for every R_T; R_T is tried on 20 values for every step and
// at the kinks of g, and what can lie between two of them is added. 16 384 paths on 50
// steps by default.
func (m Claim) Dual(ctx context.Context, p pde.Problem, s pde.Sampling) (*pde.Reference, error) {
	return m.bound(ctx, p, s, paths.ForDual, pde.Upper, "martingale dual", (*path).dual)
}

func (m Claim) bound(ctx context.Context, p pde.Problem, s pde.Sampling, key paths.Method, side pde.Bound, name string, value func(*path) float64) (*pde.Reference, error) {
	if err := m.check(&p); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	s = s.WithDefaults(1<<14, 50)
	if err := s.Check(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	values := make([]float64, s.Paths)
	const chunk = 64
	err := parallel.Share(ctx, s.Workers, (s.Paths+chunk-1)/chunk, func(c int) error {
		r := newPath(ctx, m, &p, s.Steps)
		for i := c * chunk; i < min((c+1)*chunk, s.Paths); i++ {
			r.stream = paths.Stream(s, key, i)
			values[i] = value(r)
		}
		return ctx.Err()
	}, ranks.Each(values, chunk))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	mean, std := stat.MeanStdDev(values, nil)
	if math.IsNaN(std) || math.IsInf(std, 0) {
		return nil, fmt.Errorf("%s: the values of the paths are not finite (mean %g)", name, mean)
	}
	which := "lower"
	if side == pde.Upper {
		which = "upper"
	}
	return &pde.Reference{
		Value: mean, StdErr: std / math.Sqrt(float64(s.Paths)), Method: name, Bound: side, Cost: int64(s.Paths),
		Source: fmt.Sprintf("%s bound, %d paths on %d steps", which, s.Paths, s.Steps),
	}, nil
}

// check tells which part of the equation is another one.
func (m Claim) check(p *pde.Problem) error {
	if err := p.Validate(); err != nil {
		return err
	}
	mu, isLinear := pde.LinearRate(p.DriftOrZero())
	switch g, isGeometric := p.Diffusion.(pde.Geometric); {
	case !isGeometric || float64(g) != m.Sigma || !(m.Sigma > 0):
		return fmt.Errorf("needs the diffusion Geometric(%g), a positive volatility", m.Sigma)
	case !isLinear:
		return fmt.Errorf("needs a LinearDrift")
	case !(m.Lend <= m.Borrow):
		return fmt.Errorf("lending rate %g, want at most the borrowing rate %g", m.Lend, m.Borrow)
	case len(m.Strikes) == 0 || len(m.Strikes) != len(m.Slopes):
		return fmt.Errorf("%d strikes and %d slopes, want as many, at least 1", len(m.Strikes), len(m.Slopes))
	}
	for k, strike := range m.Strikes {
		if !(strike >= 0) || k > 0 && !(strike > m.Strikes[k-1]) {
			return fmt.Errorf("strikes %g, want them increasing from 0 or more", m.Strikes)
		}
	}
	for _, x := range p.Start {
		if !(x > 0) {
			return fmt.Errorf("needs a positive start")
		}
	}
	return m.checkFunctions(p, mu)
}

// checkFunctions compares f and g with the formulas at random points.
func (m Claim) checkFunctions(p *pde.Problem, mu float64) error {
	tr, err := p.Transition()
	if err != nil {
		return err
	}
	pr, err := probe.New(p, tr, pde.Sampling{}, paths.ForPolicy)
	if err != nil {
		return err
	}
	g := make([]float64, probe.Count)
	if err := pr.G.Eval(probe.Count, g, pr.X); err != nil {
		return err
	}
	for i, got := range g {
		price, invested := pr.Y[3*i]*pr.Size, floats.Sum(pr.Z[i*p.Dim:(i+1)*p.Dim])/m.Sigma
		f, err := pr.Generator(i, price, 1, 0)
		if err != nil {
			return err
		}
		want := -m.Lend*price - (mu-m.Lend)*invested + (m.Borrow-m.Lend)*math.Max(invested-price, 0)
		if !(math.Abs(f-want) <= 1e-9*(1+math.Abs(want))) {
			return fmt.Errorf("needs a generator of two rates; at one point f is %g, not %g", f, want)
		}
		want = m.payoff(slices.Max(pr.X[i*p.Dim : (i+1)*p.Dim]))
		if !(math.Abs(got-want) <= 1e-9*(1+math.Abs(want))) {
			return fmt.Errorf("needs g = Σ slopes·max(max xᵢ − strike, 0); at one point g is %g, not %g", got, want)
		}
	}
	return nil
}

func (m Claim) payoff(largest float64) float64 {
	sum := 0.0
	for k, strike := range m.Strikes {
		sum += m.Slopes[k] * math.Max(largest-strike, 0)
	}
	return sum
}
