package disk

import "errors"

// ErrLocked is the error of Lock where another process has the lock, ErrNoLocks where the
// file system, or the system, has none.
var (
	ErrLocked  = errors.New("another process has the lock")
	ErrNoLocks = errors.New("the file system has no locks")
)
