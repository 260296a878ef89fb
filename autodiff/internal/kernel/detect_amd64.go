package kernel

// Bits of the leaves of CPUID and of the register XCR0, by their manual.
const (
	leaf1FMA     = 1 << 12 // ecx
	leaf1OSXSAVE = 1 << 27
	leaf1AVX     = 1 << 28

	leaf7AVX2     = 1 << 5 // ebx
	leaf7BMI2     = 1 << 8
	leaf7AVX512F  = 1 << 16
	leaf7AVX512DQ = 1 << 17
	leaf7AVX512BW = 1 << 30
	leaf7AVX512VL = 1 << 31

	xcr0AVX    = 1<<1 | 1<<2
	xcr0AVX512 = xcr0AVX | 1<<5 | 1<<6 | 1<<7
)

// detect asks for every extension the assembly uses, and whether the operating
// system saves the registers. BMI2 (for masks) comes with every AVX2.
func detect() set {
	top, _, _, _ := cpuid(0, 0)
	_, _, one, _ := cpuid(1, 0)
	const need1 = leaf1FMA | leaf1OSXSAVE | leaf1AVX
	if top < 7 || one&need1 != need1 {
		return generic
	}
	_, seven, _, _ := cpuid(7, 0)
	saved := xgetbv()
	has := func(features, registers uint32) bool {
		return seven&features == features && saved&registers == registers
	}
	const need7 = leaf7AVX2 | leaf7BMI2
	switch {
	case has(need7|leaf7AVX512F|leaf7AVX512DQ|leaf7AVX512BW|leaf7AVX512VL, xcr0AVX512):
		return avx512
	case has(need7, xcr0AVX):
		return avx2
	}
	return generic
}
