package deep

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/internal/race"
	"github.com/deepbsde/deepbsde/bsde/network"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/problems"
	"gonum.org/v1/gonum/stat"
)

// paperSize is what the step benchmarks vary: N=20, batch 64.
var paperSize = bsde.Settings{Steps: 20, Batch: 64, Precision: "float32"}

// trainingStep is a trainer at its first step.
func trainingStep(tb testing.TB, p pde.Problem, net network.Network, s bsde.Settings) *bsde.Trainer {
	tb.Helper()
	s.Iterations, s.ValidateEvery, s.Schedule, s.LearningRate = 1<<30, 1<<30, "constant", 5e-4
	s.StartPaths, s.ValidationPaths = 256, 64
	t, err := bsde.Init(context.Background(), p, Method{Network: net}, &s)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(t.Close)
	return t
}

func named(tb testing.TB, name string, dim int) pde.Problem {
	tb.Helper()
	f, err := problems.Find(name)
	if err != nil {
		tb.Fatal(err)
	}
	p, err := f.Make(dim, nil)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// bench measures whole gradient steps: sampling, forward, backward and Adam.
func bench(b *testing.B, p pde.Problem, net network.Network, s bsde.Settings) {
	t := trainingStep(b, p, net, s)
	ctx := context.Background()
	t.Step(ctx)
	b.ReportAllocs()
	for b.Loop() {
		if !t.Step(ctx) {
			b.Fatal("stopped")
		}
	}
	b.ReportMetric(2e-9*float64(t.Training().(interface{ MulAdds() int }).MulAdds())*float64(b.N)/b.Elapsed().Seconds(), "GFLOP/s")
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.HeapAlloc)/(1<<20), "MiB")
}

// BenchmarkTrainStep is the step of the paper's size, d=100. Its baseline is
// BenchmarkTrainStepTapeMachine in package autodiff.
func BenchmarkTrainStep(b *testing.B) {
	for _, net := range []network.Network{network.PerStep{}, network.Shared{}} {
		for _, precision := range []string{"float32", "float64"} {
			b.Run(fmt.Sprintf("allen-cahn/%s/%s", net.Name(), precision), func(b *testing.B) {
				s := paperSize
				s.Precision = precision
				bench(b, named(b, "allen-cahn", 100), net, s)
			})
		}
	}
}

// BenchmarkSpeedup is the ratio of a step's time with one worker to that with two.
// They take turns, so that both see the same machine, in rounds that are long enough
// for the caches; the medians leave out what other processes take.
func BenchmarkSpeedup(b *testing.B) {
	for _, net := range []network.Network{network.PerStep{}, network.Shared{}} {
		b.Run("allen-cahn/"+net.Name()+"/float32", func(b *testing.B) {
			var trainers [2]*bsde.Trainer
			for i := range trainers {
				s := paperSize
				s.Workers = i + 1
				trainers[i] = trainingStep(b, named(b, "allen-cahn", 100), net, s)
			}
			const round = 20
			var times [2][]float64
			for b.Loop() {
				for i, t := range trainers {
					for k := range round {
						start := time.Now()
						if !t.Step(context.Background()) {
							b.Fatal("stopped")
						}
						if k >= round/4 {
							times[i] = append(times[i], time.Since(start).Seconds())
						}
					}
				}
			}
			slices.Sort(times[0])
			slices.Sort(times[1])
			one, two := stat.Quantile(0.5, stat.Empirical, times[0], nil), stat.Quantile(0.5, stat.Empirical, times[1], nil)
			b.ReportMetric(one*1e3, "ms/1")
			b.ReportMetric(two*1e3, "ms/2")
			b.ReportMetric(one/two, "speedup")
			b.ReportMetric(0, "ns/op") // of rounds of both
		})
	}
}

// BenchmarkGrowth changes one size of the step at a time. At d = 1000 the paper's
// architecture has 57 million parameters; it is left out from there on.
func BenchmarkGrowth(b *testing.B) {
	sizes := []struct {
		name   string
		values []int
		set    func(s *bsde.Settings, dim *int, v int)
	}{
		{"workers", []int{1, 2}, func(s *bsde.Settings, _ *int, v int) { s.Workers = v }},
		{"d", []int{10, 30, 100, 300, 1000, 3000, 10000}, func(_ *bsde.Settings, dim *int, v int) { *dim = v }},
		{"N", []int{10, 20, 40, 80, 160}, func(s *bsde.Settings, _ *int, v int) { s.Steps = v }},
		{"batch", []int{64, 256, 1024, 4096}, func(s *bsde.Settings, _ *int, v int) { s.Batch = v }},
	}
	for _, size := range sizes {
		for _, net := range []network.Network{network.PerStep{}, network.Shared{}} {
			for _, v := range size.values {
				s, dim := paperSize, 100
				size.set(&s, &dim, v)
				if _, perStep := net.(network.PerStep); perStep && dim >= 1000 {
					continue
				}
				b.Run(fmt.Sprintf("%s/%s/%d", size.name, net.Name(), v), func(b *testing.B) {
					bench(b, named(b, "allen-cahn", dim), net, s)
				})
			}
		}
	}
}

// TestStepAllocatesNothing counts the allocations of a gradient step with one
// worker (testing.AllocsPerRun measures one goroutine's view only then).
func TestStepAllocatesNothing(t *testing.T) {
	if race.Enabled {
		t.Skip("sync.Pool drops memory at random under the race detector")
	}
	for _, c := range []struct {
		problem string
		net     network.Network
	}{
		{"allen-cahn", network.PerStep{}}, {"allen-cahn", network.Shared{}}, {"hjb", network.Shared{}}, {"default-risk", network.Shared{}},
	} {
		tr := trainingStep(t, named(t, c.problem, 0), c.net, paperSize)
		ctx := context.Background()
		tr.Step(ctx)
		if n := testing.AllocsPerRun(3, func() { tr.Step(ctx) }); n != 0 {
			t.Errorf("%s, %s: %g allocations in a step, want 0", c.problem, c.net.Name(), n)
		}
	}
}
