package policy

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/autodiff/random"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/internal/race"
	"github.com/deepbsde/deepbsde/bsde/network"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/pde"
)

// chain is a linear-quadratic problem of n coupled states with an action on each.
func chain(n int) control.Problem {
	a := make([][]float64, n)
	start := make([]float64, n)
	for i := range a {
		a[i] = make([]float64, n)
		a[i][i], start[i] = -1, 1
		if i > 0 {
			a[i][i-1], a[i-1][i] = 0.7, -0.3
		}
	}
	return control.Problem{
		Name: "chain", StateDim: n, ActionDim: n, Horizon: 1, Start: start,
		Drift:        func(_, x, a2 expr.Value) expr.Value { return x.Linear(a).Add(a2) },
		Diffusion:    pde.Scalar(0.5),
		RunningCost:  func(_, x, a expr.Value) expr.Value { return x.NormSq().Add(a.NormSq().Scale(0.3)) },
		TerminalCost: func(x expr.Value) expr.Value { return x.NormSq() },
	}
}

func policyTrainer(tb testing.TB, p control.Problem, m Method, s bsde.Settings) *bsde.Trainer {
	tb.Helper()
	t, err := bsde.Init(context.Background(), p, m, &s)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(t.Close)
	return t
}

// everyDependence has every kind of dependence on the action.
func everyDependence() control.Problem {
	return control.Problem{
		Name: "mixed", StateDim: 3, ActionDim: 2, NoiseDim: 2, Horizon: 1, Start: []float64{0.3, -0.2, 0.5},
		RandomStart: func(xi expr.Value) expr.Value { return xi.Scale(0.2).AddConst(0.1) },
		Drift: func(t, x, a expr.Value) expr.Value {
			return expr.Concat(a, a.Sum().Mul(x.At(0)).Add(t))
		},
		Noise: func(_, x, a, dw expr.Value) expr.Value {
			return expr.Concat(dw.Mul(a.Scale(0.3).AddConst(0.2)), dw.Sum().Mul(x.At(1)))
		},
		RunningCost:  func(t, x, a expr.Value) expr.Value { return x.NormSq().Add(a.NormSq()).Add(t) },
		TerminalCost: func(x expr.Value) expr.Value { return x.At(2).Sin().Add(x.NormSq()) },
		Actions:      control.Box{Lower: []float64{-1, -2}, Upper: []float64{1, 0.5}},
		Constraints:  []control.Constraint{{Name: "low", Weight: 3, Violation: func(_, x, _ expr.Value) expr.Value { return x.AddConst(-0.1) }}},
	}
}

// TestPolicyGradient compares the gradient of the whole rollout, with every kind of
// dependence on the action, with central differences.
func TestPolicyGradient(t *testing.T) {
	p := everyDependence()
	for _, net := range []network.Network{network.Shared{Hidden: []int{5}}, network.PerStep{Hidden: []int{5}}} {
		tr := policyTrainer(t, p, Method{Network: net}, bsde.Settings{Steps: 4, Batch: 6, Precision: "float64", Workers: 1})
		e := tr.Training().(*engine[float64])
		for i := range e.params { // away from the start, where the network's part is 0
			e.params[i] += 0.1 * math.Sin(float64(i))
		}
		if err := e.noise.starts(e.x[0], 0); err != nil {
			t.Fatal(err)
		}
		e.pool.Do(e.noise.fill(e.w[0], 0, 0, 4))
		b := e.builder(true)
		_, out, cost, _ := e.piece(b, 0, 4, 6, false)
		node := e.objective(b, out, cost, autodiff.Node{}, true)
		check, err := autodiff.Compile(b.Graph, autodiff.Target{Cost: node, Norms: b.Norms}, e.params, e.states)
		if err != nil {
			t.Fatal(err)
		}
		bind(check, "start", e.x[0])
		bind(check, "w", e.w[0])
		if worst, err := autodiff.CheckGradient(check, node, e.pool); err != nil || worst > 1e-6 {
			t.Errorf("%s: gradient differs from central differences by %g, %v", net.Name(), worst, err)
		}
	}
}

