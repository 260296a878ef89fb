package between

import (
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

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
