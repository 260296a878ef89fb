package autodiff

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// baseline is the paper's Allen–Cahn network (d=100, N=20, batch 64, two hidden
// layers of 110 a step) built from gorgonia's own operations alone, the
// mathematics of network.PerStep: what this package is to be faster than.
type baseline struct {
	g       *gorgonia.ExprGraph
	params  gorgonia.Nodes
	count   int // trained numbers
	rng     *rand.Rand
	inputs  map[string]*gorgonia.Node
	loss    *gorgonia.Node
	machine gorgonia.VM
	solver  gorgonia.Solver
}

const (
	baseDim, baseSteps, baseBatch = 100, 20, 64
	baseHorizon                   = 0.3
)

func must(n *gorgonia.Node, err error) *gorgonia.Node {
	if err != nil {
		panic(err)
	}
	return n
}

func (b *baseline) param(name string, rows, cols int, init func() float64) *gorgonia.Node {
	data := make([]float32, rows*cols)
	for i := range data {
		data[i] = float32(init())
	}
	n := gorgonia.NewMatrix(b.g, tensor.Float32, gorgonia.WithShape(rows, cols), gorgonia.WithName(name),
		gorgonia.WithValue(tensor.New(tensor.WithShape(rows, cols), tensor.WithBacking(data))))
	b.params = append(b.params, n)
	b.count += rows * cols
	return n
}

func (b *baseline) input(name string, rows, cols int) *gorgonia.Node {
	n := gorgonia.NewMatrix(b.g, tensor.Float32, gorgonia.WithShape(rows, cols), gorgonia.WithName(name))
	b.inputs[name] = n
	return n
}

// overRows are the axes along which a single row is repeated.
var overRows = []byte{0}

func (b *baseline) norm(name string, x *gorgonia.Node) *gorgonia.Node {
	n := x.Shape()[1]
	row := func(v *gorgonia.Node) *gorgonia.Node { return must(gorgonia.Reshape(v, tensor.Shape{1, n})) }
	gamma := b.param(name+"/gamma", 1, n, func() float64 { return 0.1 + 0.4*b.rng.Float64() })
	beta := b.param(name+"/beta", 1, n, func() float64 { return 0.1 * b.rng.NormFloat64() })
	centred := must(gorgonia.BroadcastSub(x, row(must(gorgonia.Mean(x, 0))), nil, overRows))
	variance := row(must(gorgonia.Mean(must(gorgonia.Square(centred)), 0)))
	std := must(gorgonia.Sqrt(must(gorgonia.Add(variance, gorgonia.NewConstant(float32(1e-6))))))
	y := must(gorgonia.BroadcastHadamardProd(must(gorgonia.BroadcastHadamardDiv(centred, std, nil, overRows)), gamma, nil, overRows))
	return must(gorgonia.BroadcastAdd(y, beta, nil, overRows))
}

func (b *baseline) dense(name string, x *gorgonia.Node, out int) *gorgonia.Node {
	in := x.Shape()[1]
	return must(gorgonia.Mul(x, b.param(name, in, out, func() float64 { return math.Sqrt(2/float64(in+out)) * b.rng.NormFloat64() })))
}

