package estimate

import (
	"context"
	"math"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/autodiff/parallel/ranks"
	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"gonum.org/v1/gonum/stat"
)

// gradientPaths is the number of paths that ∇u is averaged over. Its terms vary little
// where Z is good: their variance is that of the error of ∂Z/∂x.
const gradientPaths = 4096

// gradientPathsOf is that number in a dimension, see walk.Fewer: in thousands the components are below their noise anyway.
func gradientPathsOf(dim int) int {
	return max(walk.Fewer(walk.Fewer(gradientPaths, dim), dim), gradientPaths/16)
}

// gradient is ∇u at a point.
type gradient struct {
	mean, stderr   []float64 // d
	discretization float64   // of the component where it is largest
	bias           float64   // from the error of Z, of the component where it is largest
}

// gradient differentiates the estimate of the value at the origin in x: with the
// notation of estimate and residuals,
//
//	∇u = −E[Γ ∂(Y_N − g(X_N))/∂x + Γ (Y_N − g(X_N)) ∂Λ/∂x],   Λ = Σ ∂f/∂z·ΔW + ∂f/∂y h
//
// along the paths, Γ and the increments of W with the control in them held fixed, and
// Γ(Y_N − g(X_N)) times the derivative of the logarithm of the weights, Γ and the density
// of the control, which change with x from path to neighbouring path. Where f is nonlinear
// in z, Λ depends on Z(x) too, and the error ε of Z leaves a bias of ε·∂²f/∂z² ∂ε/∂x. With
// Z in Λ held fixed it would be −ε·∂²f/∂z² ∂(σᵀ∇u)/∂x: the difference of the two is the size
// of either where the other is small, and reported. Kinks of f and g do no harm; what jumps has no derivative along a path,
// and likelihood takes the place of this. The levels are those of the value, and extrapolated as it
// is.
func (e *engine[T]) gradient(ctx context.Context, from *walk.Origin, l *levels, paths int) (*gradient, error) {
	if e.Linearised() {
		return e.byLikelihood(ctx, from, l, paths)
	}
	var levels []*slopes[T]
	for _, r := range l.runs {
		s, err := e.slopes(ctx, from, r, paths)
		if s == nil || err != nil {
			return nil, err
		}
		levels = append(levels, s)
	}
	g := combine(levels, l.step, e.Eq.Dim)
	if e.StepFree() {
		g.discretization = 0
	}
	return g, nil
}

// slopes are the gradients of single paths on one level, paths×d, and their part that
// comes from Z in the weights.
type slopes[T autodiff.Float] struct{ each, bend []T }

func (e *engine[T]) slopes(ctx context.Context, from *walk.Origin, r *residuals, paths int) (*slopes[T], error) {
	d := e.Eq.Dim
	s := &slopes[T]{make([]T, paths*d), make([]T, paths*d)}
	programs, err := e.pathGradients(from, r.every)
	if err != nil {
		return nil, err
	}
	chunks, mean := walk.Chunks(paths), 0.0
	if !e.Eq.UsesY {
		mean = r.mean() // else that of the pilot paths vanishes
	}
	err = e.pool.Share(chunks, func(c int) error {
		if ctx.Err() != nil && chunks > FewPaths/walk.ChunkRows {
			return nil
		}
		w, p := e.team.Take(), <-programs
		defer func() { e.team.Give(w); programs <- p }()
		first := c * walk.ChunkRows
		rows := min(walk.ChunkRows, paths-first)
		if err := w.Begin(walk.ForEstimate, 0, first, rows, from); err != nil {
			return err
		}
		return p.run(w, r, mean, s.each[first*d:(first+rows)*d], s.bend[first*d:(first+rows)*d])
	}, ranks.Each(s.each, walk.ChunkRows*d), ranks.Each(s.bend, walk.ChunkRows*d))
	if err != nil {
		return nil, err
	}
	if ctx.Err() != nil && chunks > FewPaths/walk.ChunkRows {
		return nil, nil
	}
	return s, nil
}

// pathGradients are programs for the steps of an origin, one for each worker. They do
// not depend on its x: those of the last few times are kept.
func (e *engine[T]) pathGradients(from *walk.Origin, stride int) (chan *pathGradient[T], error) {
	for _, g := range e.gradients {
		if g.stride == stride && g.from.Like(from) {
			return g.programs, nil
		}
	}
	const few = 6
	if len(e.gradients) >= few {
		e.gradients = nil
	}
	list := make(chan *pathGradient[T], e.team.Size)
	for range e.team.Size {
		p, err := newPathGradient(e.Model, from, stride)
		if err != nil {
			return nil, err
		}
		list <- p
	}
	e.gradients = append(e.gradients, gradients[T]{from, stride, list})
	return list, nil
}

