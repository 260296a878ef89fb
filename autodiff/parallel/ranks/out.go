package ranks

import (
	"reflect"
	"unsafe"
)

// Out is memory that tasks write, each its own part of it.
type Out interface {
	pack(to []byte, lo, hi int) []byte     // appends what tasks lo … hi−1 have written
	unpack(from []byte, lo, hi int) []byte // takes it over, and is the rest
}

// Each is data of which task c writes the elements c·per … (c+1)·per−1, as far as there are so many. Elements
// may be anything of numbers, slices, structs and pointers to these; the other fields of structs, and those
// with the tag ranks:"-", stay as they are.
func Each[T any](data []T, per int) Out { return each[T]{data, per} }

type each[T any] struct {
	data []T
	per  int
}

func (e each[T]) span(lo, hi int) []T {
	n := len(e.data)
	return e.data[min(lo*e.per, n):min(hi*e.per, n)]
}

func (e each[T]) pack(to []byte, lo, hi int) []byte {
	s := e.span(lo, hi)
	if plain(reflect.TypeFor[T]()) {
		return append(to, raw(s)...)
	}
	for i := range s {
		to = encode(to, reflect.ValueOf(&s[i]).Elem())
	}
	return to
}

func (e each[T]) unpack(from []byte, lo, hi int) []byte {
	s := e.span(lo, hi)
	if plain(reflect.TypeFor[T]()) {
		return from[copy(raw(s), from):]
	}
	for i := range s {
		from = decode(from, reflect.ValueOf(&s[i]).Elem())
	}
	return from
}

// Blocks is data of a number of blocks, each of them as of Each.
func Blocks[T any](data []T, blocks, per int) Out { return inBlocks[T]{data, blocks, per} }

type inBlocks[T any] struct {
	data        []T
	blocks, per int
}

func (b inBlocks[T]) of(i int) each[T] {
	size := len(b.data) / b.blocks
	return each[T]{b.data[i*size : (i+1)*size], b.per}
}

func (b inBlocks[T]) pack(to []byte, lo, hi int) []byte {
	for i := range b.blocks {
		to = b.of(i).pack(to, lo, hi)
	}
	return to
}

func (b inBlocks[T]) unpack(from []byte, lo, hi int) []byte {
	for i := range b.blocks {
		from = b.of(i).unpack(from, lo, hi)
	}
	return from
}

// Parts is memory of which rank r has parts[r].
func Parts[T any](parts [][][]T) Out { return partsOf[T](parts) }

type partsOf[T any] [][][]T

// pack appends what rank lo has: Exchange has a task a rank.
func (p partsOf[T]) pack(to []byte, lo, _ int) []byte {
	for _, s := range p[lo] {
		to = append(to, raw(s)...)
	}
	return to
}

func (p partsOf[T]) unpack(from []byte, lo, _ int) []byte {
	for _, s := range p[lo] {
		from = from[copy(raw(s), from):]
	}
	return from
}

// raw is the bytes of a slice of plain elements. All ranks are processes of one program, so that they mean the same.
func raw[T any](s []T) []byte {
	if len(s) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), len(s)*int(unsafe.Sizeof(s[0])))
}
