package autodiff

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// newRolloutBaseline is the rollout of package bsde's BenchmarkPolicyStep (its problem
// chain, d = 100, N = 20, batch 64, the network Shared) in gorgonia's own operations.
func newRolloutBaseline() *baseline {
	const d, steps, h, hidden = baseDim, baseSteps, 1.0 / baseSteps, 64
	b := &baseline{g: gorgonia.NewGraph(), rng: rand.New(rand.NewPCG(1, 1)), inputs: map[string]*gorgonia.Node{}}
	count := 0
	constant := func(v float64) *gorgonia.Node { return gorgonia.NewConstant(float32(v)) }
	fixed := func(rows, cols int, f func(i, j int) float64) *gorgonia.Node {
		data := make([]float32, rows*cols)
		for i := range data {
			data[i] = float32(f(i/cols, i%cols))
		}
		count++
		return gorgonia.NewMatrix(b.g, tensor.Float32, gorgonia.WithShape(rows, cols), gorgonia.WithName(fmt.Sprintf("fixed%d", count)),
			gorgonia.WithValue(tensor.New(tensor.WithShape(rows, cols), tensor.WithBacking(data))))
	}
	ones := fixed(baseBatch, 1, func(int, int) float64 { return 1 })
	drift := fixed(d, d, func(i, j int) float64 { // transposed
		return map[int]float64{0: -1, 1: 0.7, -1: -0.3}[j-i]
	})
	zero := func() float64 { return 0 }
	glorot := func(in, out int) func() float64 {
		return func() float64 { return math.Sqrt(2/float64(in+out)) * b.rng.NormFloat64() }
	}
	affine := func(x, w, bias *gorgonia.Node) *gorgonia.Node {
		return must(gorgonia.BroadcastAdd(must(gorgonia.Mul(x, w)), bias, nil, overRows))
	}
	layers := []struct{ w, b *gorgonia.Node }{}
	for i, width := range []int{hidden, hidden, d} {
		in := []int{d + 1, hidden, hidden}[i]
		layers = append(layers, struct{ w, b *gorgonia.Node }{
			b.param(fmt.Sprintf("weights%d", i), in, width, glorot(in, width)), b.param(fmt.Sprintf("bias%d", i), 1, width, zero),
		})
	}
	normSq := func(x *gorgonia.Node) *gorgonia.Node { return must(gorgonia.Sum(must(gorgonia.Square(x)), 1)) }
	x := must(gorgonia.Mul(ones, fixed(1, d, func(int, int) float64 { return 1 })))
	var cost *gorgonia.Node
	for n := range steps {
		xn := must(gorgonia.BroadcastHadamardProd(must(gorgonia.BroadcastSub(x, fixed(1, d, func(int, int) float64 { return 0.5 }), nil, overRows)),
			fixed(1, d, func(int, int) float64 { return 2 }), nil, overRows))
		a := affine(xn, b.param(fmt.Sprintf("gain%d", n), d, d, zero), b.param(fmt.Sprintf("offset%d", n), 1, d, zero))
		u := must(gorgonia.Concat(1, xn, fixed(baseBatch, 1, func(int, int) float64 { return float64(n) / steps })))
		for _, l := range layers[:2] {
			u = affine(u, l.w, l.b)
			u = must(gorgonia.HadamardProd(u, must(gorgonia.Sigmoid(u))))
		}
		a = must(gorgonia.Add(a, affine(u, layers[2].w, layers[2].b)))
		running := must(gorgonia.Mul(must(gorgonia.Add(normSq(x), must(gorgonia.Mul(normSq(a), constant(0.3))))), constant(h)))
		if cost == nil {
			cost = running
		} else {
			cost = must(gorgonia.Add(cost, running))
		}
		move := must(gorgonia.Mul(must(gorgonia.Add(must(gorgonia.Mul(x, drift)), a)), constant(h)))
		x = must(gorgonia.Add(x, must(gorgonia.Add(move, b.input(fmt.Sprintf("dw%d", n), baseBatch, d)))))
	}
	b.loss = must(gorgonia.Mean(must(gorgonia.Add(cost, normSq(x)))))
	if _, err := gorgonia.Grad(b.loss, b.params...); err != nil {
		panic(err)
	}
	b.machine = gorgonia.NewTapeMachine(b.g, gorgonia.BindDualValues(b.params...))
	b.solver = gorgonia.NewAdamSolver(gorgonia.WithLearnRate(5e-3))
	return b
}

// rolloutStep is a gradient step on fresh noise.
func (b *baseline) rolloutStep() error {
	for n := range baseSteps {
		dw := make([]float32, baseBatch*baseDim)
		for i := range dw {
			dw[i] = float32(0.5 * math.Sqrt(1.0/baseSteps) * b.rng.NormFloat64())
		}
		if err := gorgonia.Let(b.inputs[fmt.Sprintf("dw%d", n)], tensor.New(tensor.WithShape(baseBatch, baseDim), tensor.WithBacking(dw))); err != nil {
			return err
		}
	}
	if err := b.machine.RunAll(); err != nil {
		return err
	}
	if err := b.solver.Step(gorgonia.NodesToValueGrads(b.params)); err != nil {
		return err
	}
	b.machine.Reset()
	return nil
}

// TestRolloutBaselineTrains guards the comparison: the cost falls by what the problem
// allows, from 107 towards 54.
func TestRolloutBaselineTrains(t *testing.T) {
	if testing.Short() {
		t.Skip("many steps of the slow baseline")
	}
	b := newRolloutBaseline()
	defer b.machine.Close()
	var first, last float32
	for k := range 40 {
		if err := b.rolloutStep(); err != nil {
			t.Fatal(err)
		}
		if last = b.loss.Value().Data().(float32); k == 0 {
			first = last
		}
	}
	if first < 100 || first > 115 || last > 0.65*first {
		t.Errorf("cost %g at first, %g after 40 steps, want 107 and below 70", first, last)
	}
}

// BenchmarkPolicyStepTapeMachine is the same step as BenchmarkPolicyStep of package
// bsde, in gorgonia's own operations on its TapeMachine with its AdamSolver.
func BenchmarkPolicyStepTapeMachine(b *testing.B) {
	b.Run("lqr/shared", func(b *testing.B) {
		base := newRolloutBaseline()
		defer base.machine.Close()
		b.ReportAllocs()
		for b.Loop() {
			if err := base.rolloutStep(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
