package autodiff

import (
	"sync"
	"sync/atomic"
)

// Pool is a fixed set of goroutines that share numbered tasks. Running tasks on
// it allocates nothing and starts no goroutine.
type Pool struct {
	workers int
	wake    chan struct{}
	done    sync.WaitGroup
	next    atomic.Int64
	count   int64
	task    func(i int)
	closed  bool
}

// NewPool starts workers−1 goroutines; the caller of Run is the last worker.
// Close ends them.
func NewPool(workers int) *Pool {
	p := &Pool{workers: max(workers, 1)}
	p.wake = make(chan struct{}, p.workers)
	for range p.workers - 1 {
		go func() {
			for range p.wake {
				p.work()
				p.done.Done()
			}
		}()
	}
	return p
}

// Run calls task(0) … task(n−1), each once, in the order of the numbers but on
// any worker, and returns when all are done. It must not be called from a task.
func (p *Pool) Run(n int, task func(i int)) {
	if p.workers == 1 || n == 1 {
		for i := range n {
			task(i)
		}
		return
	}
	p.task, p.count = task, int64(n)
	p.next.Store(0)
	p.done.Add(p.workers - 1)
	for range p.workers - 1 {
		p.wake <- struct{}{}
	}
	p.work()
	p.done.Wait()
	p.task = nil
}

func (p *Pool) work() {
	for {
		i := p.next.Add(1) - 1
		if i >= p.count {
			return
		}
		p.task(int(i))
	}
}

// Close ends the goroutines.
func (p *Pool) Close() {
	if !p.closed {
		p.closed = true
		close(p.wake)
	}
}
