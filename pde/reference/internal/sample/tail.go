package sample

import (
	"fmt"
	"math"
	"slices"
)

// Kept is the largest number of values that Trust is given: enough to judge a tail by.
const Kept = 1 << 20

// Blind is what no statistic of a sample can exclude, for the source of a value.
const Blind = "a rare large value that no path had would not show"

// heaviest is the shape of a tail from which on the variance is infinite: |v| beyond y has
// a probability like y^(−1/shape).
const heaviest = 0.5

// share is what the largest 0.1 % carry of the sum of squares where the tail matters: 1.3 %
// for normal numbers, a third for lognormal ones exp(ξ).
const share = 0.3

// fewest is the number of values that must make up the variance for it to be known at all.
const fewest = 10

// Trust tells why the standard error of a mean of independent values cannot be trusted;
// nil where nothing speaks against it. It sees the values and no more: a rare large one
// that is not among them leaves no trace.
//
//   - (Σd²)²/Σd⁴ for the deviations d is the number of values that make up the variance,
//     which must not hang on a few, 10 or one in a hundred of a small sample.
//   - A generalised Pareto law fitted to the largest 3√n of the |d| must have a finite
//     variance, unless the largest carry little of it, as where values come in clusters.
//     Unlike Hill's estimator the fit looks at excesses over a threshold, so that a payoff
//     that begins there has no heavy tail.
//
// Source: Zhang, Stephens, A new and efficient estimation method for the generalized
// Pareto distribution, Technometrics 51 (2009); Vehtari, Simpson, Gelman, Yao, Gabry,
// Pareto smoothed importance sampling, J. Mach. Learn. Res. 25 (2024), for the fit as a
// test of means.
func Trust(values []float64) error {
	d := deviations(values)
	if d == nil {
		return nil
	}
	squares, fourths := 0.0, 0.0
	for _, v := range d {
		r := v / d[len(d)-1]
		squares, fourths = squares+r*r, fourths+r*r*r*r
	}
	if n := squares * squares / fourths; n < min(fewest, float64(len(d))/100) {
		return fmt.Errorf("the standard error hangs on %.2g of %d values; %s, and a rare large value may be missing", n, len(d), carry(carried(d, 2)))
	}
	return heavy(d)
}

// Heavy is Trust by the tail alone.
func Heavy(values []float64) error {
	if d := deviations(values); d != nil {
		return heavy(d)
	}
	return nil
}

// deviations are the distances from the mean, sorted; nil where they are rounding.
func deviations(values []float64) []float64 {
	var all Moments
	for _, v := range values {
		all.Add(v)
	}
	if all.M2 <= 1e-24*all.N*all.Mean*all.Mean {
		return nil
	}
	d := make([]float64, len(values))
	for i, v := range values {
		d[i] = math.Abs(v - all.Mean)
	}
	slices.Sort(d)
	return d
}

// heavy is the error of sorted deviations with a heavy tail.
func heavy(d []float64) error {
	top := carried(d, 2)
	if shape := tailShape(d); shape > heaviest && top > share {
		return fmt.Errorf("the variance of the values is infinite or too large to be known: beyond y they have a probability like y^−%.2g, want y^−2 or less; %s", 1/shape, carry(top))
	}
	return nil
}

func carry(top float64) string {
	return fmt.Sprintf("the largest 0.1 %% carry %.0f %% of the sum of squares", 100*top)
}

// Largest is the share of the largest 0.1 % of some numbers ≥ 0 in their sum.
func Largest(values []float64) float64 {
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	return carried(sorted, 1)
}

// carried is the share of the largest 0.1 % of some sorted values in the sum of their
// powers.
func carried(d []float64, power float64) float64 {
	top, sum := 0.0, 0.0
	first := len(d) - max(1, len(d)/1000)
	for i, v := range d {
		r := math.Pow(v/d[len(d)-1], power)
		sum += r
		if i >= first {
			top += r
		}
	}
	return top / sum
}

// tailShape is the shape of the generalised Pareto law of the largest 3√n of n sorted
// numbers, by the estimator of Zhang and Stephens; −∞ where there are too few above the
// threshold.
func tailShape(d []float64) float64 {
	n := len(d)
	m := min(n/5, int(3*math.Sqrt(float64(n))))
	threshold := d[n-m-1]
	var x []float64 // excesses, sorted
	for _, v := range d[n-m:] {
		if v > threshold*(1+1e-12) {
			x = append(x, v-threshold)
		}
	}
	if len(x) < 2*fewest {
		return math.Inf(-1)
	}
	count := float64(len(x))
	largest, quartile := x[len(x)-1], x[int(count/4+0.5)-1]
	shape := func(theta float64) (k float64) {
		for _, v := range x {
			k += math.Log1p(-theta * v)
		}
		return k / count
	}
	grid := 20 + int(math.Sqrt(count))
	thetas, likelihood, top := make([]float64, grid), make([]float64, grid), math.Inf(-1)
	for j := range thetas {
		t := 1/largest + (1-math.Sqrt(float64(grid)/(float64(j)+0.5)))/(3*quartile)
		k := shape(t)
		thetas[j], likelihood[j] = t, count*(math.Log(-t/k)-k-1)
		if t == 0 {
			likelihood[j] = math.Inf(-1)
		}
		top = math.Max(top, likelihood[j])
	}
	weight, theta := 0.0, 0.0
	for j, l := range likelihood {
		if w := math.Exp(l - top); !math.IsNaN(w) {
			weight, theta = weight+w, theta+w*thetas[j]
		}
	}
	return shape(theta / weight)
}
