// Package between looks at what the data of an equation do between the points of a time grid, which levels of estimates that
// take them at the begin of steps do not see: seasons, pulses, noise that turns, drifts that change within the length of
// a step.
package between

import (
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/autodiff/random"
	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

// within is the number of times in a step that are looked at.
const within = 32

// Paths are states along paths of an equation, with values and Z of a solution: a walk's observer.
type Paths struct {
	From   *walk.Origin
	Eq     *equation.Equation
	Y      []float64 // the walker's, at this time
	Rows   int       // of all chunks together
	Random random.Stream
	Unit   []float64 // 1/standard deviation of X at the last step

	xs, ys, zs [][]float64
	step       *expr.Func // of X; nil where it is exact
}

// Observe keeps a step of further rows.
func (k *Paths) Observe(n int, _ float64, x, _, z []float64) error {
	if k.xs == nil {
		k.xs, k.ys, k.zs = make([][]float64, k.From.Steps()), make([][]float64, k.From.Steps()), make([][]float64, k.From.Steps())
	}
	k.xs[n] = append(k.xs[n], x...)
	k.ys[n] = append(k.ys[n], k.Y...)
	k.zs[n] = append(k.zs[n], z...)
	return nil
}

// Compile makes the step of X.
func (k *Paths) Compile() (err error) {
	d := k.Eq.Dim
	t, h, x, dw := expr.Input("t", 1), expr.Input("h", 1), expr.Input("x", d), expr.Input("dw", d)
	k.step, err = expr.Compile(k.Eq.Move.Formula(t, h, x, dw), t, h, x, dw)
	return err
}

// times are those in a stretch of time at which functions are looked at: in each of count/2 parts a pair, at random and on both
// sides of its middle, so that what is straight there has no noise.
func (k *Paths) times(begin, length float64, count int) []float64 {
	t, offsets := make([]float64, count), make([]float64, count/2)
	k.Random.Batch++
	k.Random.Normals(offsets, 1)
	part := length / float64(len(offsets))
	for i, v := range offsets {
		middle, off := begin+(float64(i)+0.5)*part, 0.5*part*math.Abs(math.Erf(v/math.Sqrt2)) // uniform
		t[2*i], t[2*i+1] = middle-off, middle+off
	}
	return t
}

// blocks calls with each stretch of s steps of the levels that make the value, and their weights.
func (k *Paths) blocks(a, b float64, with func(n int, length, weight float64, count int) error) error {
	steps := k.From.Steps()
	for s, weight := range []float64{1: a, 2: b} {
		if weight == 0 {
			continue
		}
		for n := 0; n < steps; n += s {
			if err := with(n, k.From.Length(n, min(s, steps-n)), weight, within*s); err != nil {
				return err
			}
		}
	}
	return nil
}

// Flows is a·E₁ + b·E₂, E_s what time does over s steps together that stays at their begin in the levels: to ∫ f dt along the
// drift in the mean, and to X in the root mean square of paths, in its standard deviations.
func (k *Paths) Flows(a, b float64, corrected, moves bool) (inF, inX float64, err error) {
	d := k.Eq.Dim
	sum, left := make([]float64, k.Rows), make([]float64, k.Rows*d)
	none := make([]float64, k.Rows*d)
	run := func(n int, times []float64, part float64) (f, x []float64, err error) {
		f, x = make([]float64, k.Rows), slices.Clone(k.xs[n])
		v, next := make([]float64, k.Rows), make([]float64, k.Rows*d)
		for _, t := range times {
			at := []float64{t}
			if k.Eq.F != nil {
				if err := k.Eq.F.Eval(k.Rows, v, at, x, k.ys[n], k.zs[n]); err != nil {
					return nil, nil, err
				}
				floats.AddScaled(f, part, v)
			}
			if moves {
				if err := k.step.Eval(k.Rows, next, at, []float64{part}, x, none); err != nil {
					return nil, nil, err
				}
				x, next = next, x
			}
		}
		return f, x, nil
	}
	err = k.blocks(a, b, func(n int, length, weight float64, count int) error {
		begin := k.From.Times[n]
		f, x, err := run(n, k.times(begin, length, count), length/float64(count))
		if err != nil {
			return err
		}
		still := []float64{begin}
		if moves {
			still = slices.Repeat(still, count)
		}
		f0, x0, err := run(n, still, length/float64(len(still)))
		if err != nil {
			return err
		}
		if corrected { // half of f is that of the end
			f1, _, err := run(n, []float64{begin + length}, length)
			if err != nil {
				return err
			}
			floats.Add(f0, f1)
			floats.Scale(0.5, f0)
		}
		floats.Sub(f0, f)
		floats.AddScaled(sum, weight, f0)
		floats.Sub(x0, x)
		floats.AddScaled(left, weight, x0)
		return nil
	})
	for j := range d {
		square := 0.0
		for r := range k.Rows {
			square += left[r*d+j] * left[r*d+j]
		}
		inX = math.Max(inX, math.Sqrt(square/float64(k.Rows))*k.Unit[j])
	}
	return stat.Mean(sum, nil), inX, err
}