// TestPolicyPieces: cut into pieces, training gives the same parameters but for
// rounding, for any number of pieces and both networks.
func TestPolicyPieces(t *testing.T) {
	p := chain(3)
	p.RandomStart = func(xi expr.Value) expr.Value { return xi.Scale(0.3).AddConst(1) }
	for _, net := range []network.Network{network.Shared{Hidden: []int{6}}, network.PerStep{Hidden: []int{6}}} {
		var want []float64
		for _, pieces := range []int{1, 2, 3, 7} {
			tr := policyTrainer(t, p, Method{Network: net, Segments: pieces}, bsde.Settings{Steps: 7, Batch: 16, Precision: "float64", Iterations: 5, ValidateEvery: 5})
			for tr.Step(t.Context()) {
			}
			params := tr.Training().(*engine[float64]).params
			if want == nil {
				want = slices.Clone(params)
				continue
			}
			for i, v := range params {
				if math.Abs(v-want[i]) > 1e-9*(1+math.Abs(want[i])) {
					t.Errorf("%s, %d pieces: parameter %d is %.15g, want %.15g", net.Name(), pieces, i, v, want[i])
					break
				}
			}
		}
	}
}

// TestPolicyBits: the same bits for any number of workers.
func TestPolicyBits(t *testing.T) {
	for _, m := range []Method{{}, {Network: network.PerStep{}, Antithetic: true}, {Segments: 3}} {
		var want float64
		for workers := 1; workers <= 3; workers++ {
			r, err := bsde.Solve(t.Context(), chain(5), m, &bsde.Settings{Iterations: 20, Paths: 256, Workers: workers})
			if err != nil {
				t.Fatal(err)
			}
			if workers == 1 {
				want = r.Value
			} else if r.Value != want {
				t.Errorf("%+v with %d workers: %.17g, want %.17g", m, workers, r.Value, want)
			}
		}
	}
}

// scalarRiccati is the optimal cost of dx = a dt + s dW with cost ∫(x² + r a²)dt + x² on
// N steps, and the gains.
func scalarRiccati(n int, r, s, x0 float64) (value float64, gains []float64) {
	h := 1 / float64(n)
	p, c := 1.0, 0.0
	gains = make([]float64, n)
	for k := n - 1; k >= 0; k-- {
		c += p * s * s * h
		gains[k] = p / (r + h*p)
		p = h + p - h*p*p/(r+h*p)
	}
	return p*x0*x0 + c, gains
}

// TestPolicyFindsTheGain: for a scalar linear-quadratic problem cost and action are
// those of the Riccati recursion. The cost of a policy is second order in its error.
func TestPolicyFindsTheGain(t *testing.T) {
	if testing.Short() {
		t.Skip("a few seconds of training")
	}
	p := control.Problem{
		Name: "scalar", StateDim: 1, ActionDim: 1, Horizon: 1, Start: []float64{1},
		Drift:        func(_, _, a expr.Value) expr.Value { return a },
		Diffusion:    pde.Scalar(0.5),
		RunningCost:  func(_, x, a expr.Value) expr.Value { return x.Square().Add(a.Square().Scale(0.3)) },
		TerminalCost: func(x expr.Value) expr.Value { return x.Square() },
	}
	want, gains := scalarRiccati(20, 0.3, 0.5, 1)
	for _, net := range []network.Network{network.Shared{}, network.PerStep{}} {
		r, err := bsde.Solve(t.Context(), p, Method{Network: net}, &bsde.Settings{Iterations: 2000})
		if err != nil {
			t.Fatal(err)
		}
		if on := r.OnGrid(); on.Value > want*1.005+5*on.StdErr || on.Value < want-5*on.StdErr {
			t.Errorf("%s: cost %.5f ± %.5f, optimal %.5f", net.Name(), on.Value, on.StdErr, want)
		}
		if math.Abs(r.Control.Action[0]+gains[0]) > 0.03*gains[0] {
			t.Errorf("%s: first action %.4f, optimal %.4f", net.Name(), r.Control.Action[0], -gains[0])
		}
	}
}

