package ranks

import (
	"encoding/binary"
	"errors"
	"reflect"
	"testing"
)

// as lets this process be one rank of several until the end of the test.
func as(t *testing.T, rank, of int, l link) {
	t.Helper()
	s, c, w, f := self, count, world, stop
	self, count, world = rank, of, l
	t.Cleanup(func() { self, count, world, stop = s, c, w, f; stopping.Store(false) })
}

// part is a result of a task with everything that may be in one.
type part struct {
	numbers []float64
	nested  [][]int32
	below   *part
	pair    [2]struct{ a, b float32 }
	name    string
	own     *part `ranks:"-"`
}

// TestOuts: what each rank has packed, and another unpacked, is what one rank would have.
func TestOuts(t *testing.T) {
	const n, blocks = 7, 2
	parts := func(lo, hi int) ([]*part, []float32, []int, []part) {
		list, flat, inBlocks, direct := make([]*part, n), make([]float32, 3*n-1), make([]int, blocks*2*n), make([]part, n)
		for c := lo; c < hi; c++ {
			v := float64(c) + 0.5
			list[c] = &part{numbers: make([]float64, c), nested: [][]int32{nil, {int32(c)}, {}}, below: &part{numbers: []float64{v}}}
			list[c].pair[1].b = float32(v)
			direct[c] = part{numbers: []float64{-v}}
			for i := 3 * c; i < min(3*c+3, len(flat)); i++ {
				flat[i] = float32(i) + 1
			}
			for b := range blocks {
				inBlocks[b*2*n+2*c], inBlocks[b*2*n+2*c+1] = 100*b+c, -c
			}
		}
		return list, flat, inBlocks, direct
	}
	outs := func(list []*part, flat []float32, inBlocks []int, direct []part) []Out {
		return []Out{Each(list, 1), Each(flat, 3), Blocks(inBlocks, blocks, 2), Each(direct, 1)}
	}
	wantList, wantFlat, wantBlocks, wantDirect := parts(0, n)
	for of := 2; of <= 9; of++ {
		as(t, 0, of, nil)
		lo, hi := share(n, 0)
		list, flat, inBlocks, direct := parts(lo, hi)
		for r := 1; r < of; r++ {
			lo, hi := share(n, r)
			var message []byte
			for _, o := range outs(parts(lo, hi)) {
				message = o.pack(message, lo, hi)
			}
			for _, o := range outs(list, flat, inBlocks, direct) {
				message = o.unpack(message, lo, hi)
			}
			if len(message) > 0 {
				t.Fatalf("%d ranks: %d bytes are left", of, len(message))
			}
		}
		if !reflect.DeepEqual(list, wantList) || !reflect.DeepEqual(flat, wantFlat) || !reflect.DeepEqual(inBlocks, wantBlocks) || !reflect.DeepEqual(direct, wantDirect) {
			t.Errorf("%d ranks: %v %v %v", of, list, flat, inBlocks)
		}
	}
}

// TestUntouched: what is not exchanged stays as it is, and pointers point to where they did.
func TestUntouched(t *testing.T) {
	mine, here := &part{}, &part{name: "here"}
	here.own, here.below = mine, &part{}
	below := here.below
	message := Each([]*part{{name: "there", own: &part{}, below: &part{numbers: []float64{1}}}}, 1).pack(nil, 0, 1)
	Each([]*part{here}, 1).unpack(message, 0, 1)
	if here.own != mine || here.name != "here" || here.below != below || below.numbers[0] != 1 {
		t.Errorf("%+v", here)
	}
}

// fake answers with the heads of others.
type fake func(own []byte, rank int) []byte

func (f fake) gather(own, all []byte, sizes []int) {
	for r, n := range sizes {
		if r == self {
			copy(all, own)
		} else {
			copy(all, f(own, r))
		}
		all = all[n:]
	}
}

// TestFailures: the error of the lowest number is that of all ranks.
func TestFailures(t *testing.T) {
	failsAt := func(word uint64) fake {
		return func(own []byte, _ int) []byte {
			h := append([]byte(nil), own...)
			binary.LittleEndian.PutUint64(h[8:], word)
			return h
		}
	}
	run := func(lo, hi int, task func(int)) {
		for c := lo; c < hi; c++ {
			task(c)
		}
	}
	wrong := map[int]error{2: errors.New("two"), 5: errors.New("five")}
	task := func(c int) error { return wrong[c] }
	as(t, 1, 2, failsAt(2)) // rank 1 has 3, 4 and 5
	if err := Share(6, run, task); err != wrong[2] {
		t.Errorf("error %v, want that of task 2", err)
	}
	as(t, 1, 2, failsAt(6))
	if err := Share(6, run, task); err != wrong[5] {
		t.Errorf("error %v, want that of task 5", err)
	}
	as(t, 1, 2, failsAt(1))
	if err := Share(6, run, func(int) error { return nil }); err == nil {
		t.Error("no error where the other rank has one")
	}
}

// TestStop: a rank that is asked to stop stops all of them in the next exchange, and one that is elsewhere is noticed.
func TestStop(t *testing.T) {
	stopped := 0
	asked := uint64(0)
	as(t, 0, 2, fake(func(own []byte, _ int) []byte {
		h := append([]byte(nil), own...)
		binary.LittleEndian.PutUint64(h[8:], 7)
		binary.LittleEndian.PutUint64(h[24:], asked)
		return h
	}))
	OnStop(func() { stopped++ })
	if v := Agree(int64(3)); v != 3 || stopped != 0 {
		t.Errorf("agreed on %d, stopped %d times", v, stopped)
	}
	asked = 1
	if AgreeThat(false) || stopped != 1 {
		t.Errorf("stopped %d times, want 1", stopped)
	}
	world = fake(func(own []byte, _ int) []byte { return make([]byte, len(own)) })
	defer func() {
		if _, ok := recover().(Lost); !ok {
			t.Error("a rank at another exchange is not noticed")
		}
	}()
	Exchange()
}
