package estimate

import (
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

// aliasing is what the levels cannot see: all of them take f, μ and σ at the begin of their steps,
// and what these do in between, a season or a pulse, may be the same to all. It is measured on
// a few paths with X, Y and Z kept over each step and the time alone moving on.
type aliasing struct {
	f float64 // what the extrapolation leaves of Σ f h less ∫ f dt
	x float64 // the same for μ, and for σ with ΔW = √h, in standard deviations of X
}

// within is the number of times in a step that are looked at.
const within = 16

// The most chunks of paths that are kept, fewer where a state has many components.
const (
	keptChunks  = 32
	keptNumbers = 320
)

// aliased measures it on the first paths of the estimate. The levels i and i+1 with the weights
// a and b make the value.
func (e *engine[T]) aliased(p *pilot, a, b float64) (*aliasing, error) {
	eq, out := e.Eq, &aliasing{}
	inF := eq.F != nil && equation.DependsOn(eq.FList, equation.InT, false)[len(eq.FList)-1]
	euler, err := e.EulerStep()
	if err != nil {
		return nil, err
	}
	inX := euler != nil && equation.DependsOn(euler, 0, false)[len(euler)-1]
	if !inF && !inX {
		return out, nil
	}
	k := &keeper{from: p.from, xs: make([][]float64, p.from.Steps()), ys: make([][]float64, p.from.Steps()), zs: make([][]float64, p.from.Steps())}
	w := e.team.Take()
	defer func() { e.team.Give(w) }()
	rows := 0
	for c := range min(max(keptNumbers/eq.Dim, 1), keptChunks) { // a part of f may be active on few paths
		if err := w.Begin(walk.ForEstimate, 0, c*walk.ChunkRows, walk.ChunkRows, p.from); err != nil {
			return nil, err
		}
		y := w.EqualValues(p.r.y0)
		k.y = y[0]
		if err := w.Walk(1, y, k); err != nil {
			return nil, err
		}
		rows += walk.ChunkRows
	}
	v := make([]float64, rows)
	mean := func(n int, t float64) (float64, error) {
		err := eq.F.Eval(len(v), v, []float64{t}, k.xs[n], k.ys[n], k.zs[n])
		return stat.Mean(v, nil), err
	}
	if inF {
		if out.f, err = k.left(a, b, e.SecondOrder(), mean); err != nil {
			return nil, err
		}
	}
	if inX {
		out.x, err = e.movesAside(k, a, b)
	}
	return out, err
}

// keeper keeps a walk.
type keeper struct {
	from   *walk.Origin
	y      []float64
	xs, zs [][]float64
	ys     [][]float64
}

// Observe keeps a step of further rows.
func (k *keeper) Observe(n int, _ float64, x, _, z []float64) error {
	k.xs[n] = append(k.xs[n], x...)
	k.ys[n] = append(k.ys[n], k.y...)
	k.zs[n] = append(k.zs[n], z...)
	return nil
}

// Level is a grid with every step in so many parts, up to 8, and its weight in a value.
type Level struct {
	Parts  int
	Weight float64
}

// Left is what levels of a time grid leave of functions of time together: of each Σ h (f(t) at the begin − the mean of f).
// f fills out with so many numbers, for states at point n. Where they are smooth, levels whose weights cancel the first
// order leave little; what they do between all points the levels do not see.
func Left(times, lengths []float64, levels []Level, count int, f func(n int, t float64, out []float64) error) (sum []float64, err error) {
	const fine = 8 * 8
	sum = make([]float64, count)
	out := make([]float64, count)
	for n, t := range times {
		at := func(share, weight float64) {
			if err == nil {
				err = f(n, t+share*lengths[n], out)
			}
			floats.AddScaled(sum, weight*lengths[n], out)
		}
		total := 0.0
		for _, l := range levels {
			total += l.Weight
			for i := range l.Parts {
				at(float64(i)/float64(l.Parts), l.Weight/float64(l.Parts))
			}
		}
		for i := range fine {
			at((float64(i)+0.5)/fine, -total/fine)
		}
		if err != nil {
			return nil, err
		}
	}
	return sum, nil
}

// Kept is paths that were kept at the points of a grid: states, rows×d, and values and Z of a solution where f needs them.
type Kept struct {
	Times, Lengths []float64 // of the steps
	Levels         []Level
	X, Y, Z        [][]float64 // of each step
	Rows           int
}

// Between is what an equation's f does to u between the points, and μ and σ to X, in its standard deviations at the end.
func (k *Kept) Between(eq *equation.Equation) (inF, inX float64, err error) {
	if eq.F != nil && equation.DependsOn(eq.FList, equation.InT, false)[len(eq.FList)-1] {
		v := make([]float64, k.Rows)
		left, err := Left(k.Times, k.Lengths, k.Levels, 1, func(n int, t float64, out []float64) error {
			err := eq.F.Eval(k.Rows, v, []float64{t}, k.X[n], k.Y[n], k.Z[n])
			out[0] = stat.Mean(v, nil)
			return err
		})
		if err != nil {
			return 0, 0, err
		}
		inF = left[0]
	}
	if eq.Move.Exact {
		return inF, 0, nil
	}
	inX, err = k.moves(eq)
	return inF, inX, err
}

// moves is Between for X.
func (k *Kept) moves(eq *equation.Equation) (most float64, err error) {
	d, last := eq.Dim, k.X[len(k.X)-1]
	t, h, x, dw := expr.Input("t", 1), expr.Input("h", 1), expr.Input("x", d), expr.Input("dw", d)
	list, err := expr.Nodes(eq.EulerStep(t, h, x, dw), t, h, x, dw)
	if err != nil || !equation.DependsOn(list, 0, false)[len(list)-1] {
		return 0, err
	}
	step, err := expr.Compile(eq.EulerStep(t, h, x, dw), t, h, x, dw)
	if err != nil {
		return 0, err
	}
	ones, none := make([]float64, d), make([]float64, d)
	floats.AddConst(1/math.Sqrt(float64(d)), ones)
	for _, kind := range []struct {
		h, unit float64
		dw      []float64
	}{{1, 1, none}, {0, math.Sqrt(eq.Horizon), ones}} { // ΔW = 1 over a unit of time
		v, err := Left(k.Times, k.Lengths, k.Levels, d, func(n int, t float64, out []float64) error {
			row := k.X[n][:d]
			err := step.Eval(1, out, []float64{t}, []float64{kind.h}, row, kind.dw)
			floats.Sub(out, row)
			return err
		})
		if err != nil {
			return 0, err
		}
		most = math.Max(most, InDeviations(v, last)/kind.unit)
	}
	return most, nil
}

// InDeviations is the largest size of some numbers in standard deviations of their components in rows; 0 of those that do
// not vary.
func InDeviations(v, rows []float64) (most float64) {
	d := len(v)
	if d == 0 {
		return 0
	}
	column := make([]float64, len(rows)/d)
	for j, size := range v {
		for r := range column {
			column[r] = rows[r*d+j]
		}
		if std := stat.StdDev(column, nil); std > 0 {
			most = math.Max(most, math.Abs(size)/std)
		}
	}
	return most
}

// left is a·E₁ + b·E₂, E_s the error of taking a function of the state at step n and of the time at
// the begin of s steps together; or with half of it at the end.
func (k *keeper) left(a, b float64, corrected bool, f func(n int, t float64) (float64, error)) (float64, error) {
	steps, sum := k.from.Steps(), 0.0
	for s, weight := range []float64{1: a, 2: b} {
		if weight == 0 {
			continue
		}
		for n := 0; n < steps; n += s {
			begin, err := f(n, k.from.Times[n])
			if err != nil {
				return 0, err
			}
			length := k.from.Length(n, min(s, steps-n))
			if corrected {
				end, err := f(n, k.from.Times[n]+length)
				if err != nil {
					return 0, err
				}
				begin = (begin + end) / 2
			}
			mean := 0.0
			for i := range within * s {
				v, err := f(n, k.from.Times[n]+(float64(i)+0.5)/float64(within*s)*length)
				if err != nil {
					return 0, err
				}
				mean += v / float64(within*s)
			}
			sum += weight * length * (begin - mean)
		}
	}
	return sum, nil
}

// bent is how far a function of time is from straight within steps, Σ h |mean − ½ (begin + end)|: what turns once in a
// step may be the same for the sum of all steps, and not for Z = σᵀ∇u.
func (k *keeper) bent(f func(n int, t float64) (float64, error)) (sum float64, err error) {
	for n := range k.from.Steps() {
		length, total := k.from.Length(n, 1), 0.0
		for i := range within + 1 {
			v, err := f(n, k.from.Times[n]+float64(i)/within*length)
			if err != nil {
				return 0, err
			}
			switch i {
			case 0, within: // the trapezoidal rule less half of both ends
				v *= 0.5 - 0.5*within
			}
			total += v / within
		}
		sum += length * math.Abs(total)
	}
	return sum, nil
}

// tooBent is that of a function with a period of ten steps and an amplitude as large as X varies, and some more: (2π/10)²/12 of it.
const tooBent = 0.05

// movesAside is left for the drift, and for the noise of one common ΔW = 1 a step, in standard
// deviations of X at the last step, of the component where it is largest.
func (e *engine[T]) movesAside(k *keeper, a, b float64) (float64, error) {
	d, last := e.Eq.Dim, e.Grid.Steps()-1
	t, h, x, dw := expr.Input("t", 1), expr.Input("h", 1), expr.Input("x", d), expr.Input("dw", d)
	step, err := expr.Compile(e.Eq.EulerStep(t, h, x, dw), t, h, x, dw)
	if err != nil {
		return 0, err
	}
	most := 0.0
	ones, none := make([]float64, d), make([]float64, d)
	floats.AddConst(1/math.Sqrt(float64(d)), ones)
	for _, kind := range []struct {
		h  float64
		dw []float64
	}{{1, none}, {0, ones}} {
		for j := range d {
			part := func(n int, t float64) (float64, error) {
				row := k.xs[n][:d]
				next := make([]float64, d)
				err := step.Eval(1, next, []float64{t}, []float64{kind.h}, row, kind.dw)
				return next[j] - row[j], err
			}
			v, err := k.left(a, b, false, part)
			if err != nil {
				return 0, err
			}
			unit := e.Scales.InvStd[last][j]
			if kind.h == 0 {
				unit /= math.Sqrt(e.Eq.Horizon) // ΔW = 1 over a unit of time
			}
			most = math.Max(most, math.Abs(v)*unit)
			if bent, err := k.bent(part); err != nil {
				return 0, err
			} else if bent*unit > tooBent {
				most = math.Max(most, bent*unit)
			}
		}
	}
	return most, nil
}
