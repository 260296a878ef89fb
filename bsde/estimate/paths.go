package estimate

import (
	"slices"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
)

// Path is a path of X with the recursion of Y along it, on the N+1 points of the time
// grid.
type Path struct {
	T []float64   // t_0 … t_N
	X [][]float64 // states, d numbers each
	Y []float64   // the recursion, from Y0 as trained on
	Z [][]float64 // Z of the field at t_0 … t_{N−1}, d numbers each
	G float64     // g(X_N), which Y_N is to meet
	U []float64   // the exact solution u(t_n, X_n); nil where the problem has none
}

func (e *engine[T]) paths(count int) ([]Path, error) {
	w := e.team.Take()
	defer func() { e.team.Give(w) }()
	list := make([]Path, count)
	for first := 0; first < count; first += walk.ChunkRows {
		rows := min(walk.ChunkRows, count-first)
		if err := w.Begin(walk.ForEstimate, 0, first, rows, nil); err != nil {
			return nil, err
		}
		y := w.StartValues()
		r := &recorder{list[first : first+rows], e.Eq.Dim, y[0]}
		if err := w.Walk(1, y, r); err != nil {
			return nil, err
		}
		r.add(e.Eq.Horizon, w.X)
		for i := range r.paths {
			r.paths[i].G = w.G[i]
		}
	}
	return list, nil
}

// recorder keeps the paths of a walker.
type recorder struct {
	paths []Path
	dim   int
	y     []float64 // the walker's, at this time
}

// Observe keeps the point and Z.
func (r *recorder) Observe(_ int, t float64, x, _, z []float64) error {
	r.add(t, x)
	for i := range r.paths {
		r.paths[i].Z = append(r.paths[i].Z, slices.Clone(z[i*r.dim:(i+1)*r.dim]))
	}
	return nil
}

// add adds a grid point.
func (r *recorder) add(t float64, x []float64) {
	for i := range r.paths {
		p := &r.paths[i]
		p.T = append(p.T, t)
		p.X = append(p.X, slices.Clone(x[i*r.dim:(i+1)*r.dim]))
		p.Y = append(p.Y, r.y[i])
	}
}

// solveAlong fills in the exact solution.
func solveAlong(e *equation.Equation, list []Path) error {
	t, x := expr.Input("t", 1), expr.Input("x", e.Dim)
	exact, err := expr.Compile(e.Exact(t, x), t, x)
	if err != nil {
		return err
	}
	for i := range list {
		p := &list[i]
		p.U = make([]float64, len(p.T))
		if err := exact.Eval(len(p.T), p.U, p.T, slices.Concat(p.X...)); err != nil {
			return err
		}
	}
	return nil
}
