package bsde

import (
	"context"
	"math"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
)

// mixed uses every input of the generator, y together with wide and narrow parts,
// so that the graph has sub-expressions to compute once and others per step.
func mixed() pde.Problem {
	return pde.Problem{
		Name: "mixed", Dim: 3, Horizon: 0.5, Start: []float64{0.1, -0.2, 0.3},
		Drift: pde.LinearDrift(0.1), Diffusion: pde.Diagonal{0.5, 1, 0.7},
		Generator: func(t, x, y, z expr.Value) expr.Value {
			wide := x.Sin().Mul(y).Dot(z)
			return wide.Add(y.Square().Mul(t.AddConst(1))).Sub(z.NormSq().Scale(0.3)).Add(x.Sum().Tanh())
		},
		Terminal: func(x expr.Value) expr.Value { return x.NormSq().Add(x.At(0)) },
	}
}

var tiny = Settings{Steps: 4, Iterations: 10, Batch: 40, StartPaths: 256, ValidationPaths: 32, EstimatePaths: 64, Precision: "float64"}

func tinyEngine(t *testing.T, p pde.Problem, m DeepBSDE) *engine[float64] {
	t.Helper()
	tr, err := Init(context.Background(), p, m, &tiny)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tr.pool.Close)
	for range 3 { // away from the start, where most gradients vanish
		if !tr.Step(context.Background()) {
			t.Fatal(tr.status, tr.err)
		}
	}
	return tr.core.(*engine[float64])
}

// TestModelGradient compares the gradient of the whole recursion with central
// differences, for both networks: 1e-6 relative.
func TestModelGradient(t *testing.T) {
	noY := mixed()
	noY.Generator = func(_, x, _, z expr.Value) expr.Value { return z.NormSq().Sub(x.Sum()) }
	linear := mixed()
	linear.Generator = nil
	for _, p := range []pde.Problem{mixed(), noY, linear} {
		for _, net := range []Network{Shared{Hidden: []int{5}}, Shared{Hidden: []int{4, 3}, Activation: "tanh"}, PerStep{Hidden: []int{4}}} {
			e := tinyEngine(t, p, DeepBSDE{Network: net})
			distance, err := autodiff.CheckGradient(e.program, e.loss, e.pool)
			if err != nil || !(distance <= 1e-6) {
				t.Errorf("%s: gradient differs from central differences by %g, %v", net.Name(), distance, err)
			}
		}
	}
}

// TestGraphEqualsPlainRecursion: the loss of the training graph, with f cut into
// parts, is the mean square of the mismatch of the same paths walked step by step
// with plainly evaluated functions, 1e-12 relative. The shared network is the
// same in training and inference.
func TestGraphEqualsPlainRecursion(t *testing.T) {
	for _, uncontrolled := range []bool{true, false} {
		e := tinyEngine(t, mixed(), DeepBSDE{Network: Shared{Hidden: []int{5}}, Uncontrolled: uncontrolled})
		const batch = 1
		e.sampler.prepare(batch)
		e.program.Run(e.pool) // batch 1 goes ahead of it where it can
		if err := e.sampler.take(batch); err != nil {
			t.Fatal(err)
		}
		e.program.Run(e.pool)
		got := e.program.Value(e.loss)[0] * e.scales.g * e.scales.g
		want := 0.0
		w := e.walkers[0]
		for first := 0; first < tiny.Batch; first += chunkRows {
			rows := min(chunkRows, tiny.Batch-first)
			if err := w.begin(forTraining, batch, first, rows, nil); err != nil {
				t.Fatal(err)
			}
			if uncontrolled {
				w.control = nil
			}
			y := w.startValues()
			if err := w.walk(1, y, nil); err != nil {
				t.Fatal(err)
			}
			for r, v := range y[0] {
				want += (v - w.g[r]) * (v - w.g[r]) / float64(tiny.Batch)
			}
		}
		if !(math.Abs(got-want) <= 1e-12*want) {
			t.Errorf("uncontrolled %t: loss of the graph %.15g, of the plain recursion %.15g", uncontrolled, got, want)
		}
	}
}

// TestScales compares the pilot's moments with the law of X and g, 5 standard
// errors.
func TestScales(t *testing.T) {
	p := heat(2)
	s := Settings{Steps: 4, StartPaths: 20000}.WithDefaults()
	eq, err := newEquation(p)
	if err != nil {
		t.Fatal(err)
	}
	pool := autodiff.NewPool(2)
	defer pool.Close()
	sc, err := newScales(context.Background(), eq, &s, pool)
	if err != nil {
		t.Fatal(err)
	}
	n := float64(s.StartPaths)
	// g = ‖x0 + W₁‖² with x0 = (½, ½): mean 2.5, variance 2d + 4‖x0‖² = 6.
	if math.Abs(sc.y0-2.5) > 5*math.Sqrt(6/n) || math.Abs(sc.g*sc.g-6) > 5*6*math.Sqrt(8/n) {
		t.Errorf("g: mean %g, variance %g, want 2.5 and 6", sc.y0, sc.g*sc.g)
	}
	for k := 1; k < 4; k++ {
		std := math.Sqrt(float64(k) / 4)
		if math.Abs(sc.mean[k][1]-0.5) > 5*std/math.Sqrt(n) || math.Abs(1/sc.invstd[k][1]-std) > 5*std/math.Sqrt(2*n) {
			t.Errorf("X at step %d: mean %g, deviation %g, want 0.5 and %g", k, sc.mean[k][1], 1/sc.invstd[k][1], std)
		}
	}
	if sc.invstd[0][0] != 0 {
		t.Error("X at time 0 varies")
	}
}

// TestStreamsAreApart: neighbouring seeds, purposes, batches, paths and steps give
// numbers without visible correlation, 5 standard errors.
func TestStreamsAreApart(t *testing.T) {
	const size = 2000
	draw := func(seed uint64, p purpose, k, i int) []float64 {
		w, dw := newNoise(seed, p, k, i, 1, size), make([]float64, size)
		w.increments(0, 1, dw)
		return dw
	}
	next, extra, w := make([]float64, size), make([]float64, size), newNoise(1, forTraining, 0, 0, 1, size)
	w.increments(1, 1, next)
	w.extra(0, extra)
	base := draw(1, forTraining, 0, 0)
	for _, other := range [][]float64{
		draw(2, forTraining, 0, 0), draw(1, forEstimate, 0, 0), draw(1, forTraining, 1, 0), draw(1, forTraining, 0, 1), next, extra,
	} {
		s := 0.0
		for i := range base {
			s += base[i] * other[i]
		}
		if math.Abs(s)/math.Sqrt(size) > 5 {
			t.Errorf("correlation %g between streams", s/size)
		}
	}
}
