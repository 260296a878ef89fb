package estimate

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"github.com/deepbsde/deepbsde/bsde/internal/flow"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

// bounds are what the levels prove of u, or nearly so: each side is a limit of its own, from
// the same paths as the value.
type bounds struct {
	lower, upper *limit // nil where nothing bounds u on that side
	exact        *limit // a value without any network bias, nil where there is none
	none         string // why a side is missing, in words
}

// bounds finds them by the shape of f that its operations prove.
//
// Where f is convex in y and z together, f ≥ its tangent at the recursion's (Y, Z), whose
// equation is linear and has the value as its solution: a lower bound. Where it is concave, an
// upper one. Two kinds of f have both sides: see logMeanExp and bracket.
func (e *engine[T]) bounds(ctx context.Context, p *pilot, l *levels, at limit) (*bounds, error) {
	eq := e.Eq
	if !eq.Bent {
		return &bounds{none: "f is linear in y and z: the network leaves no bias"}, nil
	}
	b := &bounds{}
	switch equation.ShapeOf(eq.FList) {
	case equation.Convex:
		b.lower = &at
	case equation.Concave:
		b.upper = &at
	}
	if c, ok := equation.Isotropic(eq.FList); ok && !eq.UsesY && c != 0 {
		exact, few := l.logMeanExp(c, e.curvatureAlone())
		if few != "" && e.Bend != nil {
			tilted, err := e.tilted(ctx, p, l, c)
			if err != nil {
				return nil, err
			}
			exact, few = tilted.logMeanExp(c, e.curvatureAlone())
		}
		if few != "" {
			b.none = few
			return b, nil
		}
		b.exact, b.lower, b.upper = exact, exact, exact
		return b, nil
	}
	if len(l.runs) > 0 && l.runs[0].bracket != nil {
		b.lower, b.upper = l.bracket(eq.Move.Exact)
		return b, nil
	}
	switch {
	case b.lower != nil:
		b.none = "nothing bounds u from above: f is convex in y and z, which gives a lower bound alone"
	case b.upper != nil:
		b.none = "nothing bounds u from below: f is concave in y and z, which gives an upper bound alone"
	case flow.InYAlone(eq):
		b.none = "f is a function of y alone, but grows or falls too fast in y for steps of this length"
	default:
		b.none = "f is not proved convex or concave in y and z, nor a function of y alone, nor c‖z‖² plus terms free of y"
	}
	return b, nil
}

// tilted are the levels on paths whose noise follows Γ, for the exponentials of −cδ: without what Γ adds to Y,
// as their mean needs it, these vary much more than with it. Where the levels differ by noise the finest is enough.
func (e *engine[T]) tilted(ctx context.Context, p *pilot, l *levels, c float64) (*levels, error) {
	out := &levels{y0: l.y0, free: l.free}
	for i, r := range l.runs {
		t, err := e.follow(ctx, p.from, r.every, len(r.delta), l.y0, nil, c, nil)
		if err != nil {
			return nil, err
		}
		if out.runs, out.step = append(out.runs, t), append(out.step, l.step[i]); l.free || e.curvatureAlone() {
			break
		}
	}
	return out, nil
}

// curvatureAlone tells whether X is exact and f a function of z alone: then the levels differ by
// noise, as piecewise constant controls are admissible in continuous time.
func (e *engine[T]) curvatureAlone() bool {
	last := len(e.Eq.FList) - 1
	return e.Eq.Move.Exact && !equation.DependsOn(e.Eq.FList, equation.InT, false)[last] && !equation.DependsOn(e.Eq.FList, equation.InX, false)[last]
}

// leastEffective is the share of the paths below which an effective sample is too small for the
// mean of exponentials that it stands for.
const leastEffective = 0.05

// leastUneven is that share where f depends on t or x too: the time step's error is then in the
// exponent, and few large weights hide it.
const leastUneven = 0.5

// mostCarried is the part of a sum of exponentials that its largest terms may be: those that are
// yet to come beyond them are of that order.
const mostCarried = 0.05

