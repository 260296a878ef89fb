package pde

import (
	"fmt"
	"math"
	"runtime"
)

// Sampling are the settings of a reference method that simulates. Zero fields mean
// the defaults, those of Paths and Steps the method's own.
type Sampling struct {
	Paths   int    // simulated paths
	Steps   int    // time steps of a path, where it has to be discretised
	Seed    uint64 // of all random numbers
	Workers int    // goroutines, default GOMAXPROCS; results do not depend on it
}

// WithDefaults fills in the zero fields, Paths and Steps as given.
func (s Sampling) WithDefaults(paths, steps int) Sampling {
	if s.Paths == 0 {
		s.Paths = paths
	}
	if s.Steps == 0 {
		s.Steps = steps
	}
	if s.Workers == 0 {
		s.Workers = runtime.GOMAXPROCS(0)
	}
	return s
}

// Check refuses settings, with the defaults filled in, that cannot be used.
func (s Sampling) Check() error {
	if s.Paths < 2 || s.Steps < 1 || s.Workers < 1 || uint64(s.Paths) > math.MaxUint32 || uint64(s.Steps) > math.MaxUint32/2 {
		return fmt.Errorf("%d paths of %d steps on %d workers; want at least 2 paths, 1 step, 1 worker and less than 2³² paths, 2³¹ steps", s.Paths, s.Steps, s.Workers)
	}
	return nil
}
