//go:build darwin || freebsd || linux

package disk

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestUmask: new files have what the umask leaves, and a file that is replaced keeps its
// permissions.
func TestUmask(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0o077))
	name := filepath.Join(t.TempDir(), "a", "file")
	if err := MakeDir(filepath.Dir(name)); err != nil {
		t.Fatal(err)
	}
	nothing := func(*os.File) error { return nil }
	mode := func(name string) os.FileMode {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		return info.Mode().Perm()
	}
	if err := Write(name, nothing); err != nil || mode(name) != 0o600 || mode(filepath.Dir(name)) != 0o700 {
		t.Errorf("modes %o and %o, %v", mode(name), mode(filepath.Dir(name)), err)
	}
	if err := os.Chmod(name, 0o640); err != nil {
		t.Fatal(err)
	}
	if err := Write(name, nothing); err != nil || mode(name) != 0o640 {
		t.Errorf("mode %o, %v", mode(name), err)
	}
}

// TestPipes: nobody waits for a pipe, and nothing is read from it.
func TestPipes(t *testing.T) {
	name := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Skip(err)
	}
	done := make(chan error, 1)
	go func() { _, err := Read(name, 100); done <- err }()
	select {
	case err := <-done:
		if !errors.Is(err, ErrNotRegular) || !strings.Contains(err.Error(), "is a pipe") {
			t.Errorf("error %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the reader waits")
	}
	if _, err := Read(os.DevNull, 100); !errors.Is(err, ErrNotRegular) {
		t.Errorf("a device: %v", err)
	}
}

// TestLockErrors: a lock that another has is told from one that nobody can have.
func TestLockErrors(t *testing.T) {
	for err, want := range map[error]error{
		syscall.EWOULDBLOCK: ErrLocked, syscall.ENOLCK: ErrNoLocks, syscall.ENOTSUP: ErrNoLocks, syscall.ENOSYS: ErrNoLocks,
		syscall.EIO: syscall.EIO,
	} {
		if got := lockError(err); !errors.Is(got, want) || errors.Is(got, ErrLocked) != (want == ErrLocked) {
			t.Errorf("%v: %v, want %v", err, got, want)
		}
	}
}
