package deep

import (
	"math"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde"
	"gonum.org/v1/gonum/stat"
)

// TestPaths: along the paths Y follows the exact solution within the share of the
// spread that the result calls unexplained, in a linear problem and in a controlled one.
func TestPaths(t *testing.T) {
	linear := heat(5)
	linear.Exact = func(t, x expr.Value) expr.Value { return x.NormSq().Sub(t.Scale(5)).AddConst(5) }
	s := small
	s.Iterations = 400
	for _, p := range []struct {
		name string
		run  func() (*bsde.Trainer, error)
	}{
		{"heat", func() (*bsde.Trainer, error) { return bsde.Init(t.Context(), linear, Method{}, &s) }},
		{"quadratic-gradient", func() (*bsde.Trainer, error) {
			return bsde.Init(t.Context(), named(t, "quadratic-gradient", 10), Method{}, &s)
		}},
	} {
		run, err := p.run()
		if err != nil {
			t.Fatal(err)
		}
		for run.Step(t.Context()) {
		}
		if _, err := run.Solution().Paths(0); err == nil {
			t.Errorf("%s: no paths", p.name)
		}
		const count = 200 // several chunks, the last one not full
		paths, err := run.Solution().Paths(count)
		if err != nil || len(paths) != count {
			t.Fatalf("%s: %d paths, %v", p.name, len(paths), err)
		}
		var gaps, ends, last []float64
		for _, path := range paths {
			n := s.Steps
			if len(path.T) != n+1 || len(path.X) != n+1 || len(path.Y) != n+1 || len(path.U) != n+1 || len(path.Z) != n || len(path.Z[0]) != len(path.X[n]) {
				t.Fatalf("%s: %d times, %d states, %d values, %d exact ones, %d Z on %d steps", p.name, len(path.T), len(path.X), len(path.Y), len(path.U), len(path.Z), n)
			}
			if path.T[0] != 0 || math.Abs(path.T[n]-1) > 1e-15 || path.X[0][0] != paths[0].X[0][0] {
				t.Errorf("%s: a path from time %g to %g", p.name, path.T[0], path.T[n])
			}
			if math.Abs(path.U[n]-path.G) > 1e-12*math.Abs(path.G) {
				t.Errorf("%s: u(T, X_T) = %g, g(X_T) = %g", p.name, path.U[n], path.G)
			}
			for k := range path.Y {
				gaps = append(gaps, path.Y[k]-path.U[k])
			}
			ends, last = append(ends, path.G), append(last, path.Y[n]-path.G)
		}
		if stat.StdDev(last, nil) == 0 || paths[0].G == paths[count-1].G {
			t.Errorf("%s: the paths do not differ", p.name)
		}
		r, err := run.Result(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		// The residual is what Y lacks at the end, where it lacks most.
		spread := stat.StdDev(ends, nil)
		rms := math.Sqrt(stat.Mean(squares(gaps), nil))
		if rms > r.ResidualRatio*spread+math.Abs(r.Trained-r.Value) || r.ResidualRatio > 0.6 {
			t.Errorf("%s: Y is off by %g of a spread of %g with a residual ratio of %g", p.name, rms, spread, r.ResidualRatio)
		}
	}
}

func squares(v []float64) []float64 {
	s := make([]float64, len(v))
	for i, x := range v {
		s[i] = x * x
	}
	return s
}
