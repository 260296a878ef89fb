package bsde_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/autodiff/safetensors"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/deep"
	"github.com/deepbsde/deepbsde/bsde/network"
	"github.com/deepbsde/deepbsde/bsde/policy"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/pde"
)

// mixing is an equation whose generator has all its inputs.
func mixing() pde.Problem {
	return pde.Problem{
		Name: "mixing", Dim: 3, Horizon: 0.5, Start: []float64{0.1, -0.2, 0.3}, Diffusion: pde.Diagonal{0.5, 1, 0.7},
		Generator: func(t, x, y, z expr.Value) expr.Value {
			return z.NormSq().Scale(-0.3).Add(y.Sin().Mul(t)).Add(x.Mean())
		},
		Terminal: func(x expr.Value) expr.Value { return x.NormSq() },
	}
}

// pushing is a control problem of n independent states.
func pushing(n int) control.Problem {
	return control.Problem{
		Name: "pushing", StateDim: n, ActionDim: n, Horizon: 1, Start: slices.Repeat([]float64{1}, n),
		Drift: func(_, x, a expr.Value) expr.Value { return a.Sub(x) }, Diffusion: pde.Scalar(0.5),
		RunningCost:  func(_, x, a expr.Value) expr.Value { return x.NormSq().Add(a.NormSq().Scale(0.3)) },
		TerminalCost: func(x expr.Value) expr.Value { return x.NormSq() },
	}
}

func begin(t *testing.T, p bsde.Problem, m bsde.Method, s bsde.Settings) *bsde.Trainer {
	t.Helper()
	tr, err := bsde.Init(t.Context(), p, m, &s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tr.Close)
	return tr
}

func saved(t *testing.T, tr *bsde.Trainer) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := tr.Save(&b, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// restore continues from a checkpoint with the history that belongs to it.
func restore(tr *bsde.Trainer, checkpoint []byte, history []bsde.Record) error {
	c, err := bsde.ReadCheckpoint(checkpoint)
	if err != nil {
		return err
	}
	return tr.Restore(c, history)
}

// timeless is a result as text without its times and pointers.
func timeless(t *testing.T, tr *bsde.Trainer) string {
	t.Helper()
	r, err := tr.Result(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	history := slices.Clone(r.History)
	for i := range history {
		history[i].Elapsed = 0
	}
	return fmt.Sprint(r.Value, r.StdErr, r.Gradient, r.Trained, r.NetworkBias, r.Control, history)
}

// TestCheckpoints: a run that is stopped at any step, and in the cases after the first before, at, after
// and far from a validation, and restored in a fresh trainer ends in the bits of one that was not,
// whatever the method, network, precision and grid.
func TestCheckpoints(t *testing.T) {
	const iterations = 12
	for name, c := range map[string]struct {
		p               bsde.Problem
		m               bsde.Method
		precision, grid string
	}{
		"shared":              {mixing(), deep.Method{}, "float32", ""},
		"shared uncontrolled": {mixing(), deep.Method{Uncontrolled: true}, "float64", "graded"},
		"per-step":            {mixing(), deep.Method{Network: network.PerStep{}}, "float32", ""},
		"policy":              {pushing(3), policy.Method{}, "float32", ""},
		"policy per-step":     {pushing(3), policy.Method{Network: network.PerStep{}, Segments: 2}, "float64", "graded"},
	} {
		fresh := func() *bsde.Trainer {
			return begin(t, c.p, c.m, bsde.Settings{Grid: c.grid, Iterations: iterations, ValidateEvery: 5, Paths: 64, StartPaths: 64, Steps: 4, Precision: c.precision, Batch: 16})
		}
		whole := fresh()
		for whole.Step(t.Context()) {
		}
		want := timeless(t, whole)
		for stop := range iterations + 1 {
			if name != "shared" && !slices.Contains([]int{1, 4, 5, 8, iterations}, stop) {
				continue
			}
			first := fresh()
			for range stop {
				first.Step(t.Context())
			}
			checkpoint, history := saved(t, first), first.History()
			first.Close()
			second := fresh()
			if err := restore(second, checkpoint, history); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for second.Step(t.Context()) {
			}
			if got := timeless(t, second); got != want {
				t.Fatalf("%s, stopped after %d steps: %v, want %v", name, stop, got, want)
			}
		}
	}
}

// TestForeignCheckpoints: one of another problem, network, width or precision, or a
// damaged one, is refused with what differs, and nothing of it is loaded.
func TestForeignCheckpoints(t *testing.T) {
	s := bsde.Settings{Iterations: 3, Steps: 3, Batch: 8}
	fresh := func(m policy.Method, s bsde.Settings, d int) *bsde.Trainer { return begin(t, pushing(d), m, s) }
	own := saved(t, fresh(policy.Method{}, s, 2))
	double, longer := s, s
	double.Precision = "float64"
	longer.Steps = 4
	damaged := bytes.Clone(own)
	damaged[len(damaged)-3] ^= 1
	renamed, err := safetensors.Read(own)
	if err != nil {
		t.Fatal(err)
	}
	renamed.Tensors[0].Name = "stranger"
	var odd bytes.Buffer
	if err := safetensors.Write(&odd, renamed); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		data []byte
		want string
	}{
		{saved(t, fresh(policy.Method{Network: network.Shared{Hidden: []int{64, 65}}}, s, 2)), "hidden2/weights has the shape [64 65], want [64 64]"},
		{saved(t, fresh(policy.Method{}, double, 2)), "the run is of pushing, 2 states and 2 actions, policy, shared, float32"},
		{saved(t, fresh(policy.Method{}, s, 3)), "it is of pushing, 3 states and 3 actions"},
		{saved(t, fresh(policy.Method{}, longer, 2)), "does not belong to this network"},
		{odd.Bytes(), "is missing, want it with the shape"},
		{damaged, "it is damaged"},
		{own[:100], "a header of"},
		{nil, "too short"},
	} {
		tr := fresh(policy.Method{}, s, 2)
		before := parameters(tr)
		err := restore(tr, c.data, tr.History())
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
		if before != parameters(tr) {
			t.Errorf("%q: the parameters have changed", c.want)
		}
	}
	tr := fresh(policy.Method{}, s, 2)
	tr.Step(t.Context())
	if err := restore(tr, own, tr.History()); err == nil || !strings.Contains(err.Error(), "before the first step") {
		t.Errorf("error %v", err)
	}
}

// parameters are all arrays of a checkpoint, as text, in which numbers that are not known are equal.
func parameters(tr *bsde.Trainer) (text string) {
	live, _ := tr.Training().State()
	for _, l := range live {
		text += fmt.Sprintln(l.Name, l.Data)
	}
	return text
}