func newBaseline() *baseline {
	b := &baseline{g: gorgonia.NewGraph(), rng: rand.New(rand.NewPCG(1, 1)), inputs: map[string]*gorgonia.Node{}}
	ones := gorgonia.NewConstant(tensor.Ones(tensor.Float32, baseBatch, 1))
	y := must(gorgonia.Mul(ones, b.param("y0", 1, 1, func() float64 { return 0.05 })))
	h := float32(baseHorizon / baseSteps)
	for n := range baseSteps {
		name := fmt.Sprintf("step%d/", n)
		var z *gorgonia.Node
		if n == 0 {
			z = must(gorgonia.Mul(ones, b.param("z0", 1, baseDim, func() float64 { return 0.2*b.rng.Float64() - 0.1 })))
		} else {
			z = b.norm(name+"norm0", b.input(fmt.Sprintf("x%d", n), baseBatch, baseDim))
			for i, width := range []int{110, 110} {
				z = must(gorgonia.Rectify(b.norm(fmt.Sprintf("%snorm%d", name, i+1), b.dense(fmt.Sprintf("%sdense%d", name, i+1), z, width))))
			}
			z = b.dense(name+"dense3", z, baseDim)
			z = must(gorgonia.BroadcastAdd(z, b.param(name+"bias", 1, baseDim, func() float64 { return 0 }), nil, overRows))
			z = must(gorgonia.Mul(b.norm(name+"norm3", z), gorgonia.NewConstant(float32(1)/baseDim)))
		}
		dw := b.input(fmt.Sprintf("dw%d", n), baseBatch, baseDim)
		growth := must(gorgonia.Reshape(must(gorgonia.Sum(must(gorgonia.HadamardProd(z, dw)), 1)), tensor.Shape{baseBatch, 1}))
		f := must(gorgonia.Sub(y, must(gorgonia.Cube(y))))
		y = must(gorgonia.Add(must(gorgonia.Sub(y, must(gorgonia.Mul(f, gorgonia.NewConstant(h))))), growth))
	}
	delta := must(gorgonia.Sub(y, b.input("g", baseBatch, 1)))
	b.loss = must(gorgonia.Mean(must(gorgonia.Square(delta))))
	if _, err := gorgonia.Grad(b.loss, b.params...); err != nil {
		panic(err)
	}
	b.machine = gorgonia.NewTapeMachine(b.g, gorgonia.BindDualValues(b.params...))
	b.solver = gorgonia.NewAdamSolver(gorgonia.WithLearnRate(5e-4))
	return b
}

// sample simulates a batch of paths and gives it to the graph.
func (b *baseline) sample() {
	x := make([]float32, baseBatch*baseDim)
	root := math.Sqrt(baseHorizon / baseSteps)
	let := func(name string, rows, cols int, data []float32) {
		v := tensor.New(tensor.WithShape(rows, cols), tensor.WithBacking(append([]float32(nil), data...)))
		if err := gorgonia.Let(b.inputs[name], v); err != nil {
			panic(err)
		}
	}
	for n := range baseSteps {
		if n > 0 {
			let(fmt.Sprintf("x%d", n), baseBatch, baseDim, x)
		}
		dw := make([]float32, len(x))
		for i := range dw {
			dw[i] = float32(root * b.rng.NormFloat64())
			x[i] += math.Sqrt2 * dw[i]
		}
		let(fmt.Sprintf("dw%d", n), baseBatch, baseDim, dw)
	}
	g := make([]float32, baseBatch)
	for r := range g {
		s := 0.0
		for _, v := range x[r*baseDim : (r+1)*baseDim] {
			s += float64(v) * float64(v)
		}
		g[r] = float32(1 / (2 + 0.4*s))
	}
	let("g", baseBatch, 1, g)
}

func (b *baseline) step() error {
	b.sample()
	if err := b.machine.RunAll(); err != nil {
		return err
	}
	if err := b.solver.Step(gorgonia.NodesToValueGrads(b.params)); err != nil {
		return err
	}
	b.machine.Reset()
	return nil
}

// TestBaselineHasThePapersSize guards the comparison: as many parameters as in
// Han, Jentzen, E (2018), and a loss that training lowers.
func TestBaselineHasThePapersSize(t *testing.T) {
	if testing.Short() {
		t.Skip("several steps of the slow baseline")
	}
	b := newBaseline()
	defer b.machine.Close()
	if b.count != 665_861 {
		t.Errorf("%d parameters, want 665861", b.count)
	}
	var losses []float64
	for range 30 {
		if err := b.step(); err != nil {
			t.Fatal(err)
		}
		losses = append(losses, float64(b.loss.Value().Data().(float32)))
	}
	if !(losses[29] < 0.9*losses[0]) {
		t.Errorf("losses %g … %g: the baseline does not train", losses[0], losses[29])
	}
}

// BenchmarkTrainStepTapeMachine is the same step as BenchmarkTrainStep of package
// bsde, in gorgonia's own operations on its TapeMachine with its AdamSolver.
func BenchmarkTrainStepTapeMachine(b *testing.B) {
	b.Run("allen-cahn/per-step", func(b *testing.B) {
		base := newBaseline()
		defer base.machine.Close()
		b.ReportAllocs()
		for b.Loop() {
			if err := base.step(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
