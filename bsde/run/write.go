package run

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/deepbsde/deepbsde/bsde/run/disk"
)

// WriteFile writes a file that a user named, so that it is either the old or the complete
// new one. What is no regular file, such as a pipe, is written to as it is, and a link is
// followed: the files of a run have WriteOwn.
func WriteFile(name string, write func(*os.File) error) error {
	if target, err := filepath.EvalSymlinks(name); err == nil {
		name = target
	}
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return fmt.Errorf("%s is a directory, want the name of a file", name)
	} else if err == nil && !info.Mode().IsRegular() {
		f, err := os.OpenFile(name, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		return errors.Join(write(f), f.Close())
	}
	return disk.Write(name, write)
}

// WriteOwn is WriteFile for one of the run's own files, which is an error where it is no
// regular file: in a directory that comes from somebody else a link may point anywhere.
func (r *Run) WriteOwn(name string, write func(*os.File) error) error {
	return disk.Write(r.File(name), write)
}
