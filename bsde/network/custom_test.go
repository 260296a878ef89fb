package network_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/deep"
	"github.com/deepbsde/deepbsde/bsde/network"
	"github.com/deepbsde/deepbsde/bsde/policy"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/pde"
)

// quadratic is an equation whose generator uses x, y and z.
func quadratic() pde.Problem {
	return pde.Problem{
		Name: "quadratic", Dim: 3, Horizon: 0.5, Start: []float64{0.1, -0.2, 0.3}, Diffusion: pde.Diagonal{0.5, 1, 0.7},
		Generator: func(_, x, y, z expr.Value) expr.Value {
			return z.NormSq().Scale(-0.3).Add(y.Sin()).Add(x.Mean())
		},
		Terminal: func(x expr.Value) expr.Value { return x.NormSq() },
	}
}

func steering() control.Problem {
	return control.Problem{
		Name: "steering", StateDim: 2, ActionDim: 1, Horizon: 1, Start: []float64{1, 0},
		Drift: func(_, x, a expr.Value) expr.Value { return expr.Concat(x.At(1), a) }, Diffusion: pde.Scalar(0.3),
		RunningCost:  func(_, x, a expr.Value) expr.Value { return x.NormSq().Add(a.Square()) },
		TerminalCost: func(x expr.Value) expr.Value { return x.NormSq() },
	}
}

// perceptron is Shared written from outside.
func perceptron(label string) network.Custom {
	return network.Custom{Label: label, Build: func(b *network.CustomBuilder) autodiff.Node {
		z, h := b.Linear(), b.Concat(b.X, b.Time)
		for i, width := range []int{7, 5} {
			h = b.Unary(expr.Unary{Fn: expr.SiLU}, b.Dense(fmt.Sprintf("hidden%d", i+1), h, width, true, autodiff.Glorot))
		}
		return b.Add(z, b.Dense("output", h, b.Outputs, true, autodiff.Fill(0)))
	}}
}

// layered has layers of its own for each step, normalised.
func layered() network.Custom {
	norm := autodiff.NormSpec{Epsilon: 1e-6, Momentum: 0.9, Beta: autodiff.Fill(0), Gamma: autodiff.Fill(1)}
	return network.Custom{Label: "layered", EachStep: true, Build: func(b *network.CustomBuilder) autodiff.Node {
		h := b.Dense(fmt.Sprintf("step%d/hidden", b.First), b.RawX, 6, false, autodiff.He)
		h = b.Unary(expr.Unary{Fn: expr.Relu}, b.BatchNorm("norm", h, norm))
		return b.Dense(fmt.Sprintf("step%d/output", b.First), h, b.Outputs, true, autodiff.Normal(0, 0.1))
	}}
}

func few(precision string, workers int) *bsde.Settings {
	return &bsde.Settings{Steps: 4, Iterations: 12, Batch: 40, StartPaths: 256, ValidationPaths: 32, Paths: 128,
		Seed: 3, Precision: precision, Workers: workers}
}

// numbers are what a result is made of, apart from times.
func numbers(t *testing.T, r *bsde.Result, err error) []float64 {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return append([]float64{r.Value, r.StdErr, r.Trained, r.NetworkBias, r.ResidualRatio, r.History[len(r.History)-1].Loss}, r.Gradient...)
}

// TestCustomIsShared: the network Shared, written with Custom, gives the bits of Shared,
// for an equation and for a control problem.
func TestCustomIsShared(t *testing.T) {
	ctx, shared := context.Background(), network.Shared{Hidden: []int{7, 5}}
	for _, precision := range []string{"float32", "float64"} {
		r, err := bsde.Solve(ctx, quadratic(), deep.Method{Network: perceptron("mine")}, few(precision, 2))
		got := numbers(t, r, err)
		r, err = bsde.Solve(ctx, quadratic(), deep.Method{Network: shared}, few(precision, 2))
		if want := numbers(t, r, err); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want those of shared, %v", precision, got, want)
		}
		c, err := bsde.Solve(ctx, steering(), policy.Method{Network: perceptron("mine")}, few(precision, 2))
		if err != nil {
			t.Fatal(err)
		}
		s, err := bsde.Solve(ctx, steering(), policy.Method{Network: shared}, few(precision, 2))
		if err != nil {
			t.Fatal(err)
		}
		if c.Value != s.Value || c.StdErr != s.StdErr || c.Control.Action[0] != s.Control.Action[0] {
			t.Errorf("%s: policy costs %v ± %v, that of shared %v ± %v", precision, c.Value, c.StdErr, s.Value, s.StdErr)
		}
	}
}

