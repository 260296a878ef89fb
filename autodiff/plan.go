package autodiff

import "time"

// Plan is a list of tasks, dealt out to workers in advance. It is made once and can
// be done any number of times, by one pool at a time; the dealing is kept for the
// first pool's number of workers.
type Plan struct {
	count  int
	task   func(i int)
	ready  func(i int) bool // whether task i can begin; nil: always
	where  func(i int) float64
	shares [][]int32 // of each worker, in order

	done  bool          // at least once
	least time.Duration // that all workers have taken for it, from the second time on
}

// NewPlan is n tasks that depend on nothing; neighbours go to the same worker.
func NewPlan(n int, task func(i int)) *Plan {
	return &Plan{count: n, task: task, where: func(i int) float64 { return float64(i) / float64(n) }}
}

// Count is the number of tasks.
func (p *Plan) Count() int { return p.count }

// dealt is the plan with the tasks dealt out to the given number of workers. A task
// at place x of [0, 1) goes to worker ⌊x·workers⌋, in every plan: what belongs
// together should have the same place.
func (p *Plan) dealt(workers int) *Plan {
	if len(p.shares) == workers {
		return p
	}
	if p.shares != nil { // idle workers of another pool may still look at it
		copied := *p
		p = &copied
	}
	p.shares = make([][]int32, workers)
	for i := range p.count {
		w := min(max(int(p.where(i)*float64(workers)), 0), workers-1)
		p.shares[w] = append(p.shares[w], int32(i))
	}
	return p
}
