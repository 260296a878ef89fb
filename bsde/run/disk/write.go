package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// Write writes a regular file so that it is either the old or the complete new one, also
// after a loss of power. It has the permissions of the old one, or those that the umask
// leaves.
func Write(name string, write func(*os.File) error) error {
	old, err := Regular(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := temporary(name)
	if err != nil {
		var path *fs.PathError
		if errors.As(err, &path) {
			err = path.Err // the name of the temporary file tells nobody anything
		}
		return fmt.Errorf("%s: %w", name, err)
	}
	defer os.Remove(f.Name()) // nothing is there any more after the rename
	if old != nil {
		err = f.Chmod(old.Mode().Perm())
	}
	if err == nil {
		err = write(f)
	}
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err == nil {
		err = SyncDir(filepath.Dir(name))
	}
	return err
}

// Temporary is how the names of half-written files of a name begin.
func Temporary(name string) string { return "." + name + "." }

// temporary is a new file beside the name.
func temporary(name string) (f *os.File, err error) {
	for range 1000 {
		beside := filepath.Join(filepath.Dir(name), fmt.Sprint(Temporary(filepath.Base(name)), rand.Uint32()))
		f, err = os.OpenFile(beside, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			break
		}
	}
	return f, err
}

// MakeDir makes a directory with those above it, and sees to it that it lasts.
func MakeDir(path string) error {
	if err := os.MkdirAll(path, 0o777); err != nil {
		return err
	}
	return SyncDir(filepath.Dir(filepath.Clean(path)))
}
