package deep

import (
	"context"
	"fmt"
	"os/exec"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/network"
	"gonum.org/v1/gonum/stat"
)

// BenchmarkWorkers is the times with 2, 8 and 64 workers in the ratio that matters for each: 2 to 1, and more than the
// machine has cores to 2; alone, and beside as many other processes as there are cores. A gradient step is short, so
// that waiting counts; a fit with its estimate is what an answer takes. All take turns, and a ratio is that of medians.
func BenchmarkWorkers(b *testing.B) {
	counts := []int{1, 2, 8, 64}
	for _, load := range []string{"alone", "loaded"} {
		b.Run("step/"+load, func(b *testing.B) {
			beside(b, load)
			var turns []func()
			for _, n := range counts {
				s := paperSize
				s.Workers = n
				t := trainingStep(b, named(b, "allen-cahn", 100), network.Shared{}, s)
				turns = append(turns, func() {
					for range 20 {
						if !t.Step(context.Background()) {
							b.Fatal("stopped")
						}
					}
				})
			}
			ratios(b, counts, turns)
		})
		b.Run("answer/"+load, func(b *testing.B) {
			beside(b, load)
			p := named(b, "hjb", 20)
			var turns []func()
			for _, n := range counts {
				s := bsde.Settings{Steps: 8, Paths: 1 << 13, Workers: n, Gradient: bsde.Nothing}
				turns = append(turns, func() {
					if _, err := bsde.Solve(context.Background(), p, Method{}, &s); err != nil {
						b.Fatal(err)
					}
				})
			}
			ratios(b, counts, turns)
		})
	}
}

// ratios lets the numbers of workers take turns, and reports the ratios of their medians.
func ratios(b *testing.B, counts []int, turns []func()) {
	times := make([][]float64, len(counts))
	for b.Loop() {
		for i, turn := range turns {
			start := time.Now()
			turn()
			times[i] = append(times[i], time.Since(start).Seconds())
		}
	}
	median := make([]float64, len(counts))
	for i := range times {
		slices.Sort(times[i])
		median[i] = stat.Quantile(0.5, stat.Empirical, times[i], nil)
	}
	b.ReportMetric(median[0]*1e3, "ms/1")
	b.ReportMetric(median[1]/median[0], "2:1")
	for i := 2; i < len(counts); i++ {
		b.ReportMetric(median[i]/median[1], fmt.Sprintf("%d:2", counts[i]))
	}
	b.ReportMetric(0, "ns/op") // of rounds of all
}

// beside starts a process for each core that does nothing but compute.
func beside(b *testing.B, load string) {
	if load == "alone" {
		return
	}
	for range runtime.NumCPU() {
		other := exec.Command("sh", "-c", "while :; do :; done")
		if err := other.Start(); err != nil {
			b.Skip(err)
		}
		b.Cleanup(func() {
			other.Process.Kill()
			other.Wait()
		})
	}
}
