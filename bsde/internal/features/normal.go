package features

import (
	"errors"
	"math"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/parallel/ranks"
	"github.com/deepbsde/deepbsde/autodiff/vec"
	"gonum.org/v1/gonum/mat"
)

// Normal are the normal equations JᵀJ and Jᵀr of a linear least squares problem, as sums over blocks of
// rows that are added in a fixed order.
type Normal struct {
	size   int
	rows   float64
	gram   []float64 // JᵀJ, size×size
	right  []float64 // Jᵀr
	square float64   // r·r
}

// NewNormal is that of so many unknowns, without rows.
func NewNormal(size int) *Normal {
	return &Normal{size: size, gram: make([]float64, size*size), right: make([]float64, size)}
}

// Block is rows of J and r, and what they add to the normal equations.
type Block[T autodiff.Float] struct {
	J []T       `ranks:"-"` // rows×size
	R []float64 // as many as there are rows

	gram   []T
	right  []float64
	square float64
}

// NewBlock has room for so many rows.
func NewBlock[T autodiff.Float](rows, size int) Block[T] {
	return Block[T]{J: make([]T, rows*size), gram: make([]T, size*size), right: make([]float64, size)}
}

// Sum computes what the rows add.
func (b *Block[T]) Sum() {
	rows, size := len(b.R), len(b.right)
	vec.Gram(b.gram, b.J[:rows*size], rows, size)
	clear(b.right)
	b.square = 0
	for i, r := range b.R {
		for k, v := range b.J[i*size : (i+1)*size] {
			b.right[k] += float64(v) * r
		}
		b.square += r * r
	}
}

// Add adds a block whose Sum has been made.
func Add[T autodiff.Float](n *Normal, b *Block[T]) {
	n.rows += float64(len(b.R))
	for i, v := range b.gram {
		n.gram[i] += float64(v)
	}
	for i, v := range b.right {
		n.right[i] += v
	}
	n.square += b.square
}

// Blocks are blocks of rows that are made at a time.
type Blocks[T autodiff.Float] struct {
	list       []Block[T]
	rows, size int
}

// NewBlocks has room for so many blocks at a time.
func NewBlocks[T autodiff.Float](atOnce, rows, size int) *Blocks[T] {
	return &Blocks[T]{make([]Block[T], atOnce), rows, size}
}

// Share does tasks on workers and ranks, such as autodiff.Pool.Share.
type Share func(n int, task func(i int) error, outs ...ranks.Out) error

// AddTo adds blocks 0 … count−1 to the normal equations, in order. fill gives a block its rows, as many as R
// then has; what else it writes, beginning with block lo, is others(lo).
func (s *Blocks[T]) AddTo(n *Normal, share Share, count int, fill func(i int, b *Block[T]) error, others func(lo int) []ranks.Out) error {
	for lo := 0; lo < count; lo += len(s.list) {
		list := s.list[:min(len(s.list), count-lo)]
		outs := []ranks.Out{ranks.Each(list, 1)}
		if others != nil {
			outs = append(outs, others(lo)...)
		}
		err := share(len(list), func(i int) error {
			b := &list[i]
			if b.J == nil {
				*b = NewBlock[T](s.rows, s.size)
			}
			b.R = b.R[:0]
			if err := fill(lo+i, b); err != nil {
				return err
			}
			b.Sum()
			return nil
		}, outs...)
		if err != nil {
			return err
		}
		for i := range list {
			Add(n, &list[i])
		}
	}
	return nil
}

// Solve is the w that makes ‖J w + r‖² least over the unknowns in keep, the others 0, in units of
// their columns and with a ridge relative to these; nil keep is all. It is nil where there is no solution.
func (n *Normal) Solve(ridge float64, keep []int) []float64 {
	if keep == nil {
		keep = make([]int, n.size)
		for i := range keep {
			keep[i] = i
		}
	}
	m := len(keep)
	unit := make([]float64, m)
	for i, k := range keep {
		unit[i] = math.Sqrt(n.gram[k*n.size+k]/n.rows) + 1e-12
	}
	a, b := mat.NewSymDense(m, nil), mat.NewVecDense(m, nil)
	for i, k := range keep {
		for j := i; j < m; j++ {
			a.SetSym(i, j, n.gram[k*n.size+keep[j]]/(n.rows*unit[i]*unit[j]))
		}
		a.SetSym(i, i, a.At(i, i)+ridge)
		b.SetVec(i, -n.right[k]/(n.rows*unit[i]))
	}
	var c mat.Cholesky
	if !c.Factorize(a) {
		return nil
	}
	var w mat.VecDense
	var ill mat.Condition
	if err := c.SolveVecTo(&w, b); err != nil && !errors.As(err, &ill) {
		return nil
	}
	out := make([]float64, n.size)
	for i, k := range keep {
		if out[k] = w.AtVec(i) / unit[i]; math.IsNaN(out[k]) || math.IsInf(out[k], 0) {
			return nil
		}
	}
	return out
}

// Spread is the root of the mean of r² over the rows.
func (n *Normal) Spread() float64 { return math.Sqrt(n.square / n.rows) }

// Left is the mean of (J w + r)² over the rows.
func (n *Normal) Left(w []float64) float64 {
	sum := n.square
	for i, v := range w {
		if v == 0 {
			continue
		}
		row := 0.0
		for j, u := range w {
			row += n.gram[i*n.size+j] * u
		}
		sum += v * (row + 2*n.right[i])
	}
	return sum / n.rows
}
