// Package machine knows how much memory there is, so that what does not fit can be refused
// before it is asked for: the runtime of Go ends a process that is out of memory with a dump,
// and Linux kills it.
package machine

import (
	"fmt"
	"math"
	"sync"
	"time"
)

// Part is some of the memory that a task needs, at least.
type Part struct {
	What  string  // "a batch of paths (batch × steps × d)"
	Bytes float64 // as a product of settings, which may be beyond any integer
}

// MemoryError is a task that the machine has no room for. Its text is one line.
type MemoryError struct {
	Need    float64 // bytes
	Free    float64 // bytes
	Largest Part
}

func (e *MemoryError) Error() string {
	return fmt.Sprintf("out of memory: at least %s are needed, %s of them for %s; %s are free", Size(e.Need), Size(e.Largest.Bytes), e.Largest.What, Size(e.Free))
}

// Fits is nil where there is room for all parts, and a *MemoryError that names the largest
// where there is not. Where it is not known what is free, the address space counts.
func Fits(parts ...Part) error {
	var need float64
	var largest Part
	for _, p := range parts {
		need += p.Bytes
		if p.Bytes > largest.Bytes {
			largest = p
		}
	}
	if free := Free(); need > free {
		return &MemoryError{need, free, largest}
	}
	return nil
}

// AddressSpace is the most that a process can have of memory, in bytes.
const AddressSpace = math.MaxInt

// cached is Free for a short time, as it takes some files to know.
var cached struct {
	sync.Mutex
	bytes float64
	at    time.Time
}

// Free is how many bytes the process can still have without swapping: those that the system
// has available, within the limits of the process and of its control groups. Where the system
// does not tell, it is AddressSpace.
func Free() float64 {
	cached.Lock()
	defer cached.Unlock()
	if time.Since(cached.at) > 100*time.Millisecond {
		cached.bytes, cached.at = min(free(), AddressSpace), time.Now()
	}
	return cached.bytes
}

// Size is a number of bytes in words.
func Size(bytes float64) string {
	for _, unit := range []struct {
		bytes float64
		name  string
	}{{1e18, "EB"}, {1e15, "PB"}, {1e12, "TB"}, {1e9, "GB"}, {1e6, "MB"}, {1e3, "KB"}} {
		if bytes >= unit.bytes {
			return fmt.Sprintf("%.3g %s", bytes/unit.bytes, unit.name)
		}
	}
	return fmt.Sprintf("%.0f bytes", bytes)
}

// The process is out of memory where less than lowest is free, and it has itself more than
// ownShare times what is free: another process's hunger is no reason to end.
const (
	lowest   = 48 << 20
	ownShare = 4
)

// Watch calls full, once, where memory runs out although each task was to fit; it looks
// every so often, until the process ends.
func Watch(every time.Duration, full func(free float64)) {
	go func() {
		for range time.Tick(every) {
			if left := Free(); left < lowest && used() > ownShare*left {
				full(left)
				return
			}
		}
	}()
}
