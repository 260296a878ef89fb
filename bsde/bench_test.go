package bsde

import (
	"context"
	"fmt"
	"testing"

	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/problems"
)

// trainingStep is a trainer of the paper's size for one of the networks: d=100,
// N=20, batch 64.
func trainingStep(tb testing.TB, name string, net Network, precision string) *Trainer {
	tb.Helper()
	s := Settings{Steps: 20, Batch: 64, Iterations: 1 << 30, ValidateEvery: 1 << 30, Precision: precision, LearningRate: 5e-4, Schedule: "constant"}
	t, err := Init(context.Background(), named(tb, name), DeepBSDE{Network: net}, &s)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(t.pool.Close)
	return t
}

func named(tb testing.TB, name string) pde.Problem {
	tb.Helper()
	f, err := problems.Find(name)
	if err != nil {
		tb.Fatal(err)
	}
	p, err := f.Make(0, nil)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// BenchmarkTrainStep is a whole gradient step: sampling, forward, backward and
// Adam. Its baseline is BenchmarkTrainStepTapeMachine in package autodiff.
func BenchmarkTrainStep(b *testing.B) {
	for _, net := range []Network{PerStep{Hidden: []int{110, 110}}, Shared{}} {
		for _, precision := range []string{"float32", "float64"} {
			b.Run(fmt.Sprintf("allen-cahn/%s/%s", net.Name(), precision), func(b *testing.B) {
				t := trainingStep(b, "allen-cahn", net, precision)
				ctx := context.Background()
				b.ReportAllocs()
				for b.Loop() {
					if !t.Step(ctx) {
						b.Fatal(t.status, t.err)
					}
				}
			})
		}
	}
}

// TestStepAllocatesNothing counts the allocations of a gradient step with one
// worker (testing.AllocsPerRun measures one goroutine's view only then).
func TestStepAllocatesNothing(t *testing.T) {
	if raceDetector {
		t.Skip("sync.Pool drops memory at random under the race detector")
	}
	for _, c := range []struct {
		problem string
		net     Network
	}{
		{"allen-cahn", PerStep{}}, {"allen-cahn", Shared{}}, {"hjb", Shared{}}, {"default-risk", Shared{}},
	} {
		tr := trainingStep(t, c.problem, c.net, "float32")
		ctx := context.Background()
		tr.Step(ctx)
		if n := testing.AllocsPerRun(3, func() { tr.Step(ctx) }); n != 0 {
			t.Errorf("%s, %s: %g allocations in a step, want 0", c.problem, c.net.Name(), n)
		}
	}
}
