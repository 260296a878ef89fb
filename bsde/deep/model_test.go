package deep

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"github.com/deepbsde/deepbsde/bsde/network"
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

var tiny = bsde.Settings{Steps: 4, Iterations: 10, Batch: 40, StartPaths: 256, ValidationPaths: 32, Paths: 64, Precision: "float64"}

func tinyEngine(t *testing.T, p pde.Problem, m Method) *engine[float64] {
	t.Helper()
	tr, err := bsde.Init(context.Background(), p, m, &tiny)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tr.Close)
	for range 3 { // away from the start, where most gradients vanish
		if !tr.Step(context.Background()) {
			t.Fatal("stopped")
		}
	}
	return tr.Training().(*engine[float64])
}

// TestModelGradient compares the gradient of the whole recursion with central
// differences, for both networks: 1e-6 relative. On uncontrolled paths: the weights of the others
// have no gradient.
func TestModelGradient(t *testing.T) {
	noY := mixed()
	noY.Generator = func(_, x, _, z expr.Value) expr.Value { return z.NormSq().Sub(x.Sum()) }
	linear := mixed()
	linear.Generator = nil
	for _, p := range []pde.Problem{mixed(), noY, linear} {
		for _, net := range []network.Network{network.Shared{Hidden: []int{5}}, network.Shared{Hidden: []int{4, 3}, Activation: "tanh"}, network.PerStep{Hidden: []int{4}}} {
			e := tinyEngine(t, p, Method{Network: net, Uncontrolled: true})
			distance, err := autodiff.CheckGradient(e.program, e.loss, e.pool)
			if err != nil || !(distance <= 1e-6) {
				t.Errorf("%s: gradient differs from central differences by %g, %v", net.Name(), distance, err)
			}
		}
	}
}

// TestGraphEqualsPlainRecursion: the loss of the training graph, with f cut into
// parts, is the mean square of the mismatch of the same paths walked step by step
// with plainly evaluated functions, 1e-12 relative. On controlled paths it has the weights Γ
// of the walk, whose differences of f are narrower: 1e-5. The shared network is the same in
// training and inference.
func TestGraphEqualsPlainRecursion(t *testing.T) {
	for _, uncontrolled := range []bool{true, false} {
		e := tinyEngine(t, mixed(), Method{Network: network.Shared{Hidden: []int{5}}, Uncontrolled: uncontrolled})
		const batch = 1
		e.sampler.prepare(batch)
		e.program.Run(e.pool) // batch 1 goes ahead of it where it can
		if err := e.sampler.take(batch); err != nil {
			t.Fatal(err)
		}
		e.program.Run(e.pool)
		got := e.program.Value(e.loss)[0] * e.Scales.G * e.Scales.G
		want := 0.0
		w := e.team.Take()
		defer e.team.Give(w)
		for first := 0; first < tiny.Batch; first += walk.ChunkRows {
			rows := min(walk.ChunkRows, tiny.Batch-first)
			if err := w.Begin(walk.ForTraining, batch, first, rows, nil); err != nil {
				t.Fatal(err)
			}
			w.Steer = !uncontrolled
			y, logs := w.StartValues()[0], make([]float64, rows)
			if err := w.Follow(1, y, logs, nil); err != nil {
				t.Fatal(err)
			}
			for r, v := range y {
				by := 1.0
				if !uncontrolled {
					by = e.weights.of(logs[r])
				}
				want += by * (v - w.G[r]) * (v - w.G[r]) / float64(tiny.Batch)
			}
		}
		within := 1e-5
		if uncontrolled {
			within = 1e-12
		}
		if !(math.Abs(got-want) <= within*want) {
			t.Errorf("uncontrolled %t: loss of the graph %.15g, of the plain recursion %.15g", uncontrolled, got, want)
		}
	}
}

// TestTilt: with increments that follow Γ, the mean of exp(L − cB) is 1, within five standard errors, for
// both signs of c. Without the tilt it is not.
func TestTilt(t *testing.T) {
	if testing.Short() {
		t.Skip("walks 256000 paths")
	}
	e := tinyEngine(t, mixed(), Method{})
	for _, p := range e.Layout.Params() {
		if strings.HasSuffix(p.Name, "/gamma") {
			for i := range e.Params[p.Offset : p.Offset+p.Size()] {
				e.Params[p.Offset+i] += 0.05
			}
		}
	}
	w := e.team.Take()
	defer e.team.Give(w)
	for _, c := range []float64{-2, 2} {
		w.Tilt = c
		sum, square, bare, paths := 0.0, 0.0, 0.0, 4000*walk.ChunkRows
		for first := 0; first < paths; first += walk.ChunkRows {
			if err := w.Begin(walk.ForValidation, 1, first, walk.ChunkRows, nil); err != nil {
				t.Fatal(err)
			}
			if err := w.Follow(1, w.StartValues()[0], nil, nil); err != nil {
				t.Fatal(err)
			}
			for r, b := range w.Bent {
				v := math.Exp(w.Tilted[r] - c*b)
				sum, square, bare = sum+v, square+v*v, bare+math.Exp(-c*b)
			}
		}
		w.Tilt = 0
		n := float64(paths)
		mean := sum / n
		se := math.Sqrt((square/n - mean*mean) / n)
		if math.Abs(mean-1) > 5*se || se > 0.02 || math.Abs(bare/n-1) < 10*se {
			t.Errorf("c = %g: the mean is %g ± %g, without the weights %g", c, mean, se, bare/n)
		}
	}
}
