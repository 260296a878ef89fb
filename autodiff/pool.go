package autodiff

import (
	"runtime"
	"sync/atomic"
	"time"

	"github.com/deepbsde/deepbsde/autodiff/parallel/ranks"
)

// Pool is a fixed set of goroutines that share numbered tasks. Doing a plan on it
// allocates nothing and starts no goroutine.
//
// A gradient step is a few runs of a millisecond or less, and waking a thread can
// take a tenth of one: so a worker without work watches out for the next run for a
// while before it sleeps.
//
// Every worker has a share of the tasks of its own, the same one in every run, so that
// the data it works on stay in its core's caches: between cores far apart they move no
// faster than from memory. A worker with nothing to do takes what others have not
// begun.
type Pool struct {
	workers int
	main    shares // of Do
	side    shares // of Aside
	asleep  atomic.Int64
	wake    chan struct{}
	quit    chan struct{} // closed by Close
	closed  atomic.Bool
	busy    bool // in Do
	pace    pace
	alone   atomic.Bool // the caller does the tasks of this Do without the others
}

// NewPool starts workers−1 goroutines; the caller of Do is the last worker. Close ends
// them. There are no more workers than GOMAXPROCS: others would wait in their way.
func NewPool(workers int) *Pool { return newPool(min(workers, runtime.GOMAXPROCS(0))) }

func newPool(workers int) *Pool {
	p := &Pool{workers: max(workers, 1)}
	p.main.next, p.side.next = make([]counter, p.workers), make([]counter, p.workers)
	p.wake, p.quit = make(chan struct{}, p.workers), make(chan struct{})
	for w := range p.workers - 1 {
		go p.serve(w + 1)
	}
	return p
}

// Workers is the number of workers.
func (p *Pool) Workers() int { return p.workers }

// Run calls task(0) … task(n−1), each once, on any worker, and returns when all are
// done.
func (p *Pool) Run(n int, task func(i int)) { p.Do(NewPlan(n, task)) }

// Share is Run with each task on one rank, and gives the error of the lowest number; what the tasks write must
// be in outs.
func (p *Pool) Share(n int, task func(i int) error, outs ...ranks.Out) error {
	return ranks.Deal(n, p.Run, task, outs...)
}

// Do does the tasks of a plan and those set aside and returns when all are done. It
// must not be called from a task, nor after a panic in one.
func (p *Pool) Do(plan *Plan) {
	if p.busy {
		panic("autodiff: Do within Do, or after a panic in a task")
	}
	p.busy = true
	start := time.Now()
	plan = plan.dealt(p.workers)
	without := plan.done && p.pace.now == alone
	p.alone.Store(without)
	p.main.open(plan)
	if !without {
		p.rouse(plan.count + p.side.unfinished() - 1)
	}
	for w := (waiter{}); !p.main.finished() || !p.side.finished(); {
		if p.work(0, without || w.count > patience) {
			w = waiter{}
		} else {
			w.wait()
		}
	}
	if plan.done && p.workers > 1 {
		p.pace.after(plan, time.Since(start))
	}
	plan.done = true
	p.busy = false
}

// Aside hands over tasks that depend on nothing in the next Do: workers do them when
// they would have to wait there, and its return is the end of them. It must not be
// called from a task, nor twice without a Do between.
func (p *Pool) Aside(plan *Plan) { p.side.open(plan.dealt(p.workers)) }

// Close ends the goroutines. A closed pool still works, on the caller's alone.
func (p *Pool) Close() {
	if p.closed.CompareAndSwap(false, true) {
		close(p.quit)
	}
}

const (
	patience  = 500  // so often a worker looks for a task of its own before it takes another, some 2 µs
	idleWaits = 1500 // and so often before it sleeps, about 50 µs
)

// work does one task, if there is one: of the worker's share; else, when it has
// waited for long or has none left, one set aside or one of another's share.
func (p *Pool) work(w int, impatient bool) bool {
	if p.main.take(w) {
		return true
	}
	if !impatient && p.main.left(w) {
		return false
	}
	for i := range p.workers {
		if p.side.take((w + i) % p.workers) {
			return true
		}
	}
	for i := 1; i < p.workers; i++ {
		if p.main.take((w + i) % p.workers) {
			return true
		}
	}
	return false
}

func (p *Pool) serve(worker int) {
	var w waiter
	for !p.closed.Load() {
		switch {
		case !p.alone.Load() && p.work(worker, w.count > patience):
			w = waiter{}
		case w.count < idleWaits || !p.idle():
			w.wait()
		default:
			p.asleep.Add(1)
			if p.idle() { // looked at again, because rouse looked at asleep before
				select {
				case <-p.wake:
				case <-p.quit:
				}
			}
			p.asleep.Add(-1)
			w = waiter{}
		}
	}
}

// idle tells whether there is nothing that workers could do for the caller.
func (p *Pool) idle() bool { return p.alone.Load() || p.main.finished() }

// rouse wakes up to n workers that sleep.
func (p *Pool) rouse(n int) {
	for range min(p.asleep.Load(), int64(max(n, 0))) {
		select {
		case p.wake <- struct{}{}:
		default: // as many as there are have been called
			return
		}
	}
}

// shares gives out the tasks of a plan.
//
// The number of a worker's next task and a count of the plans are one word: whoever
// comes too late, with a number from an old plan, fails to exchange it.
type shares struct {
	plan atomic.Pointer[Plan]
	next []counter
	done atomic.Int64
}

// counter has a cache line, or two neighbours, to itself.
type counter struct {
	atomic.Uint64
	_ [120]byte
}

const (
	numberBits = 32
	noNumber   = 1<<numberBits - 1
)

// open starts a plan. The last one must be finished.
func (s *shares) open(plan *Plan) {
	list := s.next[0].Load()>>numberBits + 1
	for w := range s.next {
		s.next[w].Store(list<<numberBits | noNumber) // no number of the old plan is taken in the new
	}
	s.done.Store(0)
	s.plan.Store(plan)
	for w := range s.next {
		s.next[w].Store(list << numberBits)
	}
}

// take does the next task in a worker's share, if it is ready. The plan is looked up
// after the number and before the exchange, so that it is the number's own.
func (s *shares) take(w int) bool {
	next := s.next[w].Load()
	plan := s.plan.Load()
	if plan == nil {
		return false
	}
	share, k := plan.shares[w], next&noNumber
	if k >= uint64(len(share)) {
		return false
	}
	i := int(share[k])
	if plan.ready != nil && !plan.ready(i) || !s.next[w].CompareAndSwap(next, next+1) {
		return false
	}
	plan.task(i)
	s.done.Add(1)
	return true
}

// left tells whether a worker's share has tasks that nobody has begun.
func (s *shares) left(w int) bool {
	plan := s.plan.Load()
	return plan != nil && s.next[w].Load()&noNumber < uint64(len(plan.shares[w]))
}

func (s *shares) finished() bool { return s.unfinished() == 0 }

func (s *shares) unfinished() int {
	plan := s.plan.Load()
	if plan == nil {
		return 0
	}
	return plan.count - int(s.done.Load())
}

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
