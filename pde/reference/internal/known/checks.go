package known

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/deepbsde/deepbsde/pde"
)

// Sampled fails where a reference is further than 4 standard errors, or than rel, from
// want.
func Sampled(t *testing.T, ref *pde.Reference, err error, want, rel float64) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	off := math.Abs(ref.Value - want)
	t.Logf("%s: %.8g ± %.2g, want %.8g (%.2g standard errors), cost %d", ref.Method, ref.Value, ref.StdErr, want, off/ref.StdErr, ref.Cost)
	if !(off <= 4*ref.StdErr+1e-12*math.Abs(want)) || !(off <= rel*math.Abs(want)) {
		t.Errorf("value %.10g ± %.3g, want %.10g within 4 standard errors and %g of it", ref.Value, ref.StdErr, want, rel)
	}
}

// Coverage counts the repetitions of which the 95 % interval holds the value, and wants
// a share of 92 to 98 %: with 400 of them 2.8 standard deviations to either side.
func Coverage(t *testing.T, n int, want float64, run func(seed uint64) (*pde.Reference, error)) {
	t.Helper()
	inside := 0
	for seed := range uint64(n) {
		ref, err := run(seed)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(ref.Value-want) <= 1.96*ref.StdErr {
			inside++
		}
	}
	t.Logf("%d of %d, %.1f %%", inside, n, 100*float64(inside)/float64(n))
	if inside < n*92/100 || inside > n*98/100 {
		t.Errorf("%d of %d intervals contain the value, want 95 %%", inside, n)
	}
}

// Stops fails where a run does not end with its context, even in what one task would
// take ages for.
func Stops(t *testing.T, run func(ctx context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	start := time.Now()
	err := run(ctx)
	cancel()
	if took := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || took > 5*time.Second {
		t.Errorf("%v after %v", err, took)
	}
}

// SameForWorkers wants the same bits for 1 and 3 workers, and others for another seed.
func SameForWorkers(t *testing.T, run func(s pde.Sampling) (*pde.Reference, error)) {
	t.Helper()
	one, err := run(pde.Sampling{Paths: 5001, Seed: 7, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	three, err := run(pde.Sampling{Paths: 5001, Seed: 7, Workers: 3})
	if err != nil || *one != *three {
		t.Errorf("%+v with one worker, %+v, %v with three", one, three, err)
	}
	other, err := run(pde.Sampling{Paths: 5001, Seed: 8})
	if err != nil || other.Value == one.Value {
		t.Errorf("seeds 7 and 8 give the same value %v, %v", other, err)
	}
}
