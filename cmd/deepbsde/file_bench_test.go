package main

import (
	"bytes"
	"os"
	"path/filepath"
	"sort"
	"testing"
	"time"

	"github.com/deepbsde/deepbsde/problems"
)

// BenchmarkFileAgainstName solves every named problem by name and from its file in turn,
// 100 iterations of it with all that comes before and after, and reports the median time
// of each and their ratio:
//
//	go test ./cmd/deepbsde -run XXX -bench FileAgainstName -benchtime 5x
func BenchmarkFileAgainstName(b *testing.B) {
	for _, f := range problems.All() {
		b.Run(f.Name, func(b *testing.B) {
			text, err := problems.FileOf(f.Name)
			if err != nil {
				b.Fatal(err)
			}
			path := filepath.Join(b.TempDir(), "mine.yaml")
			if err := os.WriteFile(path, text, 0o600); err != nil {
				b.Fatal(err)
			}
			var byName, fromFile []float64
			for range b.N {
				byName = append(byName, solveSeconds(b, f.Name))
				fromFile = append(fromFile, solveSeconds(b, path))
			}
			b.ReportMetric(0, "ns/op") // both together say nothing
			b.ReportMetric(median(byName), "s/name")
			b.ReportMetric(median(fromFile), "s/file")
			b.ReportMetric(median(fromFile)/median(byName), "file/name")
		})
	}
}

func solveSeconds(b *testing.B, problem string) float64 {
	b.Helper()
	var out, errs bytes.Buffer
	start := time.Now()
	if code := run(b.Context(), []string{"solve", problem, "--iterations", "100", "--paths", "4096", "--quiet"}, &out, &errs); code != 0 {
		b.Fatalf("status %d: %s", code, errs.String())
	}
	return time.Since(start).Seconds()
}

func median(v []float64) float64 {
	sort.Float64s(v)
	return v[len(v)/2]
}
