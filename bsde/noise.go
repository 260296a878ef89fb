package bsde

import (
	"math"
	"math/rand/v2"
)

// noise holds the increments of the driving Brownian motion for a chunk of paths,
// time-major: step n, path r, component j at (n·rows + r)·d + j.
type noise struct {
	steps, rows, dim int
	dw               []float64 // steps×rows×d, variance h
	extra            []float64 // the same, variance 1; nil unless the transition needs it
	src              rand.PCG
	rng              *rand.Rand
}

func newNoise(steps, rows, dim, extra int) *noise {
	w := &noise{steps: steps, rows: rows, dim: dim, dw: make([]float64, steps*rows*dim)}
	if extra > 0 {
		w.extra = make([]float64, steps*rows*dim)
	}
	w.rng = rand.New(&w.src)
	return w
}

// draw fills the noise for paths first, first+1, … of batch k.
func (w *noise) draw(seed uint64, p purpose, k, first, rows int, h float64) {
	w.rows = rows
	root := math.Sqrt(h)
	for r := range rows {
		stream(&w.src, seed, p, k, first+r)
		for n := range w.steps {
			normals(w.rng, w.increment(n, r), root)
		}
		if w.extra != nil {
			for n := range w.steps {
				at := (n*rows + r) * w.dim
				normals(w.rng, w.extra[at:at+w.dim], 1)
			}
		}
	}
}

func (w *noise) increment(n, r int) []float64 {
	at := (n*w.rows + r) * w.dim
	return w.dw[at : at+w.dim]
}

// step is the increments and extra numbers of step n for all paths.
func (w *noise) step(n int) (dw, extra []float64) {
	size := w.rows * w.dim
	dw = w.dw[n*size : (n+1)*size]
	if w.extra != nil {
		extra = w.extra[n*size : (n+1)*size]
	}
	return dw, extra
}
