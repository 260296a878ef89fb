package problems

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/grid"
)

// Checked is one thing that Check looked at.
type Checked struct {
	What   string // such as "paths"
	Result string // what was found
}

const (
	checkedPaths  = 100
	checkedSteps  = 20
	checkedPoints = 100
	// residualBound is what DESIGN.md section 7 allows of the sum of the absolute terms;
	// a true solution leaves some 1e-12.
	residualBound = 1e-6
	mostResidual  = 2000 // dimension, as the residual needs a d×d matrix
)

// Check makes the member of the family and tries it without training: shapes and values
// at the start, simulated paths, and where there is an exact solution its residual in
// the equation and the terminal condition. The error is that of the first check that
// fails, for a problem file one with its place; what was checked before is returned too.
func (f *Family) Check(ctx context.Context, dim int, set map[string]float64) ([]Checked, error) {
	if f.IsControl() {
		return f.checkControl(ctx, dim, set)
	}
	p, err := f.Make(dim, set)
	if err != nil {
		return nil, err
	}
	list := []Checked{{"shapes", fmt.Sprintf("start, drift, diffusion, generator and terminal fit d = %d and are finite at the start", p.Dim)}}
	list = f.noteUnused(list)
	t, x, move, err := f.checkPaths(&p)
	if err != nil {
		return list, f.located(err)
	}
	how := "Euler's steps"
	switch {
	case move.Exact:
		how = "exact steps"
	case len(move.Roots) == p.Dim:
		how = "steps of square-root processes"
	case len(move.Roots) > 0:
		how = fmt.Sprintf("steps with %d of %d components square-root processes", len(move.Roots), p.Dim)
	}
	from := ""
	if p.RandomStart != nil {
		from = " from random starts"
	}
	list = append(list, Checked{"paths", fmt.Sprintf("%d paths of %d %s%s to T = %g, with f and g along them, are finite", checkedPaths, checkedSteps, how, from, p.Horizon)})
	if p.Obstacle != nil {
		return append(list, Checked{"exercise", exerciseInWords(&p)}), nil
	}
	if p.Exact == nil {
		return append(list, Checked{"solution", "none is given; with the key exact its residual would be checked"}), nil
	}
	if err := ctx.Err(); err != nil {
		return list, err
	}
	found, err := checkExact(&p, t, x)
	if err != nil {
		return list, f.located(err)
	}
	return append(list, found...), nil
}

// exerciseInWords is when the holder may stop.
func exerciseInWords(p *pde.Problem) string {
	if p.Exercise == nil {
		return "at every time step, for an obstacle that is finite on the paths"
	}
	last := p.Exercise[len(p.Exercise)-1]
	if len(p.Exercise) == 1 {
		return fmt.Sprintf("at one date, t = %.4g, for an obstacle that is finite on the paths", last)
	}
	return fmt.Sprintf("at %d dates from t = %.4g to %.4g, for an obstacle that is finite on the paths", len(p.Exercise), p.Exercise[0], last)
}

// checkPaths simulates the process and returns points on the paths, and their steps.
func (f *Family) checkPaths(p *pde.Problem) (times, points []float64, move *pde.Transition, err error) {
	d := p.Dim
	tr, err := p.Transition()
	if err != nil {
		return nil, nil, nil, err
	}
	t, x, y, z := expr.Input("t", 1), expr.Input("x", d), expr.Input("y", 1), expr.Input("z", d)
	gen, err := expr.Compile(p.GeneratorAt(t, x, y, z), t, x, y, z)
	if err != nil {
		return nil, nil, nil, err
	}
	terminal, err := expr.Compile(p.Terminal(x), x)
	if err != nil {
		return nil, nil, nil, err
	}
	var obstacle *expr.Func // nil: none
	if p.Obstacle != nil {
		if obstacle, err = expr.Compile(p.Obstacle(t, x), t, x); err != nil {
			return nil, nil, nil, err
		}
	}
	rng := rand.New(rand.NewPCG(1, uint64(d)))
	g := grid.Uniform(p.Horizon, checkedSteps)
	h := g.Length(0)
	paths := max(1, min(checkedPaths, 4_000_000/d))
	now, next := make([]float64, paths*d), make([]float64, paths*d)
	dw, extra := make([]float64, paths*d), make([]float64, paths*d*tr.Extra)
	if err := startPaths(p, rng, now); err != nil {
		return nil, nil, nil, err
	}
	fv, gv, ov, zero := make([]float64, paths), make([]float64, paths), make([]float64, paths), make([]float64, paths*d)
	for n := 0; ; n++ {
		time := g.Time(n)
		for i, v := range now {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				from := next[i/d*d : (i/d+1)*d] // the state before, if there is one
				return nil, nil, nil, &pde.Error{Problem: p.Name, Field: f.moving(p, time-h, from),
					Reason: fmt.Sprintf("component %d of a simulated path is %g at t = %.4g, after x = %s, want finite paths", i%d, v, time, few(from))}
			}
		}
		if err := terminal.Eval(paths, gv, now); err != nil {
			return nil, nil, nil, err
		}
		if err := gen.Eval(paths, fv, []float64{math.Min(time, p.Horizon)}, now, gv, zero); err != nil {
			return nil, nil, nil, err
		}
		if obstacle != nil {
			if err := obstacle.Eval(paths, ov, []float64{math.Min(time, p.Horizon)}, now); err != nil {
				return nil, nil, nil, err
			}
		}
		for r := range paths {
			field, v := "Terminal", gv[r]
			if !math.IsNaN(v) && !math.IsInf(v, 0) {
				field, v = "Generator", fv[r]
			}
			if !math.IsNaN(v) && !math.IsInf(v, 0) && obstacle != nil {
				field, v = "Obstacle", ov[r]
			}
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, nil, nil, &pde.Error{Problem: p.Name, Field: field,
					Reason: fmt.Sprintf("is %g on a simulated path at t = %.4g, x = %s, want a finite number (the generator with y = g(x), z = 0)", v, time, few(now[r*d:(r+1)*d]))}
			}
		}
		for k := range checkedPoints / checkedSteps { // some points of every time
			if r := (n*7 + k*13) % paths; n < checkedSteps {
				times = append(times, time)
				points = append(points, now[r*d:(r+1)*d]...)
			}
		}
		if n == checkedSteps {
			return times, points, tr, nil
		}
		for i := range dw {
			dw[i] = math.Sqrt(h) * rng.NormFloat64()
		}
		for i := range extra {
			extra[i] = rng.NormFloat64()
		}
		if err := tr.Step(time, h, paths, now, dw, extra, next); err != nil {
			return nil, nil, nil, err
		}
		now, next = next, now
	}
}

