package autodiff

import (
	"sync/atomic"
	"testing"
	"time"
)

// TestPlansOnAnyPool: every task is done once in every run, whatever the number of
// workers and whether they sleep, together with those set aside.
func TestPlansOnAnyPool(t *testing.T) {
	for _, workers := range []int{1, 2, 3, 8} {
		pool := newPool(workers)
		for _, n := range []int{0, 1, 2, 7, 100} {
			var done, aside [100]atomic.Int32
			main := NewPlan(n, func(i int) { done[i].Add(1) })
			side := NewPlan(n/2, func(i int) { aside[i].Add(1) })
			const runs = 50
			for run := range runs {
				if run == runs/2 {
					time.Sleep(2 * time.Millisecond) // until the workers sleep
				}
				pool.Aside(side)
				pool.Do(main)
			}
			for i := range done {
				want, wantAside := int32(0), int32(0)
				if i < n {
					want = runs
				}
				if i < n/2 {
					wantAside = runs
				}
				if done[i].Load() != want || aside[i].Load() != wantAside {
					t.Fatalf("%d workers, %d tasks: task %d done %d and %d times, want %d and %d", workers, n, i, done[i].Load(), aside[i].Load(), want, wantAside)
				}
			}
		}
		pool.Close()
	}
}

// TestClosedPoolWorks: a run after Close, while the workers still sleep or go, is
// done by the caller.
func TestClosedPoolWorks(t *testing.T) {
	for range 50 {
		pool := newPool(4)
		pool.Run(10, func(int) {})
		time.Sleep(200 * time.Microsecond)
		pool.Close()
		var done atomic.Int32
		pool.Run(10, func(int) { done.Add(1) })
		if done.Load() != 10 {
			t.Fatalf("%d of 10 tasks done", done.Load())
		}
	}
}

// TestPoolRefusesAfterPanic: a task that panicked may have left others running.
func TestPoolRefusesAfterPanic(t *testing.T) {
	pool := newPool(1)
	fails := func(f func()) (failed bool) {
		defer func() { failed = recover() != nil }()
		f()
		return false
	}
	if !fails(func() { pool.Run(1, func(int) { panic("task") }) }) {
		t.Error("the panic of a task was lost")
	}
	if !fails(func() { pool.Run(1, func(int) {}) }) {
		t.Error("the pool went on after a panic")
	}
}
