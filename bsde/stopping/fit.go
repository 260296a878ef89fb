package stopping

import (
	"context"
	"math"

	"github.com/deepbsde/deepbsde/autodiff/parallel"
	"github.com/deepbsde/deepbsde/autodiff/parallel/ranks"
	"github.com/deepbsde/deepbsde/bsde/exercise"
	"github.com/deepbsde/deepbsde/bsde/internal/basis"
	"github.com/deepbsde/deepbsde/bsde/internal/features"
	"gonum.org/v1/gonum/stat"
)

const (
	// ridge is relative to the columns.
	ridge = 1e-7
	// atOnce is the number of blocks whose sums are kept before they are added.
	atOnce = 16
)

// fitter is what one goroutine needs.
type fitter struct {
	at      exercise.Evaluator
	step    *exercise.Step
	point   *basis.Point
	scratch *basis.Scratch
	x, dw   []float64
	z, pay  []float64
}

func (t *training) newFitter() *fitter {
	d := t.model.Eq.Dim
	return &fitter{
		at: t.Evaluator(blockRows), step: t.model.NewStep(blockRows), point: t.basis.NewPoint(blockRows), scratch: t.basis.NewScratch(blockRows),
		x: make([]float64, blockRows*d), dw: make([]float64, blockRows*d), z: make([]float64, blockRows*d), pay: make([]float64, blockRows),
	}
}

// fit finds the coefficients of step n, given those of the steps after it: those of least
// squares for V_{n+1} from the functions of X_n and the martingale increments together.
func (t *training) fit(n int) (finite bool, err error) {
	free := make(chan *fitter, t.workers)
	for range t.workers {
		free <- t.newFitter()
	}
	size, chunks := t.basis.Columns(), (t.paths+blockRows-1)/blockRows
	normal := features.NewNormal(size)
	share := func(n int, task func(i int) error, outs ...ranks.Out) error {
		return parallel.Share(context.Background(), t.workers, n, task, outs...)
	}
	err = t.blocks.AddTo(normal, share, chunks, func(c int, b *features.Block[float64]) error {
		f := <-free
		defer func() { free <- f }()
		return t.rows(f, n, c*blockRows, min(blockRows, t.paths-c*blockRows), b)
	}, func(lo int) []ranks.Out { return []ranks.Out{ranks.Each(t.values[lo*blockRows:], blockRows)} })
	if err != nil {
		return false, err
	}
	w := normal.Solve(ridge, nil)
	if w == nil {
		return false, nil
	}
	copy(t.at(n), w)
	t.loss, t.value = normal.Left(w), stat.Mean(t.values, nil)
	if n == 0 {
		return !math.IsNaN(t.loss), t.first(free)
	}
	return !math.IsNaN(t.loss), nil
}

// rows makes rows of the least squares problem: the regressors at X_n and −V at X_{n+1}.
func (t *training) rows(f *fitter, n, first, rows int, b *features.Block[float64]) error {
	d := t.model.Eq.Dim
	values := t.values[first : first+rows]
	if err := t.valuesAt(f, n+1, first, rows, values); err != nil {
		return err
	}
	h := t.model.Grid.Length(n)
	x, dw := f.x[:rows*d], f.dw[:rows*d]
	t.state(n, first, rows, x)
	t.increments(n, first, rows, h, dw)
	f.point.Move(n, rows, x)
	if err := f.point.Columns(h, dw, b.J, f.scratch); err != nil {
		return err
	}
	for _, v := range values {
		b.R = append(b.R, -v)
	}
	return nil
}

// valuesAt fills v with the fitted V of rows of states at point n: g at T, elsewhere the value of
// going on, at dates the larger of that and Φ.
func (t *training) valuesAt(f *fitter, n, first, rows int, v []float64) error {
	d := t.model.Eq.Dim
	x := f.x[:rows*d]
	t.state(n, first, rows, x)
	if n == t.model.Grid.Steps() {
		return t.model.Eq.G.Eval(rows, v, x)
	}
	f.at.Move(n, rows, x)
	if err := f.at.Continuation(v); err != nil {
		return err
	}
	z := []float64(nil)
	if t.model.UsesZ() {
		z = f.z[:rows*d]
		if err := f.at.Z(z); err != nil {
			return err
		}
	}
	time := t.model.Grid.Time(n)
	if err := t.model.Continue(f.step, time, t.model.Grid.Length(n), rows, x, v, z); err != nil {
		return err
	}
	if !t.model.Dates[n] {
		return nil
	}
	if err := t.model.Obstacle(time, rows, x, f.pay[:rows]); err != nil {
		return err
	}
	for r := range v {
		v[r] = math.Max(v[r], f.pay[r])
	}
	return nil
}

// first makes Value that at (0, x0).
func (t *training) first(free chan *fitter) error {
	f := <-free
	v := make([]float64, 1)
	err := t.valuesAt(f, 0, 0, 1, v)
	t.value = v[0]
	free <- f
	return err
}
