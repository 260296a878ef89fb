package ranks

import (
	"encoding/binary"
	"errors"
	"slices"
	"sync"
	"testing"
)

// table is a link to one other rank, which takes every other ticket at first and then none, and does what these
// are for when data is gathered.
type table struct {
	n       int
	taken   int
	theirs  []span
	outs    func(lo, hi int) Out // what the other has written
	broken  bool
	message []byte
}

func (t *table) ticket() int {
	if t.broken {
		panic(Lost("broken"))
	}
	s := stretches(t.n)
	if at := t.taken - tickets; at%2 == 1 && at < len(s)/2 {
		t.theirs = append(t.theirs, s[at])
		t.taken++
	}
	t.taken++
	return t.taken - 1
}

func (t *table) gather(own, all []byte, sizes []int) {
	rest := all[copy(all, own):]
	if t.message != nil {
		copy(rest, t.message)
		t.message = nil
		return
	}
	t.taken++ // the one that says that nothing is left
	t.message = binary.AppendUvarint([]byte{}, uint64(len(t.theirs)))
	for _, s := range t.theirs {
		t.message = binary.AppendUvarint(binary.AppendUvarint(t.message, uint64(s.lo)), uint64(s.hi))
	}
	for _, s := range t.theirs {
		t.message = t.outs(s.lo, s.hi).pack(t.message, s.lo, s.hi)
	}
	head := slices.Clone(own)
	binary.LittleEndian.PutUint64(head[8:], uint64(t.n))
	binary.LittleEndian.PutUint64(head[16:], uint64(len(t.message)))
	copy(rest, head)
}

// TestDeal: all tasks are done, each by one rank, in any order of tickets and one deal after another; also where
// the goroutines of this rank end early.
func TestDeal(t *testing.T) {
	goroutines := func(n int, task func(int)) {
		var wait sync.WaitGroup
		for i := range n {
			wait.Go(func() { task(i) })
		}
		wait.Wait()
	}
	none := func(int, func(int)) {}
	other := func(lo, hi int) Out {
		data := make([]int, hi)
		for i := lo; i < hi; i++ {
			data[i] = -i - 1
		}
		return Each(data, 1)
	}
	link := &table{}
	as(t, 0, 2, link)
	defer func(before int) { tickets = before }(tickets)
	tickets = 0
	for _, n := range []int{4, 5, 64, 1000} {
		link.n, link.theirs, link.outs = n, nil, other
		data := make([]int, n)
		if err := Deal(n, goroutines, func(c int) error { data[c] += c + 1; return nil }, Each(data, 1)); err != nil {
			t.Fatal(err)
		}
		for c, v := range data {
			away := slices.ContainsFunc(link.theirs, func(s span) bool { return s.lo <= c && c < s.hi })
			if want := c + 1; !away && v != want || away && v != -want {
				t.Errorf("%d tasks: task %d, of the other rank %v, has left %d", n, c, away, v)
			}
		}
		if link.taken != tickets {
			t.Errorf("%d tasks: %d tickets are gone, and %d expected", n, link.taken, tickets)
		}
		if n == 64 && len(link.theirs) == 0 {
			t.Error("the other rank had nothing")
		}
	}
	link.n, link.theirs = 64, nil
	if Deal(64, none, func(int) error { return errors.New("not run") }, Each(make([]int, 64), 1)); link.taken != tickets {
		t.Errorf("ended early: %d tickets are gone, and %d expected", link.taken, tickets)
	}
	failing := errors.New("task 63")
	link.theirs = nil
	if err := Deal(64, goroutines, func(c int) error {
		if c == 63 {
			return failing
		}
		return nil
	}, Each(make([]int, 64), 1)); err != failing {
		t.Errorf("error %v, want %v", err, failing)
	}
	link.broken = true
	defer func() {
		if _, lost := recover().(Lost); !lost {
			t.Error("a lost rank is not noticed by the caller")
		}
	}()
	Deal(64, goroutines, func(int) error { return nil })
}

// TestStretches: they cover all tasks in order, and the last are short.
func TestStretches(t *testing.T) {
	as(t, 0, 3, nil)
	for _, n := range []int{1, 6, 64, 4096} {
		list, next := stretches(n), 0
		for _, s := range list {
			if s.lo != next || s.hi <= s.lo {
				t.Fatalf("%d tasks: %v", n, list)
			}
			next = s.hi
		}
		if last := list[len(list)-1]; next != n || last.hi-last.lo != 1 {
			t.Errorf("%d tasks: %v", n, list)
		}
	}
}
