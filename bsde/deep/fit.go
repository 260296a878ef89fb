package deep

import (
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/parallel/ranks"
	"github.com/deepbsde/deepbsde/bsde/internal/features"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"github.com/deepbsde/deepbsde/bsde/network"
	"gonum.org/v1/gonum/stat"
)

// fit finds the coefficients of Z and Γ, and Y0, by Gauss–Newton's method on the loss
//
//	E Γ (Y_N − g(X_N))²
//
// a pass of fresh paths for each step. Y_N is affine in the coefficients but for f, and along
// controlled paths f of a changed Z adds nothing to first order: with fixed paths a pass is a linear least
// squares problem. Where f depends on z each pass runs on the paths that the Z before controls:
// policy iteration.
type fit[T autodiff.Float] struct {
	e             *engine[T]
	passes, paths int
	columns       int // unknowns: Y0, and hidden×columns of each part of the features
	tools         chan *fitter[T]
	blocks        *features.Blocks[T]
	at            map[string]int // of the coefficients among the parameters
}

func newFit[T autodiff.Float](e *engine[T], passes, paths int) (*fit[T], error) {
	s := e.features
	f := &fit[T]{e: e, passes: passes, paths: paths, columns: 1 + s.Moments()*s.Hidden(), tools: make(chan *fitter[T], e.set.Workers), at: map[string]int{}}
	f.paths = max(f.paths, leastPaths*f.columns)
	f.blocks = features.NewBlocks[T](e.set.Workers*ranks.Count(), blockRows, f.columns)
	for _, p := range e.Layout.Params() {
		f.at[p.Name] = p.Offset
	}
	for range e.set.Workers {
		t, err := f.fitter()
		if err != nil {
			return nil, err
		}
		f.tools <- t
	}
	return f, nil
}

// leastPaths is the number of paths for each unknown that a pass has at least.
const leastPaths = 8

// step is the next pass: on the coarsest level until it gains little, once on each finer one, from the
// coefficients of the level before on, and on the finest until it gains little. On steps of some length
// the recursion may leave every scale: such a level is passed over, and what was fitted on a coarser
// one is forgotten where the finest one cannot bear it.
func (f *fit[T]) step(iteration int) (bool, error) {
	n, coarsest := f.note(), slices.Max(f.e.strides())
	if n.stride() == 0 {
		n.begin(coarsest)
	}
	stride := n.stride()
	before, after, err := f.pass(iteration+1, stride)
	if err != nil {
		return false, err
	}
	done := !(after < (1-gains)*before) || !f.e.Eq.UsesY && !f.e.Eq.UsesZ // where one pass is all
	if stride > 1 {
		bears, err := f.bears()
		if err != nil {
			return false, err
		}
		if !bears {
			f.forget(stride / 2)
		}
		if done || !bears || stride < coarsest {
			n.begin(stride / 2)
		}
		return true, nil
	}
	if f.lost(after) {
		return false, nil
	}
	if done || iteration+1 >= f.passes {
		n.settle()
		if f.e.net != nil {
			f.e.state(leftName)[0] = T(min(after/f.e.Scales.G, 1))
		}
	}
	return true, nil
}

// gains is the part of the spread that a pass must take off for another one to follow.
const gains = 0.1

// bears tells whether the recursion on the finest level stays in scale on the validation paths.
func (f *fit[T]) bears() (bool, error) {
	loss, err := f.e.Validate()
	return !f.lost(math.Sqrt(loss)), err
}

// lost tells whether a spread is beyond every scale of the problem, or not a number.
func (f *fit[T]) lost(spread float64) bool { return !(spread < 1e3*f.e.Scales.G) }

// forget makes Z 0, and Y0 what it was at the begin, on the levels from a stride down.
func (f *fit[T]) forget(stride int) {
	unit, _ := f.e.valueUnit()
	back := make([]float64, f.columns) // as set takes it
	back[0] = -float64(f.e.Params[f.at["y0"]]) * unit * f.e.Eq.Shrink(0) / f.e.Scales.G
	first := 1
	for _, part := range f.e.features.Parts() {
		size := part.Columns * f.e.features.Hidden()
		for j, v := range f.e.Params[f.at[network.Coefficients(part.Name, 1)]:][:size] {
			back[first+j] = -float64(v)
		}
		first += size
	}
	f.set(slices.Clone(f.e.Params), stride, back, 1)
}

// pass makes one step of Gauss–Newton on a level, on paths that no other pass has seen, and tells the
// spread of the weighted mismatch before and after; not finite where it blows up.
func (f *fit[T]) pass(number, stride int) (before, after float64, err error) {
	n, err := f.normal(number, stride)
	if err != nil {
		return 0, 0, err
	}
	before = n.Spread()
	step := n.Solve(ridge, nil)
	if step == nil {
		return before, before, nil // as where a path has blown up
	}
	old := slices.Clone(f.e.Params)
	for _, part := range []float64{1, 0.5, 0.25, 0.1} {
		f.set(old, stride, step, part)
		if after, err = f.check(number, stride); err != nil {
			return 0, 0, err
		}
		if !(after <= 1.05*before) {
			continue
		}
		if stride > 1 {
			return before, after, nil
		}
		if bears, err := f.bears(); err != nil || bears {
			return before, after, err
		}
	}
	copy(f.e.Params, old)
	return before, before, nil
}

// ridge is relative to the squares of the columns.
const ridge = 3e-4

// normal sums the normal equations over the paths of a pass.
func (f *fit[T]) normal(number, stride int) (*features.Normal, error) {
	e := f.e
	n := features.NewNormal(f.columns)
	blocks := (f.paths + blockRows - 1) / blockRows
	err := f.blocks.AddTo(n, e.pool.Share, blocks, func(i int, b *features.Block[T]) error {
		t := <-f.tools
		defer func() { f.tools <- t }()
		return t.fill(b, number, stride, i*blockRows)
	}, nil)
	return n, err
}

// set moves the parameters by a part of a step. The coefficients of the finest level that has been
// fitted are those of stride 1, and what coarser levels keep is their difference from these.
func (f *fit[T]) set(old []T, stride int, step []float64, part float64) {
	e := f.e
	copy(e.Params, old)
	unit, _ := e.valueUnit()
	e.Params[f.at["y0"]] += T(part * step[0] * e.Scales.G / (unit * e.Eq.Shrink(0)))
	step = step[1:]
	for _, p := range e.features.Parts() {
		size := p.Columns * e.features.Hidden()
		move := step[:size]
		step = step[size:]
		for _, level := range e.strides() {
			to := e.Params[f.at[network.Coefficients(p.Name, level)]:][:size]
			switch {
			case level == 1:
				for j, v := range move {
					to[j] += T(part * v)
				}
			case level > stride:
				for j, v := range move {
					to[j] -= T(part * v)
				}
			}
		}
	}
}

// check is the standard deviation of the weighted mismatch on paths for checking.
func (f *fit[T]) check(number, stride int) (float64, error) {
	delta, weights, err := f.e.mismatches(walk.ForFitCheck, number, checkPaths, stride)
	for i, w := range weights {
		delta[i] *= math.Sqrt(w)
	}
	return stat.StdDev(delta, nil), err
}

// checkPaths is the number of paths on which a step of the fit is tried.
const checkPaths = 1024
