package estimate

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

// blownUp is the residual ratio beyond which there is no value: the recursion has
// left every scale of the problem.
const blownUp = 1e3

// The shares of the scale of the problem, the larger of the value and std G, from which on
// an error that is only estimated is a reason not to trust the answer.
const (
	largeStep = 0.01 // where the levels are not asymptotic
	largeBias = 0.05 // no wider interval agrees with a reference, see verdict.Telling
)

// fedBack allows for what f between the points does to u, and u to f again: it is measured with u as the levels have it.
const fedBack = 3

// conclude turns the levels into the answer with its errors and with the reasons that speak
// against it; it is unknown where the recursion blows up.
func (e *engine[T]) conclude(ctx context.Context, p *pilot, l *levels) (*Estimate, error) {
	out := Unknown()
	if len(l.runs) == 0 {
		return out, nil
	}
	fine := l.runs[0]
	out.Paths = len(fine.delta)
	if !(fine.std() <= blownUp*p.unit) {
		return out, nil
	}
	if e.Scales.Varies {
		out.ResidualRatio = e.ratio(p, fine)
	}
	at := l.limit()
	known, err := e.bounds(ctx, p, l, at)
	if err != nil {
		return nil, err
	}
	reliable := true
	if known.exact != nil {
		at = *known.exact
	}
	unbiased := known.exact != nil || fine.std() <= rounding*math.Max(math.Abs(at.value), p.unit)
	if unbiased {
		out.NetworkError, out.NetworkBias = 0, 0
	}
	between, err := e.aliased(p, 1-at.coarse, at.coarse)
	if err != nil {
		return nil, err
	}
	at.step += fedBack*math.Abs(between.f) + between.x*p.unit
	tails := fine.delta
	if known.exact != nil && fine.bent != nil { // which stands in the exponent without what Γ adds
		tails = floats.SubTo(make([]float64, len(fine.delta)), fine.delta, fine.bent)
	}
	few, scale := heavy(tails), math.Max(math.Abs(at.value), p.unit)
	switch {
	case at.stderr <= negligible*scale:
		few = ""
	case few != "" && out.ResidualRatio < 0.5 && at.stderr <= smallTails*scale && heavy(fine.g) == "":
		at.stderr *= ofTails
		few = ""
	}
	if none := noMean(fine.g); none != "" {
		few = none
	}
	out.Value, out.StdErr, out.DiscretizationError = at.value, at.stderr, at.step
	growth := fine.slope * e.Eq.Shrink(p.from.T) // what the discount alone does is exact
	if !unbiased {
		few := branches(len(fine.delta))
		b, err := e.networkBias(p.from, p.r.y0, fine, few)
		if err == nil && b.reach > part*at.stderr+at.step && e.Eq.Curved && len(fine.delta) >= branchedPaths {
			// What Z may do in the worst case is more than all else: much of it is noise of the measurement.
			b, err = e.networkBias(p.from, p.r.y0, fine, moreBranches*few)
		}
		if err != nil {
			return nil, err
		}
		// The part that the step's share of the variance does is of the order of the step, and gone
		// with the extrapolation; with that of order 2 a part of it alone.
		gone := 1 - l.variance()/math.Max(fine.std()*fine.std(), math.SmallestNonzeroFloat64)
		if at.coarse != 0 {
			left := 1 - at.coarse + at.coarse*l.step[1]/l.step[0]
			b.mean *= 1 - gone*(1-left)
		} else {
			b.mean -= b.spread * gone
		}
		out.NetworkBias = b.mean
		growth = math.Max(growth, b.growth)
		small := math.Abs(b.mean) <= Normal95*at.stderr+at.step && math.Abs(b.mean) > Normal95*b.stderr
		if small || known.proves(b.mean) || b.measured(fine.std()) {
			out.Value -= b.mean
		}
		if e.Linearised() && b.spread == 0 { // measured in the states themselves: no mismatch of a recursion hides a part of it
			out.NetworkError = thirdOrder*b.reach + Normal95*b.stderr
		} else {
			out.NetworkError, reliable = b.within(fine.std())
		}
		if known.lower != nil && known.upper != nil {
			far := math.Max(math.Abs(known.upper.value-out.Value), math.Abs(known.lower.value-out.Value)) // they may cross by chance
			if !reliable || far < out.NetworkError {
				out.NetworkError, reliable = far, true
			}
		}
	}
	out.Error = part*out.StdErr + out.DiscretizationError + out.NetworkError
	out.CI95 = [2]float64{out.Value - out.Error, out.Value + out.Error}
	if out.Reasons, err = e.reasons(p, l, at, between, growth, few, out); err != nil {
		return nil, err
	}
	missed, err := e.missed(p.from, len(fine.delta), out.CI95)
	if err != nil {
		return nil, err
	}
	if missed != "" {
		out.Reasons = append(out.Reasons, Reason{PathsMiss, missed})
	}
	for _, r := range out.Reasons {
		nan := math.NaN()
		if r.Kind.voids() && (r.Kind != HeavyTails || heavy(fine.g) != "") { // weights of paths are bounded, g need not be
			out.Error, out.CI95 = nan, [2]float64{nan, nan}
		}
		if r.Kind == NothingSeen { // that all paths are alike tells nothing of what they have not seen
			out.StdErr, out.DiscretizationError, out.NetworkError, out.NetworkBias = nan, nan, nan, nan
		}
	}
	if len(out.Reasons) > 0 {
		known.withhold(out.Reasons[0])
	} else if !reliable || out.NetworkError > largeBias*p.scale(out) {
		out.Reasons = []Reason{{BiasNotSmall, fmt.Sprintf("up to %.2g, where Y_N misses g by %.2g as seen from the start", out.NetworkError, fine.std())}}
	}
	known.rough(largeStep * p.scale(out))
	if known.lower != nil {
		out.Lower = known.lower.low()
	}
	if known.upper != nil {
		out.Upper = known.upper.high()
	}
	out.NoBounds = known.none
	return out, nil
}

