//go:build unix

package machine

import (
	"syscall"
	"time"
)

// ProcessorTime is what all cores together have given to this process so far. Unlike the
// time on a clock it hardly grows with other work on the machine. It is not known where ok is
// false.
func ProcessorTime() (t time.Duration, ok bool) {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return 0, false
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano()), true
}
