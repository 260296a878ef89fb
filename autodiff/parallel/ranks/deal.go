package ranks

import "sync"

// dealer is a link over which ranks take tasks while they are at it.
type dealer interface {
	// ticket is how often all ranks together have called it before. It panics with Lost where no answer will come.
	ticket() int
}

// tickets is how many have been taken before this deal, by all ranks together.
var tickets int

// Deal is Share where a rank that has done its tasks takes over what no other has begun, as no two machines, and
// no two cores of one, are equally fast all the time. run calls task(0) … task(n−1) on any goroutines.
func Deal(n int, run func(n int, task func(i int)), task func(c int) error, outs ...Out) error {
	over, deals := world.(dealer)
	if !deals || n < 2*count {
		return Share(n, func(lo, hi int, task func(c int)) { run(hi-lo, func(i int) { task(lo + i) }) }, task, outs...)
	}
	h := hand{over: over, begin: tickets, stretches: stretches(n)}
	errs := make([]error, n)
	run(n, func(int) {
		if c, ok := h.next(); ok {
			errs[c] = task(c)
		}
	})
	for _, left := h.next(); left; _, left = h.next() { // of a run that was ended early
	}
	tickets += len(h.stretches) + count // each rank has seen once that none is left
	if h.lost != nil {
		panic(h.lost)
	}
	return settle(errs, h.mine, task, outs)
}

// span is the tasks lo … hi−1.
type span struct{ lo, hi int }

// stretches is what tickets stand for: less and less of what is left, so that few are needed and the last are
// short.
func stretches(n int) []span {
	var list []span
	for lo := 0; lo < n; {
		hi := lo + max(1, (n-lo)/(2*count))
		list = append(list, span{lo, hi})
		lo = hi
	}
	return list
}

// hand is the tasks that a rank has taken in one deal.
type hand struct {
	over      dealer
	begin     int // the first ticket of this deal
	stretches []span
	lock      sync.Mutex
	mine      []span
	at        int // the next task of the last of mine
	ended     bool
	lost      any
}

// next is a task that no rank has done.
func (h *hand) next() (c int, ok bool) {
	h.lock.Lock()
	defer h.lock.Unlock()
	if len(h.mine) > 0 && h.at < h.mine[len(h.mine)-1].hi {
		h.at++
		return h.at - 1, true
	}
	if h.ended {
		return 0, false
	}
	h.ended = true
	defer func() {
		if l := recover(); l != nil { // for the goroutine that called Deal
			h.lost = l
		}
	}()
	number := h.over.ticket() - h.begin
	if number >= len(h.stretches) {
		return 0, false
	}
	s := h.stretches[number]
	h.mine, h.at, h.ended = append(h.mine, s), s.lo+1, false
	return s.lo, true
}
