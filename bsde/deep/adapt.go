package deep

import (
	"context"
	"errors"
	"math"

	"github.com/deepbsde/deepbsde/autodiff/parallel/ranks"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"github.com/deepbsde/deepbsde/bsde/network"
	"github.com/deepbsde/deepbsde/pde/grid"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/interp"
)

// The search for a grid: fits on few steps, each on the grid that the one before asks for.
const (
	adaptSteps  = 20
	adaptPasses = 6
	adaptPaths  = 1024
)

// kept is the share of the grid before in that of a round: at first a density may be far off.
var kept = [...]float64{0.5, 0.25, 0}

// Times are t_0 … t_N of the settings' adaptive grid. A step over which Z is kept constant, but for what
// Γ expects, leaves a mismatch of variance h E‖Z_{n+1} − Z_n − Γ_n ΔW_n‖². It is the same for all steps
// where they have the density
//
//	√(E‖Z_{n+1} − Z_n − Γ_n ΔW_n‖² / h)
//
// (equidistribution, de Boor 1973), with Z and Γ from a fit of the features on few steps and paths.
func (m Method) Times(ctx context.Context, p bsde.Problem, env bsde.Env) ([]float64, error) {
	eq, err := equation.Of(p)
	if err != nil {
		return nil, err
	}
	if eq.Random != nil {
		return nil, &bsde.SettingsError{Field: "grid", Reason: "adaptive knows one start, and the start is random; want uniform or graded"}
	}
	pilot := Method{Network: network.Features{}, Fit: LeastSquares, Passes: adaptPasses, PassPaths: 4096, Uncontrolled: !eq.UsesZ}
	set := env.Settings
	steps := min(set.Steps, adaptSteps)
	set.Iterations, set.Steps, set.Precision, set.StartPaths = adaptPasses, steps, "float32", min(set.StartPaths, adaptPaths)
	g := grid.Uniform(eq.Horizon, steps)
	for round := range kept {
		d, err := density(ctx, eq, pilot, bsde.Env{Settings: set, Pool: env.Pool}, g)
		if errors.Is(err, errNoFit) && g.Regular() {
			// Strong controls end near T in steps too long for them.
			g = grid.Graded(eq.Horizon, steps)
			d, err = density(ctx, eq, pilot, bsde.Env{Settings: set, Pool: env.Pool}, g)
		}
		if errors.Is(err, errNoFit) {
			break
		}
		if err != nil {
			return nil, err
		}
		if g, err = equidistributed(g, d, kept[round]); err != nil {
			return nil, err
		}
	}
	out, err := refined(g, env.Settings.Steps)
	if err != nil {
		return nil, err
	}
	return out.Times(), nil
}

var errNoFit = errors.New("the fit leaves every scale")

// density fits Z on a grid, and is that of the steps that it asks for.
func density(ctx context.Context, eq *equation.Equation, m Method, env bsde.Env, g *grid.Grid) ([]float64, error) {
	env.Settings.Times = g.Times()
	e, err := start[float32](ctx, eq, m, env)
	if err != nil {
		return nil, err
	}
	for i := 0; i < m.Passes && !e.Ended(); i++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		switch finite, err := e.GradientStep(i, 0); {
		case err != nil:
			return nil, err
		case !finite:
			return nil, errNoFit
		}
	}
	total := make([]float64, g.Steps())
	chunks := make([]changes, walk.Chunks(adaptPaths))
	err = e.pool.Share(len(chunks), func(c int) error {
		w := e.team.Take()
		defer e.team.Give(w)
		chunks[c] = changes{squares: make([]float64, g.Steps()), twist: w.Twist}
		if err := w.Begin(walk.ForFitCheck, 0, c*walk.ChunkRows, walk.ChunkRows, nil); err != nil {
			return err
		}
		return w.Follow(1, w.StartValues()[0], nil, &chunks[c])
	}, ranks.Each(chunks, 1))
	if err != nil {
		return nil, err
	}
	for _, c := range chunks {
		floats.Add(total, c.squares)
	}
	if last := len(total) - 1; last > 0 {
		total[last] = total[last-1] * g.Length(last) / g.Length(last-1) // Z at T is not that of a step
	}
	for n := range total {
		total[n] = math.Sqrt(total[n] / g.Length(n))
		if math.IsNaN(total[n]) || math.IsInf(total[n], 0) {
			return nil, errNoFit
		}
	}
	return total, nil
}

// changes sums ‖Z_{n+1} − Z_n − Γ_n ΔW_n‖² of a chunk of paths.
type changes struct {
	squares  []float64
	twist    func(out []float64) // adds Γ ΔW
	expected []float64           // Z of this step as the one before has it
}

// Observe adds the change since the step before.
func (c *changes) Observe(n int, _ float64, _, _, z []float64) error {
	if n > 0 {
		c.squares[n-1] += math.Pow(floats.Distance(z, c.expected, 2), 2)
	}
	c.expected = append(c.expected[:0], z...)
	c.twist(c.expected)
	return nil
}

// leastDensity is the part of the mean density that every step has at least.
const leastDensity = 0.5

// equidistributed is a grid of as many steps with a density that is known by steps of another one,
// mixed with a share of that.
func equidistributed(g *grid.Grid, density []float64, share float64) (*grid.Grid, error) {
	steps, mean := g.Steps(), 0.0
	for n, d := range density {
		mean += d * g.Length(n) / g.Horizon()
	}
	if mean == 0 { // Z does not change
		return g, nil
	}
	sums := make([]float64, steps+1)
	for n, d := range density {
		sums[n+1] = sums[n] + (d+leastDensity*mean)*g.Length(n)
	}
	return between(g, sums, func(k int, reach func(float64) float64) float64 {
		return (1-share)*reach(float64(k)/float64(steps)*sums[steps]) + share*g.Time(k)
	}, steps)
}

// refined is a grid of other steps with the density of one: its points lie on the line through those
// by number.
func refined(g *grid.Grid, steps int) (*grid.Grid, error) {
	numbers := make([]float64, g.Steps()+1)
	for n := range numbers {
		numbers[n] = float64(n)
	}
	return between(g, numbers, func(k int, reach func(float64) float64) float64 {
		return reach(float64(k) / float64(steps) * float64(g.Steps()))
	}, steps)
}

// between is a grid of the given steps whose inner times come from when increasing numbers at the points
// of another one reach a value, on the line through them.
func between(g *grid.Grid, increasing []float64, time func(k int, reach func(float64) float64) float64, steps int) (*grid.Grid, error) {
	var line interp.PiecewiseLinear
	if err := line.Fit(increasing, g.Times()); err != nil {
		return nil, err
	}
	times := make([]float64, steps+1)
	for k := 1; k < steps; k++ {
		times[k] = time(k, line.Predict)
	}
	times[steps] = g.Horizon()
	return grid.New(times)
}
