//go:build !unix

package run

import "os"

// lockExclusively does nothing where the system has no such locks.
func lockExclusively(*os.File) error { return nil }
