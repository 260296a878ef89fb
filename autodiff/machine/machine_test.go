package machine

import (
	"errors"
	"math"
	"runtime"
	"strings"
	"testing"
)

// TestFits: what is larger than any memory is refused with its largest part, whatever the
// product, and what is small is not.
func TestFits(t *testing.T) {
	for _, bytes := range []float64{1e19, 1e30, math.Inf(1)} {
		var full *MemoryError
		err := Fits(Part{"paths", 1e3}, Part{"a batch (batch × steps)", bytes})
		if !errors.As(err, &full) || full.Largest.What != "a batch (batch × steps)" || strings.Contains(err.Error(), "\n") {
			t.Errorf("%g bytes: %v", bytes, err)
		}
	}
	if err := Fits(Part{"little", 1e3}); err != nil {
		t.Error(err)
	}
}

// TestFree: the number is one of this machine, where the system tells.
func TestFree(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("not known here")
	}
	if free := Free(); !(free > 1<<20) || free > 1<<45 {
		t.Errorf("%g bytes are free", free)
	}
	if used := used(); !(used > 1<<20) || used > 1<<40 {
		t.Errorf("%g bytes are used", used)
	}
}

// TestSize: three digits and a unit.
func TestSize(t *testing.T) {
	for bytes, want := range map[float64]string{12: "12 bytes", 1500: "1.5 KB", 3.21e9: "3.21 GB", 4e30: "4e+12 EB"} {
		if got := Size(bytes); got != want {
			t.Errorf("%g: %s, want %s", bytes, got, want)
		}
	}
}
