package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const output = `goos: linux
cpu: Some CPU
BenchmarkTrainStepTapeMachine/allen-cahn/per-step-2 	      14	  75000000 ns/op	52352516 B/op	   84276 allocs/op
BenchmarkPeak/float32-2         	  718076	      1702 ns/op	       200.0 GFLOP/s	       0 B/op	       0 allocs/op
BenchmarkGemm/NN/float32/64x100x110-2 	  161731	 7246 ns/op	 150.0 GFLOP/s	 0 B/op	 0 allocs/op
BenchmarkTrainStep/allen-cahn/per-step/float32-2 	 354	 2500000 ns/op	 100.0 GFLOP/s	 26.00 MiB	 0 B/op	 0 allocs/op
BenchmarkSpeedup/allen-cahn/shared/float32-2 	 60	 1.400 ms/1	 0.700 ms/2	 2.000 speedup
BenchmarkGrowth/d/shared/10-2 	 354	 500000 ns/op	 80.0 GFLOP/s	 5.0 MiB	 0 B/op	 0 allocs/op
BenchmarkGrowth/d/shared/100-2 	 354	 1500000 ns/op	 90.0 GFLOP/s	 12.0 MiB	 0 B/op	 0 allocs/op
profile per-step
Showing nodes accounting for 3.74s, 93.03% of 4.02s total
      flat  flat%   sum%        cum   cum%
     1.75s 43.53% 43.53%      1.75s 43.53%  github.com/deepbsde/deepbsde/autodiff/internal/kernel.gemmPanelAVX512F32
     0.25s  6.22% 49.75%      0.25s  6.22%  github.com/deepbsde/deepbsde/autodiff/internal/kernel.adamAVX512F32
     0.12s  2.99% 66.17%      2.75s 68.41%  github.com/deepbsde/deepbsde/autodiff.(*Program[go.shape.float32]).exec
`

func TestReport(t *testing.T) {
	doc := filepath.Join(t.TempDir(), "speed.md")
	var text strings.Builder
	for _, name := range []string{"machine", "steps", "workers", "products", "growth", "profile"} {
		text.WriteString("# " + name + "\n<!-- begin " + name + " -->\nold\n<!-- end " + name + " -->\n")
	}
	if err := os.WriteFile(doc, []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := report(strings.NewReader(output), &out, doc); err != nil {
		t.Fatal(err)
	}
	written, err := os.ReadFile(doc)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"| TrainStep/allen-cahn/per-step/float32 | 2.50 | 30.0 | 100 | 4.0 | 0 |",
		"| Gemm/NN/64x100x110 | 150 (75 %) |  |",
		"| d = 100 |  |  | 1.5 | 12 |",
		"| allen-cahn/shared/float32 | 1.40 | 0.70 | 2.00 |",
		"| matrix products | 43.5 |",
		"| scheduling and waiting | 3.0 |",
		"Measured on Some CPU.",
	} {
		if !strings.Contains(string(written), line) {
			t.Errorf("no line %q in\n%s", line, written)
		}
	}
	if strings.Contains(string(written), "old") {
		t.Error("old tables are still there")
	}
	if _, err := os.Stat(filepath.Join(strings.TrimSuffix(doc, ".md"), "d.svg")); err != nil {
		t.Error(err)
	}
	if !strings.Contains(out.String(), "30.0") || !strings.HasPrefix(out.String(), output) {
		t.Error("standard output lacks the benchmarks or their ratios")
	}
}

func TestFailuresAreNotReported(t *testing.T) {
	var out strings.Builder
	if err := report(strings.NewReader(output+"FAIL\tgithub.com/deepbsde/deepbsde/bsde\t1s\n"), &out, ""); err == nil {
		t.Error("a failed run gave a report")
	}
}