// TestActionsAreAdmissible: no action of a trained policy leaves a box, a budget, a
// simplex or bounds that depend on the state, on a million random states far beyond
// those of training.
func TestActionsAreAdmissible(t *testing.T) {
	d := 3
	inBox := func(lo, hi []float64) func(x, a []float64) bool {
		return func(_, a []float64) bool {
			for i, v := range a {
				if !(v >= lo[i] && v <= hi[i]) {
					return false
				}
			}
			return true
		}
	}
	sum := func(a []float64) (s float64, positive bool) {
		positive = true
		for _, v := range a {
			s += v
			positive = positive && v >= 0
		}
		return s, positive
	}
	for name, c := range map[string]struct {
		actions control.Actions
		holds   func(x, a []float64) bool
	}{
		"box":       {control.Box{Lower: []float64{-1, 0, 2.7}, Upper: []float64{0.1, 1e-9, 1e9}}, inBox([]float64{-1, 0, 2.7}, []float64{0.1, 1e-9, 1e9})},
		"half-open": {control.Box{Lower: []float64{0.1, math.Inf(-1), math.Inf(-1)}, Upper: []float64{math.Inf(1), 0.3, math.Inf(1)}}, inBox([]float64{0.1, math.Inf(-1), math.Inf(-1)}, []float64{math.Inf(1), 0.3, math.Inf(1)})},
		"budget":    {control.Budget(0.7), func(_, a []float64) bool { s, p := sum(a); return p && s <= 0.7 }},
		"simplex":   {control.Simplex{}, func(_, a []float64) bool { s, p := sum(a); return p && math.Abs(s-1) < 1e-15*8 }},
		"state box": {
			control.StateBox{Lower: func(_, x expr.Value) expr.Value { return x.Abs().Neg() }, Upper: func(_, x expr.Value) expr.Value { return x.Abs().Scale(0.3) }},
			func(x, a []float64) bool {
				for i, v := range a {
					if !(v >= -math.Abs(x[i]) && v <= 0.3*math.Abs(x[i])) {
						return false
					}
				}
				return true
			},
		},
	} {
		p := chain(d)
		p.Actions = c.actions
		r, err := bsde.Solve(t.Context(), p, Method{}, &bsde.Settings{Iterations: 30, Paths: 64, Steps: 4})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		states := 1_000_000
		if testing.Short() {
			states = 50_000
		}
		const rows = 10_000
		x, a := make([]float64, rows*d), make([]float64, rows*d)
		for round := range states / rows {
			stream := random.Stream{Key: random.Key(7, 1), Batch: uint32(round)}
			stream.Normals(x, 1)
			scale := math.Pow(10, float64(round%7-2)) // from 0.01 to 10⁴
			if round%50 == 49 {
				scale = 1e300
			}
			for i := range x {
				x[i] *= scale
			}
			if err := r.Policy.Act(round%4, float64(round%4)/4, rows, x, a); err != nil {
				t.Fatal(err)
			}
			for i := range rows {
				if at := a[i*d : (i+1)*d]; !c.holds(x[i*d:(i+1)*d], at) {
					t.Fatalf("%s: action %v in state %v", name, at, x[i*d:(i+1)*d])
				}
			}
		}
	}
}

// TestPolicyConstraints: a penalty keeps the state below a bound that the unconstrained
// policy breaks, and the violation is reported.
func TestPolicyConstraints(t *testing.T) {
	race.Skip(t)
	p := chain(2)
	p.RunningCost = func(_, _, a expr.Value) expr.Value { return a.NormSq() }
	p.TerminalCost = func(x expr.Value) expr.Value { return x.AddConst(-2).NormSq().Scale(5) }
	p.Diffusion = pde.Scalar(0.05)
	run := func(weight float64) *bsde.Result {
		p.Constraints = []control.Constraint{{Name: "x ≤ 1.2", Weight: weight, Violation: func(_, x, _ expr.Value) expr.Value { return x.AddConst(-1.2) }}}
		r, err := bsde.Solve(t.Context(), p, Method{}, &bsde.Settings{Iterations: 300, Paths: 1024})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	free, bound := run(1e-9), run(1e4)
	if !(free.Control.Violation[0] > 0.3) || !(bound.Control.ViolationMean[0] < 0.2*free.Control.ViolationMean[0]) || !(bound.Value > free.Value) {
		t.Errorf("violation %v (mean %v) at cost %g; with the penalty %v (mean %v) at %g", free.Control.Violation, free.Control.ViolationMean, free.Value,
			bound.Control.Violation, bound.Control.ViolationMean, bound.Value)
	}
}

// TestPolicyDiverges: dynamics that explode end as diverged, without a value.
func TestPolicyDiverges(t *testing.T) {
	p := chain(2)
	p.Drift = func(_, x, _ expr.Value) expr.Value { return x.PowConst(3).Scale(1e6) }
	r, err := bsde.Solve(t.Context(), p, Method{}, &bsde.Settings{Iterations: 10})
	if err != nil {
		t.Fatal(err)
	}
	if r.Status != bsde.Diverged || !math.IsNaN(r.Value) || r.Policy != nil {
		t.Errorf("status %v, value %g", r.Status, r.Value)
	}
}

// TestPolicyCancelled: a cancelled context ends training with the result so far.
func TestPolicyCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r, err := bsde.Solve(ctx, chain(2), Method{}, &bsde.Settings{Iterations: 1 << 20, Progress: func(p bsde.Progress) {
		if p.Iteration == 5 {
			cancel()
		}
	}})
	if err != nil || r.Status != bsde.Cancelled || r.Iterations != 5 || math.IsNaN(r.Value) {
		t.Errorf("%v, %+v", err, r)
	}
}

