// Package parallel shares numbered tasks among goroutines, and among ranks where there are several.
package parallel

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/deepbsde/deepbsde/autodiff/parallel/ranks"
)

// Chunks calls task(0) … task(n−1) on the given number of goroutines, GOMAXPROCS at most, and returns the
// error of the lowest number, or ctx.Err() where the context ended it early. Sums over
// chunks are to be made afterwards, in order, so that they do not depend on the
// workers.
func Chunks(ctx context.Context, workers, n int, task func(c int) error) error {
	errs := make([]error, n)
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(workers, n, runtime.GOMAXPROCS(0)) {
		wait.Go(func() {
			for c := int(next.Add(1) - 1); c < n && ctx.Err() == nil; c = int(next.Add(1) - 1) {
				errs[c] = task(c)
			}
		})
	}
	wait.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

// Share is Chunks with each task on one rank; what the tasks write must be in outs.
func Share(ctx context.Context, workers, n int, task func(c int) error, outs ...ranks.Out) error {
	err := ranks.Deal(n, func(n int, task func(i int)) {
		Chunks(ctx, workers, n, func(c int) error { task(c); return nil })
	}, task, outs...)
	if err == nil {
		err = ctx.Err()
	}
	return err
}