// gradients are programs for the steps of an origin on one level.
type gradients[T autodiff.Float] struct {
	from     *walk.Origin
	stride   int
	programs chan *pathGradient[T]
}

// combine extrapolates the levels as levels.extrapolate does.
func combine[T autodiff.Float](levels []*slopes[T], step []float64, d int) *gradient {
	paths := len(levels[0].each) / d
	g := &gradient{mean: make([]float64, d), stderr: make([]float64, d)}
	if len(levels) == 1 {
		g.discretization = math.NaN()
	}
	column := make([]float64, paths)
	each := func(s *slopes[T]) []T { return s.each }
	bend := func(s *slopes[T]) []T { return s.bend }
	extrapolated := func(of func(*slopes[T]) []T, j, i int) (mean, std float64) {
		a, b, wa := of(levels[i]), of(levels[i]), 1.0
		if i+1 < len(levels) {
			b, wa = of(levels[i+1]), step[i+1]/(step[i+1]-step[i])
		}
		for k := range column {
			column[k] = -wa*float64(a[k*d+j]) - (1-wa)*float64(b[k*d+j])
		}
		return stat.MeanStdDev(column, nil)
	}
	for j := range d {
		mean, std := extrapolated(each, j, 0)
		bias, _ := extrapolated(bend, j, 0)
		g.bias = math.Max(g.bias, math.Abs(bias))
		g.mean[j], g.stderr[j] = mean, std/math.Sqrt(float64(paths))
		if len(levels) > 1 {
			coarse, _ := extrapolated(each, j, 1)
			g.discretization = math.Max(g.discretization, math.Abs(mean-coarse))
		}
	}
	return g
}

// jumpPaths is the number of paths between which jumps are looked for.
const jumpPaths = 64

// jumps tells whether g, μ or σ jumps in x, or f in x, y or z, as far as paths show, see equation.JumpsIn.
func (e *engine[T]) jumps() (bool, error) {
	if e.jumping != nil {
		return *e.jumping, nil
	}
	d := e.Eq.Dim
	t, x, y, z := expr.Input("t", 1), expr.Input("x", d), expr.Input("y", 1), expr.Input("z", d)
	var paths []Path
	sample := func() (err error) {
		if paths == nil {
			paths, err = e.paths(jumpPaths)
		}
		return err
	}
	found, err := equation.JumpsIn(e.Eq.Terminal(x), []expr.Value{x}, func() (list [][2][][]float64, err error) {
		if err := sample(); err != nil {
			return nil, err
		}
		last := e.Grid.Steps()
		for i := range jumpPaths / 2 {
			list = append(list, [2][][]float64{{paths[i].X[last]}, {paths[i+jumpPaths/2].X[last]}})
		}
		return list, nil
	})
	if err == nil && !found && e.Eq.F != nil {
		// t is a number here: f may change when it likes.
		found, err = equation.JumpsIn(e.Eq.Generator(t, x, y, z), []expr.Value{x, y, z, t}, func() (list [][2][][]float64, err error) {
			if err := sample(); err != nil {
				return nil, err
			}
			steps := e.Grid.Steps()
			for i := range jumpPaths / 2 {
				n := i % steps
				at := func(p Path) [][]float64 { return [][]float64{p.X[n], {p.Y[n]}, p.Z[n], {p.T[n]}} }
				list = append(list, [2][][]float64{at(paths[i]), at(paths[i+jumpPaths/2])})
			}
			return list, nil
		})
	}
	if err == nil && !found && !e.Eq.Move.Exact {
		h, dw := expr.Input("h", 1), expr.Input("dw", d)
		ones, weights := make([]float64, d), make([]float64, d)
		for j := range d {
			ones[j], weights[j] = 1, 1+math.Mod(0.618*float64(j), 1) // in which no jump of one component hides that of another
		}
		found, err = equation.JumpsIn(e.Eq.Move.Formula(t, h, x, dw).Dot(expr.Vector(weights)), []expr.Value{x, dw, h, t}, func() (list [][2][][]float64, err error) {
			if err := sample(); err != nil {
				return nil, err
			}
			steps := e.Grid.Steps()
			for i := range jumpPaths / 2 {
				n := i % steps
				at := func(p Path) [][]float64 { return [][]float64{p.X[n], ones, {1}, {p.T[n]}} }
				list = append(list, [2][][]float64{at(paths[i]), at(paths[i+jumpPaths/2])})
			}
			return list, nil
		})
	}
	if err == nil {
		e.jumping = &found
	}
	return found, err
}
