//go:build !race

package bsde

const raceDetector = false
