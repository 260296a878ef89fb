//go:build !unix

package main

import "os"

// lockExclusively does nothing where the system has no such locks.
func lockExclusively(*os.File) error { return nil }
