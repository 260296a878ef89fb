// Package disk reads and writes the files of a directory that may have come from somebody
// else: what stands under a file's name is that file, never a link to another one, a pipe
// or a device, and no reader takes more than it was told to.
package disk

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// Read is the text of a regular file of at most so many bytes.
func Read(name string, most int64) ([]byte, error) {
	f, err := Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(text)) > most {
		err = fmt.Errorf("%s is larger than %d bytes, the most that is read", name, most)
	}
	return text, err
}

// Open opens a regular file for reading.
func Open(name string) (*os.File, error) { return open(name, os.O_RDONLY) }

// OpenToAppend opens a regular file that is there, to write at its end.
func OpenToAppend(name string) (*os.File, error) { return open(name, os.O_WRONLY|os.O_APPEND) }

// OpenOrMake opens a regular file for reading and writing, and makes it where there is none.
func OpenOrMake(name string) (*os.File, error) {
	f, err := open(name, os.O_RDWR)
	if errors.Is(err, fs.ErrNotExist) {
		f, err = os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
		if errors.Is(err, fs.ErrExist) { // another process was faster
			return open(name, os.O_RDWR)
		}
	}
	return f, err
}

// open looks at the name before it opens it, as that alone can have effects on a device,
// and at the file after that, as another one may have taken its place.
func open(name string, flags int) (*os.File, error) {
	if _, err := Regular(name); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(name, flags|asItStands, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil {
		err = regular(name, info)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// Regular is the account of a file, with an error where it is none, or no regular one.
func Regular(name string) (fs.FileInfo, error) {
	info, err := os.Lstat(name)
	if err != nil {
		return nil, err
	}
	return info, regular(name, info)
}

// ErrNotRegular is the error where something else than a file has its name.
var ErrNotRegular = errors.New("want a regular file")

func regular(name string, info fs.FileInfo) error {
	what := "a device"
	switch mode := info.Mode(); {
	case mode.IsRegular():
		return nil
	case mode.IsDir():
		what = "a directory"
	case mode&fs.ModeSymlink != 0:
		what = "a symbolic link"
	case mode&fs.ModeNamedPipe != 0:
		what = "a pipe"
	case mode&fs.ModeSocket != 0:
		what = "a socket"
	}
	return fmt.Errorf("%s is %s, %w", name, what, ErrNotRegular)
}
