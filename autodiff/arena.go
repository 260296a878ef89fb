package autodiff

import (
	"unsafe"

	"github.com/deepbsde/deepbsde/autodiff/machine"
)

// Arena is memory that several programs share, such as the parts of a computation
// that is too long to keep in one. A run of one of them overwrites the results and
// the gradients of the others; parameters, states and inputs are left alone.
type Arena[T Float] struct {
	blocks map[int][][]T // by size
}

// memory is an arena as one program uses it: it has every block once.
type memory[T Float] struct {
	arena *Arena[T]
	taken map[int]int // blocks of each size
	made  *float64    // bytes, since it began
}

// full is what ends a compilation that the machine has no room for.
type full struct{ error }

// make is new memory, which counts; it panics with full where there is no room for it.
func (m memory[T]) make(size int) []T {
	*m.made += float64(size) * float64(unsafe.Sizeof(*new(T)))
	if err := machine.Fits(machine.Part{What: "the results of a program", Bytes: *m.made}); err != nil {
		panic(full{err})
	}
	return make([]T, size)
}

// Size is the amount of numbers that the arena holds.
func (a *Arena[T]) Size() int {
	n := 0
	for size, blocks := range a.blocks {
		n += size * len(blocks)
	}
	return n
}

func (a *Arena[T]) begin() memory[T] {
	if a.blocks == nil {
		a.blocks = map[int][][]T{}
	}
	return memory[T]{a, map[int]int{}, new(float64)}
}

// take is a block of the given size that this program has not got yet.
func (m memory[T]) take(size int) []T {
	k := m.taken[size]
	m.taken[size]++
	if k == len(m.arena.blocks[size]) {
		m.arena.blocks[size] = append(m.arena.blocks[size], m.make(size))
	}
	return m.arena.blocks[size][k]
}
