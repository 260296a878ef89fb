package mirror

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// tree is a file or a folder in memory.
type tree struct {
	Name   []byte
	Kind   byte // 0: it is not there
	Data   []byte
	Below  []tree
	Failed []byte // why it could not be read
}

const (
	aFile   = 'f'
	aFolder = 'd'
)

// read is what stands under a name. Links, pipes and devices are left out.
func read(name string) (tree, error) {
	t := tree{Name: []byte(filepath.Base(name))}
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return t, nil
	case err != nil:
		return t, err
	case info.Mode().IsRegular():
		t.Kind = aFile
		t.Data, err = os.ReadFile(name)
		return t, err
	case !info.IsDir():
		return t, nil
	}
	t.Kind = aFolder
	entries, err := os.ReadDir(name)
	for _, e := range entries {
		if err != nil || !e.IsDir() && !e.Type().IsRegular() {
			continue
		}
		var below tree
		if below, err = read(filepath.Join(name, e.Name())); err == nil {
			t.Below = append(t.Below, below)
		}
	}
	return t, err
}

// write is the inverse.
func (t *tree) write(name string) error {
	switch t.Kind {
	case aFile:
		return os.WriteFile(name, t.Data, 0o600)
	case aFolder:
		err := os.Mkdir(name, 0o700)
		for i := range t.Below {
			if err == nil {
				err = t.Below[i].write(filepath.Join(name, string(t.Below[i].Name)))
			}
		}
		return err
	}
	return nil
}