// logMeanExp is, for f with ∂²f/∂z² = c I free of y, the value
//
//	u = (1/c) ln E exp(c e),   e = g(X_N) + Σ (f − Z·v) h − Σ Z·ΔW = Y0 − δ
//
// on controlled paths. With c‖z‖²/2 the exponential of the solution satisfies a linear equation
// (Hopf 1950, Cole 1951), and Girsanov's theorem takes Z out of it, so that no Z has a bias. The sampled
// logarithm has one, −Var/(2 c n) of the weights, which is taken out. Y0 − δ is without what Γ adds
// to Y, as that is no part of the density; but it has the mean 0 and goes with the exponential nearly
// linearly, and is used as a control variate. Exponentials that have not
// been seen make the value wrong and the standard error too small together; half of what the
// largest twenty carry beyond an even share is added to it. With that 2.24 standard errors held the logarithm in 93 % or
// more of 800 samples of 32768, for normal and skewed exponents of any variance that the limits
// below let through; without it in 69 % at the worst. In words it is told where too few paths
// carry the mean.
func (l *levels) logMeanExp(c float64, free bool) (*limit, string) {
	out, least := &levels{y0: l.y0, free: l.free || free}, leastEffective
	if !out.free {
		least = leastUneven
	}
	unseen := 0.0
	for i, r := range l.runs {
		n := float64(len(r.delta))
		exponent := slices.Clone(r.delta)
		floats.Scale(-c, exponent)
		switch {
		case r.tilt != nil:
			floats.Add(exponent, r.tilt)
		case r.bent != nil:
			floats.AddScaled(exponent, c, r.bent)
		}
		most := floats.Max(exponent)
		w := exponent
		for k, v := range exponent {
			w[k] = math.Exp(v - most)
		}
		sum, squares := floats.Sum(w), floats.Dot(w, w)
		if share := sum * sum / squares / n; !(share >= least) {
			return nil, fmt.Sprintf("the exponentials of the mismatch are carried by %.2g of the paths, want %g", share, least)
		}
		if r.bent != nil && r.tilt == nil {
			less := stat.Covariance(w, r.bent, nil) / math.Max(stat.Variance(r.bent, nil), math.SmallestNonzeroFloat64)
			floats.AddScaled(w, -less, r.bent)
			sum, squares = floats.Sum(w), floats.Dot(w, w)
		}
		part := largest(w, fewestRanked) / sum
		if !(part <= mostCarried) {
			return nil, fmt.Sprintf("the largest %d exponentials of the mismatch are %.2g of their sum, want at most %g", fewestRanked, part, mostCarried)
		}
		if i == 0 {
			unseen = (part - fewestRanked/n) / 2 / math.Abs(c)
		}
		value := (math.Log(sum/n) + most) / c
		value += (squares/n/(sum*sum/(n*n)) - 1) / (2 * c * n)
		each := make([]float64, len(w)) // with the mean −value and the variance of the delta method
		for k := range w {
			each[k] = -value - (w[k]*n/sum-1)/c
		}
		out.runs, out.step = append(out.runs, &residuals{delta: each, slope: 1}), append(out.step, l.step[i])
		if out.free {
			break
		}
	}
	at := out.limit()
	at.stderr = math.Hypot(at.stderr, unseen)
	return &at, ""
}

// largest is the sum of the count largest of some numbers.
func largest(w []float64, count int) float64 {
	w = slices.Sorted(slices.Values(w))
	return floats.Sum(w[max(len(w)-count, 0):])
}

// low and high are the ends with their own errors taken off and added: each holds with 97.5 %.
func (a *limit) low() float64  { return a.value - Normal95*a.stderr - a.step }
func (a *limit) high() float64 { return a.value + Normal95*a.stderr + a.step }

// proves tells whether the shape of f proves the sign of a bias: one that is estimated with it
// is a correction to the right side.
func (b *bounds) proves(bias float64) bool {
	return b.lower != nil && b.upper == nil && bias < 0 || b.upper != nil && b.lower == nil && bias > 0
}

// withhold takes the bounds back: they rest on the same paths and levels as the value.
func (b *bounds) withhold(why Reason) {
	b.lower, b.upper, b.none = nil, nil, "the estimate that gives them is not to be trusted, "+string(why.Kind)
}

// rough takes back a bound whose levels do not behave, and are farther apart than that.
func (b *bounds) rough(most float64) {
	for _, end := range []**limit{&b.lower, &b.upper} {
		if a := *end; a != nil && !a.regular && !(a.step <= most) {
			*end, b.none = nil, "their time step error is not known: "+a.detail
		}
	}
}

// bracket is u(t, x) from below and above on each path, less Y0 with the sign of a mismatch.
type bracket struct{ lower, upper []float64 }

// bracket is the limits of both ends over the levels, of the order 2 where X is exact: there the step does to an end by the
// variance of θ alone what is of order 1, by Jensen's inequality to its own side.
func (l *levels) bracket(exact bool) (lower, upper *limit) {
	ends := [2]*levels{{y0: l.y0, second: exact, safe: exact}, {y0: l.y0, second: exact, safe: exact}}
	for i, r := range l.runs {
		if r.bracket == nil {
			break
		}
		for side, each := range [2][]float64{r.bracket.lower, r.bracket.upper} {
			end := ends[side]
			at := &residuals{delta: each, slope: 1, gained: r.gained}
			if i > 0 {
				at.pair(end.runs[i-1])
			}
			end.runs, end.step = append(end.runs, at), append(end.step, l.step[i])
		}
	}
	a, b := ends[0].limit(), ends[1].limit()
	return &a, &b
}
