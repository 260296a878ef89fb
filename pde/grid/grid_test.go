package grid

import (
	"math"
	"strings"
	"testing"
)

// TestGrids: every kind begins at 0, ends at the horizon, and its lengths are the
// distances of its times.
func TestGrids(t *testing.T) {
	for _, kind := range Names {
		for _, horizon := range []float64{1, 0.3, 7.1} {
			for _, n := range []int{1, 2, 3, 20, 49} {
				g, err := Named(kind, horizon, n)
				if err != nil {
					t.Fatal(err)
				}
				if g.Steps() != n || g.Horizon() != horizon || g.Time(0) != 0 || math.Abs(g.Time(n)-horizon) > 1e-14*horizon {
					t.Errorf("%s, N = %d: %d steps from %g to %g, want them to %g", kind, n, g.Steps(), g.Time(0), g.Time(n), horizon)
				}
				if g.Left(n) != 0 || math.Abs(g.Left(0)-horizon) > 1e-14*horizon {
					t.Errorf("%s, N = %d: %g left at the end, %g at the begin", kind, n, g.Left(n), g.Left(0))
				}
				for k := range n {
					h := g.Time(k+1) - g.Time(k)
					if math.Abs(g.Length(k)-h) > 1e-13*horizon || math.Abs(g.Point(k)-g.Time(k)) > 1e-14*horizon || math.Abs(g.Left(k)-(horizon-g.Time(k))) > 1e-13*horizon {
						t.Errorf("%s, N = %d, step %d: length %g of %g, %g left", kind, n, k, g.Length(k), h, g.Left(k))
					}
					if mid := g.Time(k) + h/2; g.Step(mid) != k {
						t.Errorf("%s, N = %d: %g is in step %d, want %d", kind, n, mid, g.Step(mid), k)
					}
					if at, ok := g.At(g.Time(k) * (1 + 1e-15)); at != k || !ok {
						t.Errorf("%s, N = %d: point %d is taken for %d, %t", kind, n, k, at, ok)
					}
				}
				if _, ok := g.At(0.37 * g.Length(0)); ok {
					t.Errorf("%s, N = %d: a time between two points is a point", kind, n)
				}
				if at, ok := g.At(horizon); at != n || !ok {
					t.Errorf("%s, N = %d: the horizon is point %d, %t", kind, n, at, ok)
				}
				for _, outside := range []float64{-horizon, 2 * horizon, math.NaN()} {
					if at, ok := g.At(outside); ok {
						t.Errorf("%s, N = %d: %g is point %d", kind, n, outside, at)
					}
				}
			}
		}
	}
}

// TestGraded: t_k = T(1 − (1 − k/n)²), with steps that fall linearly to T/n².
func TestGraded(t *testing.T) {
	g := Graded(2, 4)
	for k, want := range []float64{0, 0.875, 1.5, 1.875, 2} {
		if math.Abs(g.Time(k)-want) > 1e-15 {
			t.Errorf("t_%d = %g, want %g", k, g.Time(k), want)
		}
	}
	if g.Regular() || !Uniform(2, 4).Regular() {
		t.Error("which grid is regular?")
	}
}

// TestWrongGrids: what is no grid is refused with what was wrong.
func TestWrongGrids(t *testing.T) {
	for want, times := range map[string][]float64{
		"at least two":    {0},
		"the first 0":     {0.5, 1},
		"t_2 = 0.5 after": {0, 0.5, 0.5, 1},
		"t_1 = NaN":       {0, math.NaN(), 1},
		"t_1 = +Inf":      {0, math.Inf(1)},
	} {
		if _, err := New(times); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: error %v, want %q", times, err, want)
		}
	}
	if _, err := Named("even", 1, 2); err == nil || !strings.Contains(err.Error(), "want uniform, graded or adaptive") {
		t.Errorf("an unknown name: %v", err)
	}
}
