//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// asItStands keeps the system from following a link and from waiting for a pipe.
const asItStands = syscall.O_NOFOLLOW | syscall.O_NONBLOCK

// Lock takes the lock of a file, which ends with the process or the file.
func Lock(f *os.File) error {
	return lockError(syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB))
}

// Locked tells whether another process, or another open file of this one, has the lock.
func Locked(f *os.File) (bool, error) {
	err := lockError(syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB))
	if errors.Is(err, ErrLocked) {
		return true, nil
	}
	if err == nil {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_UN)
	}
	return false, err
}

// lockError tells a lock that another process has from one that nobody can have.
func lockError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.EWOULDBLOCK):
		return ErrLocked
	case errors.Is(err, errors.ErrUnsupported), errors.Is(err, syscall.ENOLCK), errors.Is(err, syscall.EINVAL):
		return fmt.Errorf("%w: %w", ErrNoLocks, err)
	}
	return err
}

// SyncDir makes the names in a directory last. A file system that cannot do so is as good
// as it is.
func SyncDir(path string) error {
	d, err := os.Open(path)
	if errors.Is(err, fs.ErrPermission) { // to list them; they can be made all the same
		return nil
	}
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, syscall.EINVAL) {
		return err
	}
	return nil
}
