//go:build !linux

package machine

// free is not known.
func free() float64 { return AddressSpace }

// used is not known.
func used() float64 { return 0 }
