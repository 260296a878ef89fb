package bsde

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/safetensors"
)

// TestCheckpoints: a run that is stopped at any step and restored in a fresh trainer
// ends in the bits of one that was not, whatever the method, network and precision.
func TestCheckpoints(t *testing.T) {
	const iterations = 12
	type trainer struct {
		step    func() bool
		save    func() []byte
		restore func([]byte) error
		close   func()
		outcome func() any
	}
	equation := func(m DeepBSDE, precision string) func() trainer {
		return func() trainer {
			s := Settings{Iterations: iterations, ValidateEvery: 5, EstimatePaths: 64, StartPaths: 64, Steps: 4, Precision: precision, Batch: 16}
			tr, err := Init(t.Context(), named(t, "burgers", 3), m, &s)
			if err != nil {
				t.Fatal(err)
			}
			return trainer{
				func() bool { return tr.Step(t.Context()) }, func() []byte { return saved(t, &tr.loop) }, tr.Restore, tr.Close,
				func() any {
					r, err := tr.Result(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					return []any{r.Value, r.StdErr, r.Gradient, r.TrainedValue, untimed(r.History)}
				},
			}
		}
	}
	policy := func(m Policy, precision string) func() trainer {
		return func() trainer {
			s := Settings{Iterations: iterations, ValidateEvery: 5, EstimatePaths: 64, Steps: 4, Precision: precision, Batch: 16}
			tr := policyTrainer(t, chain(3), m, s)
			return trainer{
				func() bool { return tr.Step(t.Context()) }, func() []byte { return saved(t, &tr.loop) }, tr.Restore, tr.Close,
				func() any {
					r, err := tr.Result(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					return []any{r.Value, r.StdErr, r.Action, untimed(r.History)}
				},
			}
		}
	}
	for name, fresh := range map[string]func() trainer{
		"shared":              equation(DeepBSDE{}, "float32"),
		"shared uncontrolled": equation(DeepBSDE{Uncontrolled: true}, "float64"),
		"per-step":            equation(DeepBSDE{Network: PerStep{}}, "float32"),
		"policy":              policy(Policy{}, "float32"),
		"policy per-step":     policy(Policy{Network: PerStep{}, Segments: 2}, "float64"),
	} {
		whole := fresh()
		for whole.step() {
		}
		want := whole.outcome()
		for stop := range iterations + 1 {
			first := fresh()
			for range stop {
				first.step()
			}
			checkpoint := first.save()
			first.close()
			second := fresh()
			if err := second.restore(checkpoint); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for second.step() {
			}
			if got := second.outcome(); !reflect.DeepEqual(got, want) {
				t.Fatalf("%s, stopped after %d steps: %v, want %v", name, stop, got, want)
			}
		}
	}
}

func saved(t *testing.T, l *loop) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := l.Save(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// untimed are the records without their times.
func untimed(history []Record) []Record {
	list := slices.Clone(history)
	for i := range list {
		list[i].Elapsed = 0
	}
	return list
}

// TestForeignCheckpoints: one of another problem, network, width or precision, or a
// damaged one, is refused with what differs, and nothing of it is loaded.
func TestForeignCheckpoints(t *testing.T) {
	s := Settings{Iterations: 3, Steps: 3, Batch: 8}
	fresh := func(m Policy, s Settings, d int) *PolicyTrainer { return policyTrainer(t, chain(d), m, s) }
	own := saved(t, &fresh(Policy{}, s, 2).loop)
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
		{saved(t, &fresh(Policy{Network: Shared{Hidden: []int{64, 65}}}, s, 2).loop), "hidden2/weights has the shape [64 65], want [64 64]"},
		{saved(t, &fresh(Policy{}, double, 2).loop), "the run is of chain, 2 states and 2 actions, policy, shared, float32"},
		{saved(t, &fresh(Policy{}, s, 3).loop), "it is of chain, 3 states and 3 actions"},
		{saved(t, &fresh(Policy{}, longer, 2).loop), "does not belong to this network"},
		{odd.Bytes(), "is missing, want it with the shape"},
		{damaged, "it is damaged"},
		{own[:100], "a header of"},
		{nil, "too short"},
	} {
		tr := fresh(Policy{}, s, 2)
		before := slices.Clone(tr.core.(*policyEngine[float32]).params)
		err := tr.Restore(c.data)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
		if !slices.Equal(before, tr.core.(*policyEngine[float32]).params) {
			t.Errorf("%q: the parameters have changed", c.want)
		}
	}
	tr := fresh(Policy{}, s, 2)
	tr.Step(t.Context())
	if err := tr.Restore(own); err == nil || !strings.Contains(err.Error(), "before the first step") {
		t.Errorf("error %v", err)
	}
}
