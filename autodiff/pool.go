package autodiff

import (
	"runtime"
	"sync/atomic"
	"time"
)

// Pool is a fixed set of goroutines that share numbered tasks. Running tasks on
// it allocates nothing and starts no goroutine.
//
// A gradient step is a few runs of a millisecond or less, and waking a thread can
// take a tenth of one: so a worker without work watches out for the next run for a
// while before it sleeps.
type Pool struct {
	workers int
	main    queue // of Run
	side    queue // of Aside
	asleep  atomic.Int64
	wake    chan struct{}
	closed  atomic.Bool
}

// NewPool starts workers−1 goroutines; the caller of Run is the last worker.
// Close ends them.
func NewPool(workers int) *Pool {
	p := &Pool{workers: max(workers, 1)}
	p.wake = make(chan struct{}, p.workers)
	for range p.workers - 1 {
		go p.serve()
	}
	return p
}

// Run calls task(0) … task(n−1), each once, in the order of the numbers but on
// any worker, and returns when all are done, those set aside too. It must not be
// called from a task.
func (p *Pool) Run(n int, task func(i int)) {
	p.main.open(n, task)
	if n > 1 {
		p.rouse(n - 1)
	}
	for p.main.take() {
	}
	for p.side.take() {
	}
	for w := (waiter{}); !p.main.finished() || !p.side.finished(); {
		w.wait()
	}
}

// Aside hands over tasks that depend on nothing in the next Run: workers do them
// whenever they would have to wait there, and its return is the end of them. It must
// not be called from a task, nor twice without a Run between.
func (p *Pool) Aside(n int, task func(i int)) { p.side.open(n, task) }

// assist does one task that was set aside and reports whether there was any.
func (p *Pool) assist() bool { return p.side.take() }

// Close ends the goroutines.
func (p *Pool) Close() {
	if p.closed.CompareAndSwap(false, true) {
		close(p.wake)
	}
}

// idleWaits is how often a worker looks for a run before it sleeps, about 50 µs.
const idleWaits = 1500

func (p *Pool) serve() {
	var w waiter
	for !p.closed.Load() {
		switch {
		case p.main.take() || p.side.take():
			w = waiter{}
		case w.count < idleWaits:
			w.wait()
		default:
			p.asleep.Add(1)
			if !p.main.ready() { // looked at again, because rouse looked at asleep before
				<-p.wake
			}
			p.asleep.Add(-1)
			w = waiter{}
		}
	}
}

// rouse wakes up to n workers that sleep.
func (p *Pool) rouse(n int) {
	for range min(p.asleep.Load(), int64(n)) {
		select {
		case p.wake <- struct{}{}:
		default: // as many as there are have been called
			return
		}
	}
}

// queue gives out the numbers 0 … count−1 of a list of tasks.
//
// The next number and a count of the lists are one word: a worker that comes too
// late, with a number from an old list, fails to exchange it.
type queue struct {
	next  atomic.Uint64
	count atomic.Int64
	done  atomic.Int64
	task  func(i int)
}

const (
	numberBits = 32
	noNumber   = 1<<numberBits - 1
)

// open starts a list. The last one must be finished.
func (q *queue) open(n int, task func(i int)) {
	list := q.next.Load()>>numberBits + 1
	q.next.Store(list<<numberBits | noNumber) // nobody takes a number of the old list by the new count
	q.task = task
	q.done.Store(0)
	q.count.Store(int64(n))
	q.next.Store(list << numberBits)
}

func (q *queue) ready() bool { return int64(q.next.Load()&noNumber) < q.count.Load() }

// take does the next task and reports whether there was one.
func (q *queue) take() bool {
	for {
		next := q.next.Load()
		i := int64(next & noNumber)
		if i >= q.count.Load() {
			return false
		}
		if q.next.CompareAndSwap(next, next+1) {
			q.task(int(i))
			q.done.Add(1)
			return true
		}
	}
}

func (q *queue) finished() bool { return q.done.Load() == q.count.Load() }

// waiter waits for another worker: by watching at first, then by letting other
// goroutines run, then asleep, since the other's thread must have lost its core to
// another process.
type waiter struct{ count int }

func (w *waiter) wait() {
	w.count++
	switch {
	case w.count > 20_000:
		time.Sleep(20 * time.Microsecond)
	case w.count > 1000:
		runtime.Gosched()
	}
}
