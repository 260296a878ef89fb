//go:build race

package bsde

// raceDetector: under it sync.Pool drops memory at random, so allocations cannot
// be counted.
const raceDetector = true
