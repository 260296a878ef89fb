package bsde

import (
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/pde"
)

// An attempt takes at most four times the steps and sixteen times the paths of the one before, or fewPaths, and no
// more than the most that is tried at all.
const (
	mostSteps  = 1280
	mostPaths  = 1 << 23
	wholePaths = 4096 // that number is a multiple of it
	fewPaths   = 1 << 16
)

// First is settings with those of a first attempt, where their numbers of steps and of paths were not asked for: a
// small one, which takes a fraction of a second, may do, and if not tells what is too large. The dates of early
// exercise are not steps of anyone's choice: there they stay as they are.
func (d *Demand) First(p Problem, s Settings, steps, paths bool) Settings {
	if e, ok := p.(pde.Problem); !ok || e.Obstacle != nil || d.Accuracy == 0 {
		return s
	}
	if !steps && len(s.Times) == 0 {
		if s.Steps = 8; d.Accuracy > 1e-3 {
			s.Steps = 4
		}
	}
	if !paths {
		s.Paths = 1024
	}
	return s
}

// larger is the next attempt, in which the parts of the error that are too large have equal shares of what the others
// leave of what is asked for. The error of sampling falls like the root of the number of paths; that of the time
// step, which is extrapolated, like the square of the steps, until the noise of the levels is what is
// left of it; that of the network with the steps, and with what a step of the training spends.
func (d *Demand) larger(r *Result) (Method, Settings) {
	m, s := r.Method, r.Settings
	s.Times = nil // an adaptive grid is found again
	parts := r.parts()
	share := shareOf(parts[:], careful*d.Accuracy*math.Abs(r.Value))
	beyond := func(part float64) float64 { // 1 within its share, and where it is not known
		if by := part / share; by > 1 {
			return by
		}
		return 1
	}
	sampling, step, network := beyond(parts[0]), beyond(parts[1]), beyond(parts[2])
	if !r.Trusted() {
		step, network = 16, 1
	}
	steps := math.Max(math.Sqrt(step), network)
	for by := 1.; by < 4 && by < careful*steps && 2*s.Steps <= mostSteps; by *= 2 { // halves, as the levels are
		s.Steps *= 2
	}
	paths := math.Min(math.Max(sampling*sampling, math.Min(steps, 4)), math.Max(16, fewPaths/float64(s.Paths)))
	s.Paths = min(int(math.Ceil(float64(s.Paths)*paths/wholePaths))*wholePaths, max(mostPaths, s.Paths))
	if network > 1 {
		if f, ok := m.(Refined); ok {
			if finer, ok := f.Refine(2); ok {
				return finer, s
			}
		}
		s.Iterations *= 2
	}
	return m, s
}

// careful is the part of the accuracy that an attempt aims at: it knows the errors of the one before alone.
const careful = 0.9

// shareOf is what parts of an error may be, so that all together are what is asked for: those that are less stay as they are.
func shareOf(parts []float64, asked float64) float64 {
	parts = slices.Sorted(slices.Values(parts))
	share := asked / float64(len(parts))
	for i, part := range parts {
		if left := len(parts) - i - 1; part < share && left > 0 {
			asked -= part
			share = asked / float64(left)
		}
	}
	return share
}

// parts are those of the total error: of sampling, of the time step and of the network.
func (r *Result) parts() [3]float64 {
	return [3]float64{r.Error - r.DiscretizationError - r.NetworkError, r.DiscretizationError, r.NetworkError}
}

// mostOf names the largest part of a trusted error, as the end of a sentence.
func (r *Result) mostOf() string {
	if !r.Trusted() {
		return ""
	}
	most := 0
	parts := r.parts()
	for i, part := range parts {
		if part > parts[most] {
			most = i
		}
	}
	return "; most of the error is that of " + [...]string{"sampling", "the time step", "the network"}[most]
}

// work is how much more an attempt takes than one with other settings, at most, and leastGrowth how
// much that has to be for it to be worth it.
func work(s, than Settings) float64 {
	return float64(s.Steps) / float64(than.Steps) * float64(s.Paths) / float64(than.Paths)
}

const leastGrowth = 1.5

// fit takes back steps and paths, so that an attempt takes at most so many times the work of the one before, r. Each
// halving is that which leaves the smaller error, by the rates of larger. It tells whether there was one.
func fit(s *Settings, r *Result, room float64) (cut bool) {
	before, parts := r.Settings, r.parts()
	left := func(steps, paths int) float64 {
		finer := float64(steps) / float64(before.Steps)
		return parts[0]*math.Sqrt(float64(before.Paths)/float64(paths)) + parts[1]/(finer*finer) + parts[2]/finer
	}
	for work(*s, before) > room {
		steps, paths := max(s.Steps/2, before.Steps), max(s.Paths/2, before.Paths)
		switch {
		case steps == s.Steps && paths == s.Paths:
			return cut
		case paths == s.Paths || steps < s.Steps && left(steps, s.Paths) <= left(s.Steps, paths):
			s.Steps = steps
		default:
			s.Paths = paths
		}
		cut = true
	}
	return cut
}
