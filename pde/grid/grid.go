// Package grid holds the time grids on which equations and control problems are
// solved: times 0 = t_0 < … < t_N = T and the lengths of the steps between them.
package grid

import (
	"fmt"
	"math"
	"slices"
)

// Grid is a division of [0, T] into N steps. It does not change once made, and may be
// used from several goroutines.
type Grid struct {
	times   []float64 // t_0 … t_N
	lengths []float64 // h_0 … h_{N−1}
	points  []float64 // t_0 … t_{N−1}, each rounded once
	horizon float64
	regular bool
}

// Adaptive is the kind of grid whose times a method finds itself.
const Adaptive = "adaptive"

// Names are the kinds of grids that Named knows, the default first.
var Names = []string{"uniform", "graded", Adaptive}

// Named is the grid of the given kind ("": uniform) with n steps up to the horizon. That of the kind
// Adaptive is uniform, as long as its times are not known.
func Named(kind string, horizon float64, n int) (*Grid, error) {
	if !(horizon > 0) || math.IsInf(horizon, 1) || n < 1 {
		return nil, fmt.Errorf("grid of %d steps up to %g, want at least one step and a positive finite horizon", n, horizon)
	}
	switch kind {
	case "", "uniform", Adaptive:
		return Uniform(horizon, n), nil
	case "graded":
		return Graded(horizon, n), nil
	}
	return nil, fmt.Errorf("unknown grid %q, want uniform, graded or adaptive", kind)
}

// Uniform is the grid of n ≥ 1 steps of the length T/n.
func Uniform(horizon float64, n int) *Grid {
	h := horizon / float64(n)
	g := &Grid{horizon: horizon, regular: true, times: make([]float64, n+1), lengths: make([]float64, n), points: make([]float64, n)}
	for k := range n {
		g.times[k], g.lengths[k] = float64(k)*h, h
		g.points[k] = horizon * float64(k) / float64(n)
	}
	g.times[n] = float64(n) * h
	return g
}

// Stages is the grid of discrete time: n steps of length 1 from stage 0 on.
func Stages(n int) *Grid { return Uniform(float64(n), n) }

// Graded is the grid of n ≥ 1 steps up to a positive finite horizon T with
//
//	t_k = T (1 − (1 − k/n)²)
//
// whose steps shrink linearly towards T: for terminal functions with kinks, near which
// Z = σᵀ∇u changes fast shortly before T (Gobet, Makhlouf 2010, with θ = 1/2).
func Graded(horizon float64, n int) *Grid {
	times := make([]float64, n+1)
	for k := range times {
		left := 1 - float64(k)/float64(n)
		times[k] = horizon * (1 - left*left)
	}
	g, err := New(times)
	if err != nil {
		panic(err) // see Named, which checks
	}
	return g
}

// New is the grid of the given times t_0 … t_N, which begin at 0 and increase.
func New(times []float64) (*Grid, error) {
	n := len(times) - 1
	if n < 1 || times[0] != 0 {
		return nil, fmt.Errorf("grid of the times %v, want at least two, the first 0", times)
	}
	g := &Grid{times: append([]float64(nil), times...), lengths: make([]float64, n), horizon: times[n]}
	g.points = g.times[:n]
	for k := range n {
		if g.lengths[k] = times[k+1] - times[k]; !(g.lengths[k] > 0) || math.IsInf(g.lengths[k], 1) {
			return nil, fmt.Errorf("grid with t_%d = %g after t_%d = %g, want finite times that increase", k+1, times[k+1], k, times[k])
		}
	}
	return g, nil
}

// Steps is N.
func (g *Grid) Steps() int { return len(g.lengths) }

// Horizon is T.
func (g *Grid) Horizon() float64 { return g.horizon }

// Regular tells whether all steps have the same length.
func (g *Grid) Regular() bool { return g.regular }

// Time is t_n, 0 ≤ n ≤ N, where the steps before it end: n·h on a uniform grid, which
// may differ from n·T/N in the last digit. Walks along the grid use it.
func (g *Grid) Time(n int) float64 { return g.times[n] }

// Times are t_0 … t_N, a copy.
func (g *Grid) Times() []float64 { return slices.Clone(g.times) }

// Point is t_n, 0 ≤ n < N, rounded once: n·T/N on a uniform grid, for what does not walk,
// such as the constants of a graph.
func (g *Grid) Point(n int) float64 { return g.points[n] }

// Length is h_n = t_{n+1} − t_n.
func (g *Grid) Length(n int) float64 { return g.lengths[n] }

// Left is T − t_n, the time left after the first n steps.
func (g *Grid) Left(n int) float64 {
	if g.regular {
		return float64(len(g.lengths)-n) * g.lengths[0]
	}
	return g.horizon - g.times[n]
}

// Equal tells whether two grids have the same steps.
func (g *Grid) Equal(o *Grid) bool {
	return slices.Equal(g.times, o.times) && slices.Equal(g.lengths, o.lengths)
}

// Step is the number n of the step with t_n ≤ t < t_{n+1}; that of the last one from
// t_{N−1} on, and 0 for t < 0.
func (g *Grid) Step(t float64) int {
	n := len(g.lengths)
	if g.regular {
		return min(max(int(math.Floor(t/g.lengths[0])), 0), n-1)
	}
	for k := n - 1; k > 0; k-- {
		if g.times[k] <= t {
			return k
		}
	}
	return 0
}

// At is the number n of the point t_n that t is, up to rounding; ok is false where t is
// no point of the grid.
func (g *Grid) At(t float64) (n int, ok bool) {
	n = g.Step(t)
	h := g.lengths[n]
	if math.Abs(g.times[n+1]-t) < math.Abs(t-g.times[n]) {
		n++
	}
	return n, math.Abs(t-g.times[n]) <= 1e-9*h
}
