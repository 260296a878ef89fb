package features

import (
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/autodiff/random"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"
)

// The search for directions: at most walk.MostDirections that hold mostOf of E ‖σᵀ∇g(X_T)‖², by so many
// rounds of orthogonal iteration on no more numbers than sampled.
const (
	mostOf  = 0.8
	rounds  = 12
	sampled = 1 << 21
)

// directions are the leading eigenvectors of E v vᵀ, v = σᵀ∇g(X_T), the active subspace of g
// (Constantine, Dow, Wang 2014), from rows of v. There are none where a few do not hold most of it.
func directions(v []float64, d int, seed uint64) [][]float64 {
	count, rows := min(walk.MostDirections, d), len(v)/d
	total := floats.Dot(v, v)
	if !(total > 0) || math.IsInf(total, 0) {
		return nil
	}
	if d == 1 {
		return [][]float64{{1}}
	}
	all := mat.NewDense(rows, d, v)
	start := make([]float64, d*count)
	(&random.Stream{Key: random.Key(seed, uint64(walk.ForFeatures)), Path: 2}).Normals(start, 1)
	basis := orthonormal(mat.NewDense(d, count, start))
	var images, next mat.Dense
	for range rounds {
		images.Mul(all, basis)
		next.Mul(all.T(), &images)
		basis = orthonormal(&next)
	}
	images.Mul(all, basis)
	var svd mat.SVD
	if !svd.Factorize(&images, mat.SVDThinV) {
		return nil
	}
	var turn, turned mat.Dense
	svd.VTo(&turn)
	turned.Mul(basis, &turn)
	var out [][]float64
	held := 0.0
	for j, s := range svd.Values(nil) {
		out, held = append(out, mat.Col(nil, j, &turned)), held+s*s/total
		if held >= mostOf {
			return out
		}
	}
	return nil
}

// beyond are the parts of directions that are orthogonal to 1 and each other, of length 1; those
// of which little is left are left out.
func beyond(list [][]float64, d int) (axes [][]float64) {
	known := [][]float64{slices.Repeat([]float64{1 / math.Sqrt(float64(d))}, d)}
	for _, v := range list {
		left := slices.Clone(v)
		for _, k := range known {
			floats.AddScaled(left, -floats.Dot(k, left), k)
		}
		if part := floats.Norm(left, 2); part > 0.3 {
			floats.Scale(1/part, left)
			axes, known = append(axes, left), append(known, left)
		}
	}
	return axes
}

// orthonormal are columns that span what those of m do. mat.QR would make a square matrix of them.
func orthonormal(m *mat.Dense) *mat.Dense {
	q := mat.DenseCopyOf(m)
	_, count := q.Dims()
	tau, best := make([]float64, count), make([]float64, 1)
	lapack64.Geqrf(q.RawMatrix(), tau, best, -1)
	work := make([]float64, int(best[0]))
	lapack64.Geqrf(q.RawMatrix(), tau, work, len(work))
	lapack64.Orgqr(q.RawMatrix(), tau, best, -1)
	work = make([]float64, int(best[0]))
	lapack64.Orgqr(q.RawMatrix(), tau, work, len(work))
	return q
}
