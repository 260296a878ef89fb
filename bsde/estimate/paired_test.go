package estimate

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

// TestPairedLevels: what pairs two levels has the mean 0 on steered paths with weights of their own, so that the
// mean of the difference stays within 5 standard errors of the plain one, and takes noise out: a half of it or more here, for a
// field without Γ; a third is demanded.
func TestPairedLevels(t *testing.T) {
	p, z := wave(3, 0.4)
	_, l := plain(t, engineOf(t, p, Formula{At: z}), 32768)
	for i := 1; i < len(l.runs); i++ {
		fine, r := l.runs[i-1], l.runs[i]
		noise := func(x, y []float64) (mean, stderr float64) {
			each := make([]float64, len(x))
			floats.SubTo(each, x, y)
			mean, std := stat.MeanStdDev(each, nil)
			return mean, std / math.Sqrt(float64(len(each)))
		}
		if mean, stderr := noise(r.gained, fine.gained); math.Abs(mean) > 4*stderr {
			t.Errorf("level %d: the martingales differ by %g ± %g in the mean", i, mean, stderr)
		}
		plain, wide := noise(r.delta, fine.delta)
		mean, narrow := noise(r.each(), fine.each())
		t.Logf("level %d: %g ± %g, paired %g ± %g", i, plain, wide, mean, narrow)
		if math.Abs(mean-plain) > 5*wide || !(narrow < wide/1.5) {
			t.Errorf("level %d: %g ± %g, paired %g ± %g", i, plain, wide, mean, narrow)
		}
	}
}