func TestPolicyErrors(t *testing.T) {
	p := chain(2)
	var setting *bsde.SettingsError
	if _, err := bsde.Solve(t.Context(), p, Method{Segments: 21}, nil); !errors.As(err, &setting) || setting.Field != "segments" {
		t.Errorf("21 segments of 20 steps: %v", err)
	}
	p.Start = nil
	var wrong *pde.Error
	if _, err := bsde.Solve(t.Context(), p, Method{}, nil); !errors.As(err, &wrong) || wrong.Field != "Start" {
		t.Errorf("no start: %v", err)
	}
}

// TestPolicyStepAllocatesNothing counts the allocations of a gradient step with one
// worker.
func TestPolicyStepAllocatesNothing(t *testing.T) {
	if race.Enabled {
		t.Skip("sync.Pool drops memory at random under the race detector")
	}
	for _, m := range []Method{{}, {Network: network.PerStep{}}, {Segments: 5}} {
		tr := policyTrainer(t, chain(20), m, bsde.Settings{Iterations: 1 << 30, ValidateEvery: 1 << 30, Workers: 1})
		ctx := context.Background()
		tr.Step(ctx)
		if n := testing.AllocsPerRun(3, func() { tr.Step(ctx) }); n != 0 {
			t.Errorf("%+v: %g allocations in a step, want 0", m, n)
		}
	}
}

// TestPiecesSaveMemory: with √N pieces the memory of the batch grows slower than N.
func TestPiecesSaveMemory(t *testing.T) {
	numbers := func(steps, pieces int) float64 {
		tr := policyTrainer(t, chain(4), Method{Network: network.Shared{Hidden: []int{8}}, Segments: pieces},
			bsde.Settings{Steps: steps, Batch: 512, Iterations: 1, ValidationPaths: 4})
		e := tr.Training().(*engine[float32])
		n := len(e.w) * len(e.w[0])
		for _, x := range e.x {
			n += len(x)
		}
		return float64(n + e.arena.Size())
	}
	// Four times the steps: four times the memory, but only about twice in √N pieces.
	if whole := numbers(144, 1) / numbers(36, 1); whole < 3 {
		t.Errorf("in one piece the memory grows %.2f times with four times the steps", whole)
	}
	if cut := numbers(144, 12) / numbers(36, 6); cut > 2.5 {
		t.Errorf("in √N pieces the memory grows %.2f times with four times the steps, want about 2", cut)
	}
}

// BenchmarkPolicyStep is a gradient step of the rollout of a linear-quadratic problem,
// d = 100, N = 20, batch 64. Its baseline is BenchmarkPolicyStepTapeMachine in package
// autodiff.
func BenchmarkPolicyStep(b *testing.B) {
	for _, m := range []Method{{}, {Network: network.PerStep{}}, {Segments: 5}} {
		for _, precision := range []string{"float32", "float64"} {
			net := m.Network
			if net == nil {
				net = network.Shared{}
			}
			b.Run(fmt.Sprintf("lqr/%s-%d/%s", net.Name(), max(m.Segments, 1), precision), func(b *testing.B) {
				t := policyTrainer(b, chain(100), m, bsde.Settings{Iterations: 1 << 30, ValidateEvery: 1 << 30, Precision: precision})
				ctx := context.Background()
				t.Step(ctx)
				b.ReportAllocs()
				for b.Loop() {
					if !t.Step(ctx) {
						b.Fatal("stopped")
					}
				}
				b.ReportMetric(2e-9*float64(t.Training().(interface{ MulAdds() int }).MulAdds())*float64(b.N)/b.Elapsed().Seconds(), "GFLOP/s")
			})
		}
	}
}