// startPaths fills in the states at which paths start.
func startPaths(p *pde.Problem, rng *rand.Rand, states []float64) error {
	d := p.Dim
	if p.RandomStart == nil {
		for r := 0; r < len(states); r += d {
			copy(states[r:], p.Start)
		}
		return nil
	}
	xi := expr.Input("xi", d)
	start, err := expr.Compile(p.RandomStart(xi), xi)
	if err != nil {
		return err
	}
	normals := make([]float64, len(states))
	for i := range normals {
		normals[i] = rng.NormFloat64()
	}
	return start.Eval(len(states)/d, states, normals)
}

// moving is the field that is to blame for a path that is not finite after (t, x): the
// drift where it is a formula, unless its value there is finite and that of σ is not.
func (f *Family) moving(p *pde.Problem, t float64, state []float64) string {
	if _, isFormula := p.Drift.(pde.DriftFunc); !isFormula {
		return "Diffusion"
	}
	time, x, dw := expr.Input("t", 1), expr.Input("x", p.Dim), expr.Input("dw", p.Dim)
	finite := func(v expr.Value) bool {
		g, err := expr.Compile(v, time, x, dw)
		if err != nil {
			return false
		}
		ones, out := slices.Repeat([]float64{1}, p.Dim), make([]float64, g.Width())
		err = g.Eval(1, out, []float64{t}, state, ones)
		return err == nil && !slices.ContainsFunc(out, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
	}
	if finite(p.Drift.At(time, x)) && !finite(p.Diffusion.Mul(time, x, dw)) {
		return "Diffusion"
	}
	return "Drift"
}

// few are the first components of a point.
func few(x []float64) string {
	var parts []string
	for _, v := range x[:min(len(x), 4)] {
		parts = append(parts, fmt.Sprintf("%.4g", v))
	}
	if len(x) > 4 {
		parts = append(parts, "…")
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

// checkExact puts the exact solution into the equation and the terminal condition.
func checkExact(p *pde.Problem, t, points []float64) ([]Checked, error) {
	d := p.Dim
	x := expr.Input("x", d)
	difference, err := expr.Compile(expr.Concat(p.Exact(expr.Const(p.Horizon), x), p.Terminal(x)), x)
	if err != nil {
		return nil, err
	}
	both := make([]float64, 2*len(t))
	if err := difference.Eval(len(t), both, points); err != nil {
		return nil, err
	}
	worst := 0.0
	for i := range t {
		u, g := both[2*i], both[2*i+1]
		off := math.Abs(u-g) / math.Max(math.Abs(u)+math.Abs(g), 1e-300)
		if !(off <= residualBound) {
			return nil, &pde.Error{Problem: p.Name, Field: "Exact", Reason: fmt.Sprintf(
				"is %.8g at t = T, x = %s, where the terminal condition is %.8g; want the same", u, few(points[i*d:(i+1)*d]), g)}
		}
		worst = math.Max(worst, off)
	}
	within := "to the bit"
	if worst > 0 {
		within = fmt.Sprintf("to a relative %.1e", worst)
	}
	list := []Checked{{"terminal", fmt.Sprintf("the exact solution at T is g at %d points of the paths, %s", len(t), within)}}
	if d > mostResidual {
		return append(list, Checked{"solution", fmt.Sprintf("the residual is not computed for d > %d; try a smaller --dim", mostResidual)}), nil
	}
	n := min(len(t), max(1, 100_000/(d*d)))
	stride := len(t) / n // over all times
	var some, at []float64
	for i := range n {
		some = append(some, t[i*stride])
		at = append(at, points[i*stride*d:(i*stride+1)*d]...)
	}
	r, s, err := pde.Residual(*p, p.Exact, some, at)
	if err != nil {
		return list, err
	}
	worst = 0
	for i := range r {
		if !(math.Abs(r[i]) <= residualBound*s[i]) {
			return list, &pde.Error{Problem: p.Name, Field: "Exact", Reason: fmt.Sprintf(
				"does not solve the equation: at t = %.4g, x = %s the terms leave %.3g of %.3g, the sum of their absolute values", some[i], few(at[i*d:(i+1)*d]), r[i], s[i])}
		}
		worst = math.Max(worst, math.Abs(r[i])/math.Max(s[i], 1e-300))
	}
	return append(list, Checked{"solution", fmt.Sprintf("the exact solution leaves %.1e of the equation's terms at %d points of the paths", worst, n)}), nil
}
