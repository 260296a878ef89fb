package deep

import (
	"math"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/vec"
	"github.com/deepbsde/deepbsde/bsde/internal/features"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
)

// blockRows is the number of paths whose products are made at a time.
const blockRows = 8 * walk.ChunkRows

// fitter is what a worker needs: the moments of the features in a step, and a block of rows.
type fitter[T autodiff.Float] struct {
	*autodiff.Program[T]
	at, x, dw, curl, along []T
	moments, hidden        []T
	serial                 *autodiff.Pool
	block                  *features.Block[T]

	// of the step before, which enter when its weights are known
	f       *fit[T]
	w       *walk.Walker[T]
	first   int // row of the block
	stride  int
	pending bool
	a, rho  []T
}

// fitter makes one.
func (f *fit[T]) fitter() (*fitter[T], error) {
	s, d := f.e.features, f.e.Eq.Dim
	g := autodiff.NewGraph[T](&autodiff.Layout{}, false)
	at := g.Input("at", 1, len(s.Numbers(0)))
	x, dw, curl := g.Input("x", walk.ChunkRows, d), g.Input("dw", walk.ChunkRows, d), g.Input("curl", walk.ChunkRows, d)
	var along autodiff.Node
	if p := s.Directions.Terms(); p > 0 {
		along = g.Input("along", walk.ChunkRows, p)
	}
	vectors, hidden := s.At(g, at, x)
	moments := features.Moments(g, vectors, dw, curl, along)
	p, err := autodiff.Compile[T](g, autodiff.Target{Outputs: []autodiff.Node{moments, hidden}}, nil, nil)
	if err != nil {
		return nil, err
	}
	t := &fitter[T]{
		Program: p, at: p.Input("at"), x: p.Input("x"), dw: p.Input("dw"), curl: p.Input("curl"),
		along: p.Input("along"), moments: p.Value(moments), hidden: p.Value(hidden), serial: autodiff.NewPool(1), f: f,
	}
	t.a, t.rho = make([]T, len(t.moments)), make([]T, len(t.hidden))
	return t, nil
}

// fill walks the paths of a block.
func (t *fitter[T]) fill(b *features.Block[T], number, stride, first int) error {
	f := t.f
	t.block = b
	e, columns := f.e, f.columns
	w := e.team.Take()
	defer e.team.Give(w)
	clear(b.J)
	for c := range blockRows / walk.ChunkRows {
		if err := w.Begin(walk.ForFit, number, first+c*walk.ChunkRows, walk.ChunkRows, nil); err != nil {
			return err
		}
		t.w, t.first, t.stride, t.pending = w, c*walk.ChunkRows, stride, false
		y, logs := w.StartValues()[0], make([]float64, walk.ChunkRows)
		asked := logs
		if !e.Eq.UsesY {
			asked = nil // they are 0
		}
		if err := w.Follow(stride, y, asked, t); err != nil {
			return err
		}
		t.flush(logs)
		for r := range y {
			by := math.Sqrt(e.weight(logs[r]))
			back := by * math.Exp(-logs[r]) // from what is seen at time 0 to the end
			row := t.block.J[(t.first+r)*columns:][:columns]
			row[0] = T(e.Scales.G)
			for i, v := range row {
				row[i] = v * T(back)
			}
			t.block.R = append(t.block.R, by*(y[r]-w.G[r]))
		}
	}
	return nil
}

// Observe computes the moments of a step and adds those of the step before.
func (t *fitter[T]) Observe(n int, _ float64, x, _, _ []float64) error {
	e := t.f.e
	t.flush(t.w.Logs())
	vec.Narrow(t.at, e.features.Numbers(n))
	noise, h := t.w.Noise(), e.Origin.Length(n, min(t.stride, e.Grid.Steps()-n))
	walk.Narrow(t.x, x)
	vec.Narrow(t.dw, noise)
	for i, v := range noise {
		t.curl[i] = T((v*v - h) / 2)
	}
	features.Along(e.features, t.along, noise, h)
	t.Run(t.serial)
	shrink := e.Eq.Shrink(e.Grid.Point(n))
	z, gamma := T(e.Scales.Z*shrink), T(e.Scales.Z/math.Sqrt(e.features.Length())*shrink)
	vectors, wide := e.features.Vectors(), e.features.Moments()
	for i, v := range t.moments {
		if i%wide < vectors {
			t.a[i] = z * v
		} else {
			t.a[i] = gamma * v
		}
	}
	copy(t.rho, t.hidden)
	t.pending = true
	return nil
}

// flush adds the columns of the step before, as seen from time 0.
func (t *fitter[T]) flush(logs []float64) {
	if !t.pending {
		return
	}
	k, h := len(t.a)/walk.ChunkRows, len(t.rho)/walk.ChunkRows
	parts := t.f.e.features.Parts()
	for r := range walk.ChunkRows {
		row := t.block.J[(t.first+r)*t.f.columns+1:][:t.f.columns-1]
		by := T(1)
		if r < len(logs) {
			by = T(math.Exp(logs[r]))
		}
		rho := t.rho[r*h : (r+1)*h]
		moments := t.a[r*k : (r+1)*k]
		for _, part := range parts { // of each the coefficients are hidden×columns
			for i, a := range moments[:part.Columns] {
				a *= by
				for j, v := range rho {
					row[j*part.Columns+i] += a * v
				}
			}
			moments, row = moments[part.Columns:], row[part.Columns*h:]
		}
	}
}
