//go:build unix

package run

import (
	"os"
	"syscall"
)

// lockExclusively fails where another process has the lock, which ends with it.
func lockExclusively(f *os.File) error {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}
