package linearquadratic

import (
	"math"
	"math/rand/v2"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/pde"
)

// mostFound bounds what Find reads: d, m and the noise, each.
const mostFound = 1000

const digits = 1e-9 // of the sum of the absolute terms, above the rounding of sums of 10⁵ terms

const oneMoreState = "what is constant or linear in it can be written with one more state, constant at 1"

// Find proves from the operations of its functions that a problem is linear-quadratic with
// constant coefficients, and reads the matrices off at the unit vectors. The error of
// another problem, a *pde.Error, names the function whose operations do not show that.
// Every component of the noise must be additive or multiplicative, not both.
func Find(p *control.Problem) (*Form, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	d, m, k := p.StateDim, p.ActionDim, p.Noises()
	switch {
	case p.Maximize:
		return nil, pde.Errorf(p.Name, "Maximize", nil, "is set: a linear-quadratic problem minimises; write the rewards as costs, with the other sign")
	case p.Actions != nil:
		return nil, pde.Errorf(p.Name, "Actions", nil, "are given: the optimal action of a linear-quadratic problem is unbounded")
	case len(p.Constraints) > 0:
		return nil, pde.Errorf(p.Name, "Constraints", nil, "are given: a linear-quadratic problem has none")
	case p.RandomStart != nil:
		return nil, pde.Errorf(p.Name, "RandomStart", nil, "is given: set it to nil, and StartFactor of the result")
	case max(d, m, k) > mostFound:
		return nil, pde.Errorf(p.Name, "StateDim", nil, "is %d, with %d actions and noise of %d components; matrices are read off functions up to %d of each", d, m, k, mostFound)
	}
	f, err := newFinder(p)
	if err != nil {
		return nil, err
	}
	if err := f.prove(); err != nil {
		return nil, err
	}
	l := &Form{Name: p.Name, Start: p.Start, Horizon: p.Horizon, Stages: p.Stages}
	if err := f.dynamics(l); err != nil {
		return nil, err
	}
	return l, f.costs(l)
}

// finder evaluates the functions of a problem.
type finder struct {
	p       *control.Problem
	d, m, k int
	rng     *rand.Rand
	moves   string // the field of the dynamics, for messages
	next    *expr.Func
	cost    *expr.Func // nil: 0
	final   *expr.Func
}

func newFinder(p *control.Problem) (*finder, error) {
	f := &finder{p: p, d: p.StateDim, m: p.ActionDim, k: p.Noises(), rng: rand.New(rand.NewPCG(3, 4)), moves: "Drift"}
	if p.Stages > 0 {
		f.moves = "Transition"
	}
	t, x, a, w := expr.Input("t", 1), expr.Input("x", f.d), expr.Input("a", f.m), expr.Input("w", f.k)
	var err error
	if f.next, err = expr.Compile(motion(p, t, x, a, w), t, x, a, w); err != nil {
		return nil, pde.Errorf(p.Name, f.moves, err, "the expression is wrong")
	}
	if p.RunningCost != nil {
		if f.cost, err = expr.Compile(p.RunningCost(t, x, a), t, x, a); err != nil {
			return nil, pde.Errorf(p.Name, "RunningCost", err, "the expression is wrong")
		}
	}
	if p.TerminalCost != nil {
		if f.final, err = expr.Compile(p.TerminalCost(x), x); err != nil {
			return nil, pde.Errorf(p.Name, "TerminalCost", err, "the expression is wrong")
		}
	}
	return f, nil
}

// motion is b + s·w, or the next state in discrete time.
func motion(p *control.Problem, t, x, a, w expr.Value) expr.Value {
	if p.Stages > 0 {
		return p.Transition(t, x, a, w)
	}
	if p.Drift == nil {
		return p.NoiseAt(t, x, a, w)
	}
	return p.Drift(t, x, a).Add(p.NoiseAt(t, x, a, w))
}

// at is the motion for rows of x, a and w, nil for 0; one row stands for all.
func (f *finder) at(rows int, x, a, w []float64) ([]float64, error) {
	zero := func(v []float64, n int) []float64 {
		if v == nil {
			return make([]float64, n)
		}
		return v
	}
	out := make([]float64, rows*f.d)
	return out, f.next.Eval(rows, out, []float64{0}, zero(x, f.d), zero(a, f.m), zero(w, f.k))
}

