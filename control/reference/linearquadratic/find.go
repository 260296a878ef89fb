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

// mostMultiplied bounds the numbers in the matrices of multiplicative noise, 512 MB.
const mostMultiplied = 1 << 26

// Find proves from the operations of its functions that a problem is linear-quadratic, and
// reads the matrices off at the unit vectors. The error of another problem, a *pde.Error,
// names the function whose operations do not show that.
//
// Where something is constant or linear in the functions, such as a drift, the target in
// (x−1)², or noise that is both added and multiplied, or where coefficients depend on the
// time, the form is Affine: it has one more state than the problem.
func Find(p *control.Problem) (*Form, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	d, m, k := p.StateDim, p.ActionDim, p.Noises()
	switch {
	case p.Actions != nil:
		return nil, pde.Errorf(p.Name, "Actions", nil, "restrict the action: the reference is of linear-quadratic problems without bounds")
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
	l, err := f.form(0)
	if err == nil && f.varies {
		l.At = f.form
	}
	return l, err
}

// form is that of the matrices at a time.
func (f *finder) form(t float64) (*Form, error) {
	f.t = t
	l := &Form{Name: f.p.Name, Start: f.p.Start, Horizon: f.p.Horizon, Stages: f.p.Stages, Maximize: f.p.Maximize}
	rest := &affine{}
	if err := f.dynamics(l, rest); err != nil {
		return nil, err
	}
	if err := f.costs(l, rest); err != nil {
		return nil, err
	}
	if f.varies || rest.some() {
		rest.extend(l)
	}
	return l, nil
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

	varies bool    // a coefficient depends on the time
	noisy  bool    // the noise is multiplied, at some time
	t      float64 // the time at which the functions are evaluated
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
	return out, f.next.Eval(rows, out, []float64{f.t}, zero(x, f.d), zero(a, f.m), zero(w, f.k))
}

// dynamics are A, B, S, C and D, and what is constant.
func (f *finder) dynamics(l *Form, rest *affine) (err error) {
	if rest.drift, err = f.at(1, nil, nil, nil); err != nil {
		return err
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
	for _, v := range [][]float64{ofX, ofA, ofW} {
		less(v, nil, rest.drift)
	}
	if drowned(rest.drift, ofX, ofA) {
		return pde.Errorf(f.p.Name, f.moves, nil, "is so large at 0 that its coefficients drown in rounding; measure the state from elsewhere")
	}
	l.A, l.B = columns(ofX, f.d), columns(ofA, f.d)
	multiplies, err := f.multiplicative(l, rest, ofX, ofA, ofW)
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
func (f *finder) multiplicative(l *Form, rest *affine, ofX, ofA, ofW []float64) ([]bool, error) {
	found := make([]bool, f.k)
	if !f.noisy {
		if same, err := f.additive(); err != nil || same {
			return found, err
		}
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
		less(withX, nil, rest.drift)
		less(withA, nil, rest.drift)
		hasC, hasD := less(withX, ofX, own), less(withA, ofA, own)
		if !hasC && !hasD && !f.noisy {
			continue
		}
		if (len(l.C)+1)*(f.d+1)*(f.d+f.m) > mostMultiplied {
			return nil, pde.Errorf(f.p.Name, "Noise", nil, "is multiplied by %d states and actions in more than %d components: their matrices take too much memory", f.d+f.m, len(l.C))
		}
		found[k], anyC, anyD = true, anyC || hasC || f.noisy, anyD || hasD || f.noisy
		var c, d [][]float64
		if hasC || f.noisy {
			c = columns(withX, f.d)
		}
		if hasD || f.noisy {
			d = columns(withA, f.d)
		}
		l.C, l.D, rest.noise = append(l.C, c), append(l.D, d), append(rest.noise, own)
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
	still, err := f.at(1, nil, nil, nil)
	if err != nil {
		return false, err
	}
	less(alone, nil, still)
	for i, v := range with {
		if math.Abs(v-without[i]-alone[i%f.d]) > digits*(math.Abs(v)+math.Abs(without[i])+math.Abs(alone[i%f.d])) {
			return false, nil
		}
	}
	return true, nil
}

// less takes the base of every row, nil for 0, and own from v, what rounding leaves becomes
// 0, and tells whether anything else is left.
func less(v, base, own []float64) (some bool) {
	for i := range v {
		o, b := own[i%len(own)], 0.0
		if base != nil {
			b = base[i]
		}
		size := math.Abs(v[i]) + math.Abs(b) + math.Abs(o)
		if v[i] -= b + o; math.Abs(v[i]) <= 1e-14*size {
			v[i] = 0
		}
		some = some || v[i] != 0
	}
	return some
}

// drowned tells whether the rounding of a constant leaves fewer than eight digits of what was read
// off beside it.
func drowned(constant []float64, read ...[]float64) bool {
	largest := func(v []float64) (top float64) {
		for _, x := range v {
			top = math.Max(top, math.Abs(x))
		}
		return top
	}
	top := 0.0
	for _, v := range read {
		top = math.Max(top, largest(v))
	}
	return top > 0 && largest(constant)*0x1p-53 > 1e-8*top
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
