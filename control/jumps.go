package control

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/deepbsde/deepbsde/autodiff/expr"
)

const (
	jumpTrials  = 24   // segments that are searched for each function
	jumpPoints  = 64   // on each
	jumpHalving = 60   // of the interval where the function changes most
	jumpSize    = 1e-6 // of the range of the function on the segment: less is slope
	jumpDigits  = 1e-9 // of its size: less is rounding
)

// Jumps tells where a cost or the next state jumps in the state or the action, one sentence
// for each function that was seen to, with the height of the jump. The gradient along paths
// does not see jumps. Only functions with conditions, comparisons or roundings of x or a are
// looked at; the search runs along random lines through the given states and all actions, and
// may miss a jump, but finds none where there is none.
func (d *Discrete) Jumps(states [][]float64) (list []string, err error) {
	t, x, a, w := expr.Input("t", 1), expr.Input("x", d.StateDim), expr.Input("a", d.ActionDim), expr.Input("w", d.Noises())
	acted := d.Admit(t, x, a) // a is the raw action
	s := &jumpSearch{d: d, states: states, rng: rand.New(rand.NewPCG(5, 7))}
	moves := "drift or noise"
	if d.Stages > 0 {
		moves = "transition"
	}
	running := expr.Const(0)
	if d.RunningCost != nil {
		running = d.RunningCost(t, x, acted)
	}
	for _, f := range []struct {
		name string
		out  expr.Value
	}{{"running cost", running}, {"terminal cost", d.Final(x)}, {moves, d.Next(0, t, x, acted, w)}} {
		nodes, err := expr.Nodes(f.out, t, x, a, w)
		if err != nil {
			return nil, err
		}
		if !switches(nodes) {
			continue
		}
		if s.f, err = expr.Compile(f.out, t, x, a, w); err != nil {
			return nil, err
		}
		if height := s.search(); height > 0 {
			list = append(list, fmt.Sprintf("the %s jumps by %.3g", f.name, height))
		}
	}
	return list, nil
}

// switches tells whether a list of operations has one that is constant but for jumps, of
// inputs other than the time.
func switches(nodes []expr.Node) bool {
	moving := make([]bool, len(nodes))
	for input := 1; input < 4; input++ {
		for i, yes := range expr.Depends(nodes, input, false) {
			moving[i] = moving[i] || yes
		}
	}
	for i, n := range nodes {
		flat := n.Op == expr.OpSelect && moving[n.Args[0]] ||
			n.Op == expr.OpBinary && !n.Bin.Differentiable() ||
			n.Op == expr.OpUnary && (n.Unary.Fn == expr.Sign || n.Unary.Fn == expr.Floor)
		if flat && moving[i] {
			return true
		}
	}
	return false
}

// jumpSearch looks for jumps of a function of (t, x, raw action, w).
type jumpSearch struct {
	d      *Discrete
	states [][]float64
	rng    *rand.Rand
	f      *expr.Func
}

// end is an end of a segment.
type end struct{ x, raw, w []float64 }

func (s *jumpSearch) end(spread float64) end {
	normals := func(n int, size float64) []float64 {
		v := make([]float64, n)
		for i := range v {
			v[i] = size * s.rng.NormFloat64()
		}
		return v
	}
	return end{s.states[s.rng.IntN(len(s.states))], normals(s.d.ActionDim, spread), normals(s.d.Noises(), 1)}
}

// search is the height of the largest jump on some segments, 0 for none: in the action alone
// near its centre and out to its bounds, and in all.
func (s *jumpSearch) search() (highest float64) {
	for trial := range jumpTrials {
		t := s.d.Time(s.rng.IntN(s.d.Steps))
		spread := [...]float64{1, 8, 40}[trial%3]
		from, to := s.end(spread), s.end(spread)
		if trial%2 == 0 {
			to.x, to.w = from.x, from.w
		}
		highest = math.Max(highest, s.along(t, from, to))
	}
	return highest
}

// along is the height of a jump between two ends, 0 for none.
func (s *jumpSearch) along(t float64, from, to end) float64 {
	width := s.f.Width()
	at := func(share float64) []float64 {
		mix := func(a, b []float64) []float64 {
			v := make([]float64, len(a))
			for i := range v {
				v[i] = a[i] + share*(b[i]-a[i])
			}
			return v
		}
		out := make([]float64, width)
		if s.f.Eval(1, out, []float64{t}, mix(from.x, to.x), mix(from.raw, to.raw), mix(from.w, to.w)) != nil {
			return nil
		}
		return out
	}
	apart := func(a, b []float64) (most float64) {
		for i := range a {
			most = math.Max(most, math.Abs(a[i]-b[i]))
		}
		return most
	}
	lo, hi, most, spread := 0.0, 0.0, 0.0, 0.0
	first := at(0)
	for k, before := 1, first; k <= jumpPoints; k++ {
		now := at(float64(k) / jumpPoints)
		if by := apart(before, now); by > most {
			lo, hi, most = float64(k-1)/jumpPoints, float64(k)/jumpPoints, by
		}
		spread = math.Max(spread, apart(first, now))
		before = now
	}
	for range jumpHalving {
		middle := (lo + hi) / 2
		if middle <= lo || middle >= hi {
			break
		}
		a, b := at(lo), at(hi)
		if m := at(middle); apart(a, m) > apart(m, b) {
			hi = middle
		} else {
			lo = middle
		}
	}
	size := apart(at(lo), make([]float64, width))
	if height := apart(at(lo), at(hi)); height > math.Max(jumpSize*spread, jumpDigits*size) && !math.IsInf(height, 1) {
		return height
	}
	return 0
}
