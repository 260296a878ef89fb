package cost

import (
	"context"
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/pde/grid"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

// stepPaths are those on which a policy is tried with shorter steps at first, and mostStepShare the
// part of all paths that they may become until their noise is that of the cost, or stepNoise of it,
// mostStepPaths at most. A
// purpose of their own keeps their noise apart, and that of the states that are looked at.
const (
	stepPaths       = 1024
	mostStepShare   = 8
	mostStepPaths   = 4096
	stepNoise       = 1e-3
	purposeOfSteps  = 1 << 16
	purposeOfStates = 1<<16 + 1
	purposeOfLoss   = 1<<16 + 2
)

// slowest is by how much a difference of levels must shrink with half the step to be one of those
// whose sum is known: 2 for an error of first order, √2 for one of order ½.
const slowest = 1.3

// finer are the levels: so many steps in place of one.
var finer = [4]int{1, 2, 4, 8}

// onSteps is a policy on a grid of so many times the steps: it acts as in the long step.
type onSteps struct {
	control.Policy
	finer int
}

// Act is that of the long step, in the state and at the time as they are.
func (o onSteps) Act(n int, t float64, rows int, x, a []float64) error {
	return o.Policy.Act(n/o.finer, t, rows, x, a)
}

// steps takes what shorter steps do to the cost into the value: the policy is tried on h, h/2, h/4 and
// h/8 with the same noise, less the variate with the matrices q where there is one. With the differences
// D₁, D₂, D₃ of their costs an error of first and second order changes the cost by
//
//	D₁ + 2/3 D₂ + 8/3 D₃
//
// The error that this leaves is its distance from D₁ + D₂ + 2 D₃, without the second order, or
// from where the differences go if they shrink by D₃/D₂ from then on, whichever is farther. Where
// they do not shrink the levels are not asymptotic: the value is that of the shortest steps, the error
// twice what they have changed.
func (p policy) steps(ctx context.Context, e *estimate.Estimate, q [][]float64, doubt func(estimate.Kind, string, ...any)) (asymptotic bool, _ error) {
	l, err := p.levels(ctx, stepPaths, q)
	if err != nil {
		return false, err
	}
	_, noise := l.mean(extrapolation)
	enough := math.Max(e.StdErr, stepNoise*math.Abs(e.Value))
	if most := min(e.Paths/mostStepShare, mostStepPaths); noise > enough && most > stepPaths {
		if l, err = p.levels(ctx, int(math.Min(float64(most), stepPaths*math.Pow(noise/enough, 2))), q); err != nil {
			return false, err
		}
	}
	shift, noise := l.mean(extrapolation)
	if math.IsNaN(shift+noise) || math.IsInf(shift+noise, 0) {
		e.Value, e.StdErr, e.DiscretizationError = math.NaN(), math.NaN(), math.NaN()
		doubt(estimate.StepUnknown, "the cost on shorter steps is not finite")
		return false, nil
	}
	if noise > negligible*math.Abs(e.Value) && len(e.Reasons) == 0 {
		if few := estimate.FewDecide(l.each(extrapolation)); few != "" {
			doubt(estimate.HeavyTails, "of the time step's error, %s", few)
		}
	}
	var by, noises [3]float64
	for k := range by {
		var one [3]float64
		one[k] = 1
		by[k], noises[k] = l.mean(one)
	}
	first, _ := l.mean([3]float64{1, 1, 2})
	left := math.Abs(shift - first)
	if ratio := by[2] / by[1]; math.Abs(by[2]) > 3*noises[2] && ratio > 0 {
		ratio = math.Min(ratio, 1/slowest)
		left = math.Max(left, math.Abs(by[0]+by[1]+by[2]/(1-ratio)-shift))
	}
	asymptotic = true
	for k := range 2 {
		if math.Abs(by[k+1]) > math.Abs(by[k])/slowest+3*math.Hypot(noises[k], noises[k+1]) {
			asymptotic = false
			shift, noise = l.mean([3]float64{1, 1, 1})
			left = 2 * math.Max(math.Abs(shift), math.Max(math.Abs(by[1]+by[2]), math.Abs(by[2])))
			if left > largeStep*math.Abs(e.Value) {
				doubt(estimate.NotAsymptotic, "half the step changes the cost by %.2g, half of that by %.2g, half of that by %.2g", by[0], by[1], by[2])
			}
			break
		}
	}
	e.Value, e.StdErr, e.DiscretizationError = e.Value+shift, math.Hypot(e.StdErr, noise), left
	return asymptotic, nil
}

// extrapolation are the coefficients of the three differences.
var extrapolation = [3]float64{1, 2. / 3, 8. / 3}

// levels are the costs of pairs on each level, less the variate.
type levels [len(finer)][]float64

func (p policy) levels(ctx context.Context, paths int, q [][]float64) (l levels, err error) {
	for i, parts := range finer {
		d, err := p.Problem.On(refined(p.Problem.Grid, parts))
		if err != nil {
			return l, err
		}
		var v *control.Variate
		if q != nil {
			if v, err = d.Variate(split(q, parts)); err != nil {
				return l, err
			}
		}
		o, err := control.Simulate(context.WithoutCancel(ctx), d, onSteps{p.Policy, parts}, control.Simulation{
			Paths: paths, Seed: p.Seed, Purpose: uint64(walk.ForEstimate) + purposeOfSteps, Workers: p.Workers,
			Finer: finer[len(finer)-1] / parts, Variate: v,
		})
		if err != nil {
			return l, err
		}
		if l[i] = o.Pairs; v != nil {
			floats.Sub(l[i], o.Followed)
		}
	}
	return l, nil
}

// split are the matrices of the variate on a grid with every step in so many parts: the noise of a
// part is as much less as it is shorter, and Q_n with it.
func split(q [][]float64, parts int) (list [][]float64) {
	for _, from := range q {
		part := make([]float64, len(from))
		floats.AddScaled(part, 1/math.Sqrt(float64(parts)), from)
		for range parts {
			list = append(list, part)
		}
	}
	return list
}

// each is the sum of the three differences with some coefficients, for every pair.
func (l *levels) each(coefficients [3]float64) []float64 {
	list := make([]float64, len(l[0]))
	for i := range list {
		for k, c := range coefficients {
			list[i] += c * (l[k+1][i] - l[k][i])
		}
	}
	return list
}

// mean is that of each, with its standard error.
func (l *levels) mean(coefficients [3]float64) (mean, stderr float64) {
	list := l.each(coefficients)
	mean, std := stat.MeanStdDev(list, nil)
	return mean, std / math.Sqrt(float64(len(list)))
}

// refined is a grid with every step in so many parts.
func refined(g *grid.Grid, parts int) *grid.Grid {
	if parts == 1 {
		return g
	}
	if g.Regular() {
		return grid.Uniform(g.Horizon(), parts*g.Steps())
	}
	times := []float64{0}
	for n := range g.Steps() {
		for k := 1; k < parts; k++ {
			times = append(times, g.Time(n)+float64(k)/float64(parts)*g.Length(n))
		}
		times = append(times, g.Time(n+1))
	}
	fine, err := grid.New(times)
	if err != nil {
		panic(fmt.Sprintf("estimate: a grid with halved steps: %v", err)) // its times grow as those of g do
	}
	return fine
}
