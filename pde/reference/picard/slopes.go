package picard

import (
	"context"
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/autodiff/random"
	"github.com/deepbsde/deepbsde/pde"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

// mostLeft is what n iterations may leave of a change of 1 in y, and in z, by the slopes of
// f. For f = ky iteration n changes the value by (kT)ⁿ/n! of g, 2/3 at kT = 2 and n = 4.
// That for z is coarser: it takes no notice of signs.
const (
	mostLeftOfY = 1
	mostLeftOfZ = 3
)

// settles refuses an f so steep that the iterations cannot have settled: with the slopes
// L = |∂f/∂y| and ‖∂f/∂z‖ where X_T comes, y = g(X_T) and ‖z‖² of the size Var g(X_T)/T,
//
//	E (LT)ⁿ/n!,   E (L√T)ⁿ/Γ(n/2+1)
//
// are what n iterations leave of a change in y and in z (the weight of z is of the size
// (r−t)^{−½}). The terms of the sum alone do not show it: they may be small in between, as
// where the slope changes its sign over the states, or hang on few samples.
func (e *equation) settles(ctx context.Context, p *pde.Problem, m Multilevel, key random.Stream) error {
	const rows = 512
	d := e.dim
	noise := func(path uint32, n int, scale float64) []float64 {
		s, v := key, make([]float64, n)
		s.Path = path
		s.Normals(v, scale)
		return v
	}
	x, from := make([]float64, rows*d), make([]float64, rows*d)
	for r := range rows {
		copy(from[r*d:], p.Start)
	}
	root := math.Sqrt(e.horizon)
	if err := e.step.Step(0, e.horizon, rows, from, noise(1, rows*d, root), noise(2, rows*d*e.step.Extra, 1), x); err != nil {
		return err
	}
	y, t, one, zero := make([]float64, rows), make([]float64, rows), make([]float64, rows), make([]float64, rows*d)
	for r := range rows {
		t[r], one[r] = e.horizon*float64(r)/rows, 1
	}
	if err := e.g.Eval(rows, y, x); err != nil || ctx.Err() != nil {
		return err
	}
	z, along := noise(3, rows*d, stat.StdDev(y, nil)/root/math.Sqrt(float64(d))), noise(4, rows*d, 1)
	n := float64(m.Level)
	gamma, _ := math.Lgamma(n + 1)
	gammaZ, _ := math.Lgamma(n/2 + 1)
	for _, c := range []struct {
		of           string
		dy, dz       []float64
		root         float64 // T or √T
		gamma, limit float64
	}{
		{"y", one, zero, e.horizon, gamma, mostLeftOfY},
		{"z", zero[:rows], along, root, gammaZ, mostLeftOfZ},
	} {
		if c.of == "z" && !e.gradient {
			continue
		}
		_, slope, _, err := e.f.Jet(rows, [][]float64{t, x, y, z}, [][]float64{zero[:rows], zero, c.dy, c.dz})
		if err != nil {
			return err
		}
		left := make([]float64, rows)
		for r, v := range slope {
			if c.of == "z" { // the mean over directions of the n-th power of a normal number
				v /= math.Pow(normalMoment(n), 1/n)
			}
			left[r] = math.Exp(n*math.Log(math.Abs(v)*c.root) - c.gamma)
		}
		// Not finite: the values themselves will tell.
		if sum := floats.Sum(left) / rows; sum > c.limit && !math.IsInf(sum, 0) {
			return fmt.Errorf("needs more than the %d iterations of Level: f is so steep in %s that they leave about %.2g of a change, want %.2g at most; shorten the horizon or, from Go, raise Level", m.Level, c.of, sum, c.limit)
		}
	}
	return nil
}

// normalMoment is E|ξ|ⁿ for a standard normal ξ.
func normalMoment(n float64) float64 {
	l, _ := math.Lgamma((n + 1) / 2)
	return math.Pow(2, n/2) * math.Exp(l) / math.Sqrt(math.Pi)
}