// scale is what the size of errors is judged by.
func (p *pilot) scale(out *Estimate) float64 { return math.Max(math.Abs(out.Value), p.unit) }

// reasons are those that speak against the recursion, its paths and its levels.
func (e *engine[T]) reasons(p *pilot, l *levels, at limit, between *aliasing, growth float64, few string, out *Estimate) (list []Reason, err error) {
	fine, scale := l.runs[0], p.scale(out)
	doubt := func(kind Kind, format string, args ...any) {
		list = append(list, Reason{kind, fmt.Sprintf(format, args...)})
	}
	switch end := fine.atEnd(); {
	case growth > mostGrowth:
		doubt(IllConditioned, "an error in Y grows by a factor %.3g on the way to T", growth)
	case end > mostSpread*p.unit:
		doubt(IllConditioned, "Y_N misses g by %.2g, which varies by %.2g", end, p.unit)
	}
	if !e.settled(p, fine, scale) {
		doubt(NoFixedPoint, "the mismatch is %.3g in the mean of all paths, and %.3g in that of the pilot paths", fine.mean(), p.r.mean())
	}
	switch {
	case math.Abs(between.f) > largeStep*scale || between.x > largeStep:
		doubt(BetweenSteps, "u by %.2g, and X by %.2g of its standard deviation", math.Abs(between.f), between.x)
	case math.IsNaN(at.step):
		doubt(StepUnknown, "%s", at.detail)
	case l.refused != nil && len(l.runs) < 3 && at.step > largeStep*scale:
		doubt(StepUnknown, "%s", at.detail)
	case !at.regular && at.step > largeStep*scale:
		doubt(NotAsymptotic, "%s", at.detail)
	case at.step > largeBias*scale:
		doubt(NotAsymptotic, "the time step's error is %.2g", at.step)
	}
	if few != "" {
		doubt(HeavyTails, "%s", few)
	}
	if floats.Min(fine.g) == floats.Max(fine.g) {
		unseen, err := e.unseen()
		if err != nil {
			return nil, err
		}
		if unseen {
			doubt(NothingSeen, "g is the same on all %d paths, and another number farther out", len(fine.delta))
		}
	}
	return list, nil
}

const (
	// negligible is the share of the scale below which it does not matter how a standard error
	// came about.
	negligible = 1e-6
	// rounding is the share of the scale up to which the mismatch is that of the arithmetic, which has no second order.
	rounding = 1e-12
	// smallTails is the share of the scale below which a standard error that few paths decide is no
	// reason to distrust where the field explains most of the spread of a g that is not decided by
	// few paths itself, and is taken ofTails times instead: few paths decide what a good field
	// leaves.
	smallTails = 3e-3
	ofTails    = 3
	// part is the two-sided 97.5 % point of the normal distribution. The total error has a
	// random part, sampling, and parts that are estimates themselves: with 97.5 % for either
	// it holds with 95 %.
	part = 2.241402727604947
	// mostGrowth is the growth of an error in Y from which on the forward recursion is not to
	// be trusted: beyond it levels that agree were seen to agree on a wrong value.
	mostGrowth = 8
	// mostSpread is the residual ratio from which on the recursion amplifies more than it
	// learns.
	mostSpread = 10
)

// ratio is the spread that the field leaves over that of Z = 0.
func (e *engine[T]) ratio(p *pilot, r *residuals) float64 {
	switch {
	case p.from.Scale == 0:
		return 1
	case math.IsNaN(p.zero):
		return r.atEnd() / p.unit
	}
	return math.Min(r.atEnd()/p.zero, 1)
}

// measured tells whether the bias was measured by pairs alone, well above its noise, and is small
// beside the standard deviation s of the mismatch: then its second order is all there is to it.
func (b *bias) measured(s float64) bool {
	return b.spread == 0 && math.Abs(b.mean) > 4*b.stderr && math.Abs(b.mean) < 0.05*s
}

// thirdOrder is for what is of third order in the errors of Y and Z, which the bias leaves out.
const thirdOrder = 1.25

// within is the size that the bias may have, given the standard deviation s of the mismatch.
// That is not the one of the martingale ∫Γε·dW with the variance that a bias was reckoned
// with, but of its sum with ½∫ΓQ dt, the bias. With a bias of q s for the variance s² the
// martingale has at most the standard deviation m with
//
//	m = s + q m²/s
//
// where that has a solution, up to q = ¼; there the bias is 4 times as large. Beyond it is not
// reliable.
func (b *bias) within(s float64) (size float64, reliable bool) {
	if b.reach == 0 && b.stderr == 0 {
		return 0, true
	}
	size = thirdOrder*b.reach + Normal95*b.stderr
	q := size / s
	if q > 0.25 {
		return 4 * size, false
	}
	m := (1 - math.Sqrt(1-4*q)) / (2 * q)
	return size * m * m, true
}
