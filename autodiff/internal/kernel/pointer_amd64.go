package kernel

import "unsafe"

// The assembly has a function per precision. These tell which one a type
// parameter stands for, and give it the pointer; no interface is made, so
// nothing escapes.

func is32[T Float]() bool {
	var z T
	return unsafe.Sizeof(z) == 4
}

func f32[T Float](p *T) *float32 { return (*float32)(unsafe.Pointer(p)) }
func f64[T Float](p *T) *float64 { return (*float64)(unsafe.Pointer(p)) }

// vectorLanes is how many numbers a vector of the active set has.
func vectorLanes[T Float]() int {
	var z T
	if active == avx512 {
		return 64 / int(unsafe.Sizeof(z))
	}
	return 32 / int(unsafe.Sizeof(z))
}
