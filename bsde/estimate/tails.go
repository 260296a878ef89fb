package estimate

import (
	"fmt"
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/autodiff/parallel/ranks"
	"github.com/deepbsde/deepbsde/autodiff/random"
	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// fewest paths that may decide a variance: with the 4th moment of n_e equal contributions its
// relative standard error is 1/√n_e.
const fewestDeciding = 30

// manyDeciding paths leave no doubt about their variance.
const manyDeciding = 200

// fewestRanked is the number of the largest deviations that tell how they decay, within a
// fifth. Farther in the network may have learnt g, and the tail look lighter than it is.
const fewestRanked = 20

// FewDecide is heavy for values whose mean is asked for.
func FewDecide(values []float64) string { return heavy(values) }

// heavy tells in words that few of the mismatches decide their mean and its standard error, ""
// where they do not: (Σδ²)²/Σδ⁴ is the number of paths that share the variance, and the
// largest deviations, 20 or 40 and so on, shrink so slowly with their rank (Hill 1975) that the
// variance does not exist.
func heavy(delta []float64) string {
	mean := stat.Mean(delta, nil)
	dev := make([]float64, len(delta))
	two, four := 0.0, 0.0
	for i, v := range delta {
		dev[i] = math.Abs(v - mean)
		sq := dev[i] * dev[i]
		two, four = two+sq, four+sq*sq
	}
	if two == 0 {
		return ""
	}
	deciding := two * two / four
	if n := float64(len(delta)); deciding < math.Min(fewestDeciding, n/8) {
		return fmt.Sprintf("%.0f of %d paths share the variance", deciding, len(delta))
	}
	if deciding > manyDeciding {
		return ""
	}
	slices.Sort(dev)
	for top := fewestRanked; top <= max(len(dev)/200, fewestRanked) && 2*top <= int(deciding); top *= 2 {
		last := dev[len(dev)-top-1:]
		hill := 0.0
		for _, v := range last[1:] {
			hill += math.Log(v / last[0])
		}
		if index := float64(top) / hill; index < 2 {
			return fmt.Sprintf("the largest %d deviations decay like a power %.2g, which has no variance", top, index)
		}
	}
	return ""
}

// farther is how many times as far from the mean as the paths go g is looked at.
const farther = 10

// unseen tells whether g, the same number on all paths, is another one farther out: then no path
// has seen what it pays for.
func (e *engine[T]) unseen() (bool, error) {
	eq := e.Eq
	if !equation.DependsOn(eq.GList, 0, false)[len(eq.GList)-1] {
		return false, nil
	}
	const rows = 1024
	last := e.Grid.Steps() - 1
	x, g := make([]float64, rows*eq.Dim), make([]float64, rows)
	s := random.Stream{Key: random.Key(e.Seed, uint64(walk.ForCurvature)), Batch: 1 << 20}
	s.Normals(x, farther)
	for i := range x {
		j := i % eq.Dim
		if spread := e.Scales.InvStd[last][j]; spread > 0 {
			x[i] /= spread
		} else {
			x[i] = 0
		}
		x[i] += e.Scales.Mean[last][j]
	}
	if err := eq.G.Eval(rows, g, x); err != nil {
		return false, err
	}
	for _, v := range g {
		if v != g[0] && v == v {
			return true, nil
		}
	}
	return false, nil
}

// noMean tells in words that a few of the terminal values decide their mean, and fall off so slowly that it does not exist
// as far as they show: then the event that they pay for is still beyond the paths, also where a fit has met those
// that were seen.
func noMean(g []float64) string {
	size := make([]float64, len(g))
	for i, v := range g {
		size[i] = math.Abs(v)
	}
	sum, squares := floats.Sum(size), floats.Dot(size, size)
	if sum == 0 || len(size) <= fewestRanked || sum*sum/squares >= fewestDeciding {
		return ""
	}
	slices.Sort(size)
	last := size[len(size)-fewestRanked-1:]
	if last[0] == 0 {
		return fmt.Sprintf("g is 0 on all but %d paths at most", fewestRanked)
	}
	hill := 0.0
	for _, v := range last[1:] {
		hill += math.Log(v / last[0])
	}
	if index := fewestRanked / hill; index*(1+2/math.Sqrt(fewestRanked)) < 1 {
		return fmt.Sprintf("the largest %d values of g decay like a power %.2g, which has no mean", fewestRanked, index)
	}
	return ""
}

// leastCurvature is the largest a > 0 with which
//
//	sign·(f(t, x, y, z) − f(t, x, y, 0)) ≥ ½ a ‖z‖²
//
// at states of uncontrolled paths and z of the size of Z, as far as these show, of an f without y; 0 where there is none.
func (e *engine[T]) leastCurvature(pilot *walk.Pilot, sign float64) (a float64, err error) {
	const rows, sizes = walk.ChunkRows, 4
	d, s := e.Eq.Dim, random.Stream{Key: random.Key(e.Seed, uint64(walk.ForCurvature)), Batch: 2 << 20}
	z, none, y := make([]float64, rows*d), make([]float64, rows*d), make([]float64, rows)
	f, f0 := make([]float64, rows), make([]float64, rows)
	a = math.Inf(1)
	err = pilot.Along(walk.ForCurvature, 0, rows, func(n int, x, _ []float64) error {
		if n == e.Grid.Steps() {
			return nil
		}
		t := []float64{e.Grid.Time(n)}
		if err := e.Eq.F.Eval(rows, f0, t, x, y, none); err != nil {
			return err
		}
		for k := range sizes {
			s.Batch++
			s.Normals(z, e.Scales.Z*math.Pow(4, float64(k)-1.5))
			if err := e.Eq.F.Eval(rows, f, t, x, y, z); err != nil {
				return err
			}
			for r := range rows {
				row := z[r*d : (r+1)*d]
				a = math.Min(a, 2*sign*(f[r]-f0[r])/floats.Dot(row, row))
			}
		}
		return nil
	})
	if !(a > 0) || math.IsInf(a, 1) {
		a = 0
	}
	return a, err
}

// seldom is the probability with which missed says what is not so, where the comparison holds.
const seldom = 1e-3

// missedNumbers is the most components of states of paths on which missed looks, a small part of the work of an estimate.
const missedNumbers = 1 << 20

// missed tells in words that controlled paths do not go where others see a better value, "" where they do. With
// f − f(z = 0) ≤ −½ a ‖z‖² comparison gives
//
//	u ≤ −(1/a) ln E exp(−a (g(X_T) + ∫ f(t, X, 0) dt))
//
// on uncontrolled paths, and the other way round. A mean of positive numbers that k of them carry is seldom more than k/γ times what
// it estimates, with the quantile γ of the gamma distribution of shape k. Paths that follow a Z which has not learnt a region stay away from it, and all
// their errors are small.
func (e *engine[T]) missed(from *walk.Origin, paths int, interval [2]float64) (string, error) {
	eq := e.Eq
	if !eq.Curved || eq.UsesY || from.T > 0 {
		return "", nil
	}
	own := *eq
	own.Start, own.Random, own.RandomStart = from.X, nil, nil // one point, whatever the training began from
	pilot := &walk.Pilot{Eq: &own, Grid: e.Grid, Seed: e.Seed, Pool: e.pool}
	for _, sign := range []float64{-1, 1} {
		a, err := e.leastCurvature(pilot, sign)
		if err != nil {
			return "", err
		}
		if a == 0 {
			continue
		}
		paths := min(paths, max(missedNumbers/eq.Dim, walk.ChunkRows))
		exponents := make([]float64, paths)
		err = e.pool.Share(walk.Chunks(paths), func(c int) error {
			first := c * walk.ChunkRows
			rows := min(walk.ChunkRows, paths-first)
			v, err := pilot.Terminal(walk.ForCurvature, first, rows, make([]float64, rows), func(int, []float64, []float64) error { return nil })
			copy(exponents[first:], v)
			return err
		}, ranks.Each(exponents, walk.ChunkRows))
		if err != nil {
			return "", err
		}
		floats.Scale(sign*a, exponents)
		most := floats.Max(exponents)
		for i, v := range exponents {
			exponents[i] = math.Exp(v - most)
		}
		sum := floats.Sum(exponents)
		share := sum * sum / floats.Dot(exponents, exponents) // so many that carry the sum
		least := sum / float64(paths) * distuv.Gamma{Alpha: share, Beta: 1}.Quantile(seldom) / share
		if bound := sign * (math.Log(least) + most) / a; sign < 0 && interval[0] > bound || sign > 0 && interval[1] < bound {
			return fmt.Sprintf("without control they show that u is at %s %.6g", map[bool]string{true: "least", false: "most"}[sign > 0], bound), nil
		}
	}
	return "", nil
}
