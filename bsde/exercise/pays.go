package exercise

import (
	"github.com/deepbsde/deepbsde/autodiff/random"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
)

// pays tells whether Φ at time 0 or g is another number than 0 in normal states around x0, ten times its size wide: then
// paths that all pay 0 have not seen it.
func (m *Model) pays() bool {
	const rows = 256
	d := m.Eq.Dim
	x, out := make([]float64, rows*d), make([]float64, rows)
	(&random.Stream{Key: random.Key(0, uint64(walk.ForCurvature)), Batch: 1 << 20}).Normals(x, 10)
	for i := range x {
		x0 := m.Eq.Start[i%d]
		x[i] = x0 + x[i]*max(1, x0, -x0)
	}
	seen := func() bool {
		for _, v := range out {
			if v != 0 && v == v {
				return true
			}
		}
		return false
	}
	if err := m.Eq.G.Eval(rows, out, x); err == nil && seen() {
		return true
	}
	return m.Obstacle(0, rows, x, out) == nil && seen()
}
