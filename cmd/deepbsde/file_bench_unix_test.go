//go:build unix

package main

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/deepbsde/deepbsde/autodiff/machine"
	"github.com/deepbsde/deepbsde/problems"
	"github.com/deepbsde/deepbsde/problems/file"
)

// BenchmarkFileAgainstName solves every named problem by name and from its file in turn,
// 100 iterations of it with all that comes before and after, and reports the least time
// of each and its ratio, and that of the processor time, which other work on the machine
// disturbs less:
//
//	go test ./cmd/deepbsde -run XXX -bench FileAgainstName -benchtime 5x
func BenchmarkFileAgainstName(b *testing.B) {
	for _, f := range problems.All() {
		b.Run(f.Name, func(b *testing.B) {
			text, err := file.Of(f.Name)
			if err != nil {
				b.Fatal(err)
			}
			path := filepath.Join(b.TempDir(), "mine.yaml")
			if err := os.WriteFile(path, text, 0o600); err != nil {
				b.Fatal(err)
			}
			name, file := newSolveTime(), newSolveTime()
			for range b.N {
				name.measure(b, f.Name)
				file.measure(b, path)
			}
			b.ReportMetric(0, "ns/op") // both together say nothing
			b.ReportMetric(name.wall, "s/name")
			b.ReportMetric(file.wall, "s/file")
			b.ReportMetric(file.wall/name.wall, "file/name")
			b.ReportMetric(file.processor/name.processor, "processor-file/name")
		})
	}
}

// solveTime is the least time of several solves, in seconds.
type solveTime struct{ wall, processor float64 }

func newSolveTime() *solveTime { return &solveTime{math.Inf(1), math.Inf(1)} }

func (s *solveTime) measure(b *testing.B, problem string) {
	b.Helper()
	var out, errs bytes.Buffer
	start, before := time.Now(), processorTime(b)
	if code := program(b.Context(), []string{"solve", problem, "--iterations", "100", "--paths", "4096", "--quiet"}, &out, &errs); !ended(code) {
		b.Fatalf("status %d: %s", code, errs.String())
	}
	s.wall = min(s.wall, time.Since(start).Seconds())
	s.processor = min(s.processor, (processorTime(b) - before).Seconds())
}

// processorTime is that of this process so far.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	t, ok := machine.ProcessorTime()
	if !ok {
		b.Fatal("the time of the processor is not known")
	}
	return t
}