// TestCustomEachStep: a network that is the same function for all steps is trained to the
// same numbers whether it is built for all steps at once or one by one; 1e-9 is far above
// the rounding of 12 steps in float64 and far below what they learn.
func TestCustomEachStep(t *testing.T) {
	at := func(each bool) []float64 {
		net := perceptron("mine")
		net.EachStep = each
		r, err := bsde.Solve(context.Background(), quadratic(), deep.Method{Network: net}, few("float64", 2))
		return numbers(t, r, err)
	}
	once, each := at(false), at(true)
	for i := range once {
		if !(math.Abs(once[i]-each[i]) <= 1e-9*(1+math.Abs(once[i]))) {
			t.Errorf("%v when all steps are built at once, %v one by one", once, each)
		}
	}
}

// TestCustomResumes: a run with a network of one's own, its normalisations included, is
// the same to the bit with any number of workers and after a resume from its checkpoint,
// which no other network takes.
func TestCustomResumes(t *testing.T) {
	ctx := context.Background()
	for _, net := range []network.Custom{perceptron("mine"), layered()} {
		method := deep.Method{Network: net}
		r, err := bsde.Solve(ctx, quadratic(), method, few("float32", 1))
		want := numbers(t, r, err)
		start := func(net network.Network) *bsde.Trainer {
			tr, err := bsde.Init(ctx, quadratic(), deep.Method{Network: net}, few("float32", 3))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(tr.Close)
			return tr
		}
		first := start(net)
		for range 5 {
			first.Step(ctx)
		}
		var saved bytes.Buffer
		if err := first.Save(&saved, nil); err != nil {
			t.Fatal(err)
		}
		checkpoint, err := bsde.ReadCheckpoint(saved.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		second := start(net)
		if err := second.Restore(checkpoint, first.History()); err != nil {
			t.Fatal(err)
		}
		for second.Step(ctx) {
		}
		r, err = second.Result(ctx)
		if got := numbers(t, r, err); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: resumed %v, in one go %v", net.Label, got, want)
		}
		other := net
		other.Label = "other"
		linear := network.Custom{Label: net.Label, Build: func(b *network.CustomBuilder) autodiff.Node { return b.Linear() }}
		for _, other := range []network.Network{other, linear} {
			if err := start(other).Restore(checkpoint, first.History()); err == nil {
				t.Errorf("%s takes the checkpoint of %s", other.Name(), net.Label)
			}
		}
	}
}

// TestCustomMistakes: each wrong network is refused before training, by what is wrong.
func TestCustomMistakes(t *testing.T) {
	build := func(f func(b *network.CustomBuilder) autodiff.Node) network.Custom {
		return network.Custom{Label: "wrong", Build: f}
	}
	for want, net := range map[string]network.Custom{
		`label of a custom network is ""`:       {Build: perceptron("").Build},
		`label of a custom network is "shared"`: perceptron("shared"),
		"wrong has no Build":                    {Label: "wrong"},
		"numbers at step 0, want":               build(func(b *network.CustomBuilder) autodiff.Node { return b.Time }),
		"gives 0×0 numbers":                     build(func(b *network.CustomBuilder) autodiff.Node { return autodiff.Node{} }),
		`two batch normalisations "n"`: build(func(b *network.CustomBuilder) autodiff.Node {
			spec := autodiff.NormSpec{Epsilon: 1e-6, Momentum: 0.9, Beta: autodiff.Fill(0), Gamma: autodiff.Fill(1)}
			return b.Dense("output", b.BatchNorm("n", b.BatchNorm("n", b.X, spec), spec), b.Outputs, true, autodiff.Fill(0))
		}),
		"parameter y0 is 1×1": build(func(b *network.CustomBuilder) autodiff.Node {
			return b.Affine(b.X, b.Param("weights", b.X.Cols, b.Outputs, 1, autodiff.Fill(0)), b.Param("y0", 1, b.Outputs, 1, autodiff.Fill(0)))
		}),
		"parameter layer1/weights was not asked for": build(func(b *network.CustomBuilder) autodiff.Node {
			return b.Dense(fmt.Sprintf("layer%d", b.First), b.X, b.Outputs, false, autodiff.Fill(0))
		}),
	} {
		_, err := bsde.Init(context.Background(), quadratic(), deep.Method{Network: net}, few("float32", 1))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
	var mistake *bsde.SettingsError
	_, err := bsde.Solve(context.Background(), steering(), policy.Method{Network: build(func(b *network.CustomBuilder) autodiff.Node { return b.X })}, few("float32", 1))
	if !errors.As(err, &mistake) || mistake.Field != "network" {
		t.Errorf("policy with two actions in place of one: %v", err)
	}
}

// TestCustomPolicy: a policy with normalised layers for each step is trained, to the same
// bits with any number of workers.
func TestCustomPolicy(t *testing.T) {
	cost := func(workers int) (start, trained float64) {
		r, err := bsde.Solve(context.Background(), steering(), policy.Method{Network: layered()}, few("float32", workers))
		if err != nil {
			t.Fatal(err)
		}
		return r.History[0].Value, r.Value
	}
	start, one := cost(1)
	if _, three := cost(3); one != three {
		t.Errorf("costs %v with one worker, %v with three", one, three)
	}
	if !(one < start) {
		t.Errorf("costs %v before training and %v after", start, one)
	}
}
