package autodiff

import (
	"testing"
	"time"
)

// TestPace: runs go the way that is faster, and all but always so; undisturbed workers are never left out.
func TestPace(t *testing.T) {
	const least = time.Millisecond
	for _, c := range []struct {
		name            string
		together, alone time.Duration // what a run takes
		most, fewest    float64       // share of the runs by the caller alone
	}{
		{"undisturbed", least, 2 * least, 0, 0},
		{"a little disturbed", least * 4 / 3, 2 * least, 0, 0},
		{"workers wait for each other", 4 * least, 3 * least, 1, 0.9},
		{"a busy machine that still gives two cores", 2 * least, 3 * least, 0.02, 0},
	} {
		var p pace
		plan := &Plan{}
		p.after(plan, least)
		const runs = 20_000
		without := 0
		for range runs {
			wall := c.together
			if p.now == alone {
				wall = c.alone
				without++
			}
			p.after(plan, wall)
		}
		if share := float64(without) / runs; share > c.most || share < c.fewest {
			t.Errorf("%s: the caller alone did %.3f of the runs, want from %g to %g", c.name, share, c.fewest, c.most)
		}
		if plan.least != least {
			t.Errorf("%s: the shortest time is %v, want %v", c.name, plan.least, least)
		}
	}
}

// TestPaceReturns: once nothing disturbs the workers any more, they are back within a few seconds.
func TestPaceReturns(t *testing.T) {
	var p pace
	plan := &Plan{}
	p.after(plan, time.Millisecond)
	run := func(together, apart time.Duration, n int) (without int) {
		for range n {
			wall := together
			if p.now == alone {
				wall, without = apart, without+1
			}
			p.after(plan, wall)
		}
		return without
	}
	run(4*time.Millisecond, 3*time.Millisecond, 20_000)
	if p.now != alone && !p.trial {
		t.Fatal("the workers still wait for each other")
	}
	run(time.Millisecond, 2*time.Millisecond, 5_000)
	if n := run(time.Millisecond, 2*time.Millisecond, 1_000); n > 0 {
		t.Errorf("the caller alone did %d of 1000 runs on a quiet machine", n)
	}
}
