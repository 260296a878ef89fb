//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package disk

import "os"

const asItStands = 0

// Lock has nothing to lock with here.
func Lock(*os.File) error { return ErrNoLocks }

// Locked cannot tell.
func Locked(*os.File) (bool, error) { return false, ErrNoLocks }

// SyncDir leaves it to the system, whose directories cannot be synced.
func SyncDir(string) error { return nil }
