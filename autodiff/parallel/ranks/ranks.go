// Package ranks shares work among the processes of a run under mpirun, the ranks. Every rank runs the same
// program on the same numbers; of a loop over numbered tasks each does some, and afterwards all have the
// results of all. Sums are made from these in the order of the tasks, so that the bits do not depend on the
// number of ranks. Without the build tag mpi, or without mpirun, there is one rank, and nothing is exchanged.
//
// All functions that exchange must be called by all ranks in the same order, each from one goroutine at a
// time, and never from a task.
package ranks

import (
	"encoding/binary"
	"fmt"
	"slices"
	"sync/atomic"
)

// link is what connects the ranks.
type link interface {
	// gather puts what all ranks have, sizes[r] bytes of rank r, one after the other into all. It panics with
	// Lost where that will not come.
	gather(own, all []byte, sizes []int)
}

var (
	self  int
	count = 1
	world link // nil for one rank

	exchanges uint64      // so far, which must be the same everywhere
	stopping  atomic.Bool // this rank has been asked to stop
	stop      = func() {} // what that does
)

// Self is the number of this rank, from 0 on.
func Self() int { return self }

// Count is the number of ranks.
func Count() int { return count }

// Part ends the sharing: from here on this rank is alone, but for End.
func Part() { self, count, world = 0, 1, nil }

// Lost is the panic of an exchange that will not end, as another rank is dead or at something else.
type Lost string

// Error says what was lost.
func (l Lost) Error() string { return string(l) }

// OnStop says what is to be done when a rank has been asked to stop: on all ranks at the same place, in the
// next exchange.
func OnStop(f func()) { stop = f }

// Stop asks all ranks to stop, at once where there is one.
func Stop() {
	stopping.Store(true)
	if count == 1 {
		stop()
	}
}

// Stretch is the numbers lo … hi−1 of n tasks that this rank does.
func Stretch(n int) (lo, hi int) { return share(n, self) }

// share is the same for any rank.
func share(n, rank int) (lo, hi int) { return n * rank / count, n * (rank + 1) / count }

// Share calls task(0) … task(n−1), each on one rank, and gives the error of the lowest number on all. do calls
// task for the numbers lo … hi−1, on any goroutines, and returns when all are done. What the tasks write must
// be in outs.
func Share(n int, do func(lo, hi int, task func(c int)), task func(c int) error, outs ...Out) error {
	lo, hi := share(n, self)
	errs := make([]error, n)
	do(lo, hi, func(c int) { errs[c] = task(c) })
	return settle(errs, []span{{lo, hi}}, task, outs)
}

// settle exchanges what the tasks of all ranks have written, of which mine are this rank's.
func settle(errs []error, mine []span, task func(c int) error, outs []Out) error {
	n := len(errs)
	failed := slices.IndexFunc(errs, func(err error) bool { return err != nil })
	if failed < 0 {
		failed = n
	}
	if count > 1 {
		if failed = exchange(failed, mine, outs); failed < n && errs[failed] == nil {
			errs[failed] = task(failed) // which has the same error here
		}
	}
	if failed == n {
		return nil
	}
	if errs[failed] == nil {
		return fmt.Errorf("task %d of %d failed on another rank alone", failed, n)
	}
	return errs[failed]
}

// Exchange gives all ranks what each has of outs.
func Exchange(outs ...Out) {
	if count > 1 {
		exchange(count, []span{{self, self + 1}}, outs)
	}
}

// Agree is v as rank 0 has it.
func Agree[T ~int64](v T) T {
	if count == 1 {
		return v
	}
	return T(meet(int64(v), 0)[0].word)
}

// AgreeThat is yes as rank 0 has it. All ranks look at whether one has been asked to stop.
func AgreeThat(yes bool) bool {
	if count == 1 {
		return yes
	}
	v := int64(0)
	if yes {
		v = 1
	}
	return Agree(v) == 1
}

// head is what a rank says at the begin of an exchange.
type head struct {
	number uint64 // of the exchange
	word   int64
	size   uint64 // of what follows
	stop   uint64
}

const headSize = 32

// meet exchanges heads.
func meet(word int64, size int) []head {
	exchanges++
	h := head{number: exchanges, word: word, size: uint64(size)}
	if stopping.Load() {
		h.stop = 1
	}
	var own []byte
	for _, v := range []uint64{h.number, uint64(h.word), h.size, h.stop} {
		own = binary.LittleEndian.AppendUint64(own, v)
	}
	sizes, all, asked := make([]int, count), make([]byte, headSize*count), false
	for r := range sizes {
		sizes[r] = headSize
	}
	world.gather(own, all, sizes)
	heads := make([]head, count)
	for r := range heads {
		at := func(i int) uint64 { return binary.LittleEndian.Uint64(all[r*headSize+8*i:]) }
		heads[r] = head{at(0), int64(at(1)), at(2), at(3)}
		if heads[r].number != exchanges {
			panic(Lost(fmt.Sprintf("rank %d is at exchange %d, rank %d at %d: their programs have come apart", self, exchanges, r, heads[r].number)))
		}
		asked = asked || heads[r].stop == 1
	}
	if asked {
		stop()
	}
	return heads
}

// exchange gives the lowest number that failed on any rank.
func exchange(failed int, mine []span, outs []Out) int {
	own := binary.AppendUvarint(nil, uint64(len(mine)))
	for _, s := range mine {
		own = binary.AppendUvarint(binary.AppendUvarint(own, uint64(s.lo)), uint64(s.hi))
	}
	for _, s := range mine {
		for _, o := range outs {
			own = o.pack(own, s.lo, s.hi)
		}
	}
	sizes, total := make([]int, count), 0
	for r, h := range meet(int64(failed), len(own)) {
		failed = min(failed, int(h.word))
		sizes[r] = int(h.size)
		total += sizes[r]
	}
	if len(outs) == 0 {
		return failed
	}
	all := make([]byte, total)
	world.gather(own, all, sizes)
	for r := range count {
		from := all[:sizes[r]]
		all = all[sizes[r]:]
		if r == self {
			continue
		}
		theirs := make([]span, number(&from))
		for i := range theirs {
			theirs[i] = span{number(&from), number(&from)}
		}
		for _, s := range theirs {
			for _, o := range outs {
				from = o.unpack(from, s.lo, s.hi)
			}
		}
	}
	return failed
}

// number takes one from the begin of b.
func number(b *[]byte) int {
	v, n := binary.Uvarint(*b)
	*b = (*b)[n:]
	return int(v)
}