// dynamics are A, B, S, C and D.
func (f *finder) dynamics(l *Form) error {
	rest, err := f.at(1, nil, nil, nil)
	if err != nil {
		return err
	}
	for i, v := range rest {
		if v != 0 {
			return pde.Errorf(f.p.Name, f.moves, nil, "is not linear in state and action: component %d is %g at 0; %s", i, v, oneMoreState)
		}
	}
	ofX, err := f.at(f.d, units(f.d), nil, nil)
	if err != nil {
		return err
	}
	ofA, err := f.at(f.m, nil, units(f.m), nil)
	if err != nil {
		return err
	}
	ofW, err := f.at(f.k, nil, nil, units(f.k))
	if err != nil {
		return err
	}
	l.A, l.B = columns(ofX, f.d), columns(ofA, f.d)
	multiplies, err := f.multiplicative(l, ofX, ofA, ofW)
	if err != nil {
		return err
	}
	var additive []float64
	for k := range f.k {
		if !multiplies[k] {
			additive = append(additive, ofW[k*f.d:(k+1)*f.d]...)
		}
	}
	if additive != nil {
		l.S = columns(additive, f.d)
	}
	return nil
}

// multiplicative sets C and D, and tells of which components of the noise.
func (f *finder) multiplicative(l *Form, ofX, ofA, ofW []float64) ([]bool, error) {
	found := make([]bool, f.k)
	if same, err := f.additive(); err != nil || same {
		return found, err
	}
	anyC, anyD := false, false
	for k := range f.k {
		w, own := make([]float64, f.k), ofW[k*f.d:(k+1)*f.d]
		w[k] = 1
		withX, err := f.at(f.d, units(f.d), nil, w)
		if err != nil {
			return nil, err
		}
		withA, err := f.at(f.m, nil, units(f.m), w)
		if err != nil {
			return nil, err
		}
		hasC, hasD := less(withX, ofX, own), less(withA, ofA, own)
		if !hasC && !hasD {
			continue
		}
		for _, v := range own {
			if v != 0 {
				return nil, pde.Errorf(f.p.Name, "Noise", nil, "has component %d both added to the state and multiplied by state or action; write them with two components", k)
			}
		}
		found[k], anyC, anyD = true, anyC || hasC, anyD || hasD
		var c, d [][]float64
		if hasC {
			c = columns(withX, f.d)
		}
		if hasD {
			d = columns(withA, f.d)
		}
		l.C, l.D = append(l.C, c), append(l.D, d)
	}
	if !anyC {
		l.C = nil
	}
	if !anyD {
		l.D = nil
	}
	return found, nil
}

// additive tells whether the noise acts in the same way at random states and actions.
func (f *finder) additive() (bool, error) {
	const n = 4
	x, a, w := f.normals(n*f.d), f.normals(n*f.m), f.normals(f.k)
	with, err := f.at(n, x, a, w)
	if err != nil {
		return false, err
	}
	without, err := f.at(n, x, a, nil)
	if err != nil {
		return false, err
	}
	alone, err := f.at(1, nil, nil, w)
	if err != nil {
		return false, err
	}
	for i, v := range with {
		if math.Abs(v-without[i]-alone[i%f.d]) > digits*(math.Abs(v)+math.Abs(without[i])+math.Abs(alone[i%f.d])) {
			return false, nil
		}
	}
	return true, nil
}

// less takes the base of every row and own from v, what rounding leaves becomes 0, and
// tells whether anything else is left.
func less(v, base, own []float64) (some bool) {
	for i := range v {
		o := own[i%len(own)]
		size := math.Abs(v[i]) + math.Abs(base[i]) + math.Abs(o)
		if v[i] -= base[i] + o; math.Abs(v[i]) <= 1e-14*size {
			v[i] = 0
		}
		some = some || v[i] != 0
	}
	return some
}

func (f *finder) normals(n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = f.rng.NormFloat64()
	}
	return v
}

// units are the unit vectors as rows.
func units(n int) []float64 {
	v := make([]float64, n*n)
	for i := range n {
		v[i*n+i] = 1
	}
	return v
}

// columns is the matrix of so many rows whose columns stand in v one after the other.
func columns(v []float64, rows int) [][]float64 {
	m := make([][]float64, rows)
	for i := range m {
		for j := i; j < len(v); j += rows {
			m[i] = append(m[i], v[j])
		}
	}
	return m
}
