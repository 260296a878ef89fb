package kernel

import (
	"flag"
	"fmt"
	"os"
	"testing"
)

// TestMain lets benchmarks run under another set: go test -bench . -set avx2.
func TestMain(m *testing.M) {
	name := flag.String("set", Active(), fmt.Sprintf("instruction set of benchmarks, one of %v", Sets()))
	flag.Parse()
	if err := Use(*name); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	os.Exit(m.Run())
}
