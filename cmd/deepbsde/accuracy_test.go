package main

import (
	"os"
	"testing"
)

// forAccuracy skips a test that trains for minutes, unless 'make accuracy' asks for it.
func forAccuracy(t *testing.T) {
	t.Helper()
	if os.Getenv("DEEPBSDE_ACCURACY") == "" {
		t.Skip("trains for minutes; 'make accuracy' runs it")
	}
}
