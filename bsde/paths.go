package bsde

import (
	"errors"
	"fmt"
	"slices"

	"github.com/deepbsde/deepbsde/autodiff/expr"
)

// Path is a path of X with the recursion of Y along it, on the N+1 points of the time
// grid.
type Path struct {
	T []float64   // t_0 … t_N
	X [][]float64 // states, d numbers each
	Y []float64   // the recursion, from the trained Y0 on
	Z [][]float64 // Z of the network at t_0 … t_{N−1}, d numbers each
	G float64     // g(X_N), which Y_N is to meet
	U []float64   // the exact solution u(t_n, X_n); nil where the problem has none
}

// Paths walks along the first paths of the final estimate with the network as trained
// so far: fresh noise, and controlled where the generator depends on z, as there. Where
// the problem has random starts, so have they. The difference of Y and U, or of Y_N and
// G, shows path by path what the network has not learned.
func (t *Trainer) Paths(count int) ([]Path, error) {
	if t.closed || t.err != nil {
		return nil, errors.New("bsde: no paths of a trainer that is closed or has failed")
	}
	if count < 1 {
		return nil, fmt.Errorf("bsde: %d paths, want at least 1", count)
	}
	list, err := t.core.paths(count)
	if err != nil || t.eq.Exact == nil {
		return list, err
	}
	return list, t.eq.solveAlong(list)
}

func (e *engine[T]) paths(count int) ([]Path, error) {
	w := <-e.free
	defer func() { e.free <- w }()
	list := make([]Path, count)
	for first := 0; first < count; first += chunkRows {
		rows := min(chunkRows, count-first)
		if err := w.begin(forEstimate, 0, first, rows, nil); err != nil {
			return nil, err
		}
		y := w.startValues()
		r := &recorder{list[first : first+rows], e.eq.Dim, y[0]}
		if err := w.walk(1, y, r); err != nil {
			return nil, err
		}
		r.add(e.eq.Horizon, w.x)
		for i := range r.paths {
			r.paths[i].G = w.g[i]
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

func (r *recorder) observe(_ int, t float64, x, _, z []float64) error {
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
func (e *equation) solveAlong(list []Path) error {
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
