package bench

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// Store is a file of finished runs, one JSON object a line, to which runs are added.
type Store struct {
	Path string
	Runs []*Run

	file  *os.File
	whole int64 // bytes up to the end of the last line
	key   Key
}

// Open reads the runs of a file, which may not exist yet. A last line without
// its end, which a crash can leave, is dropped; any other that is no run is an error.
func Open(path string, key Key) (*Store, error) {
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	s := &Store{Path: path, key: key}
	if err := s.read(text); err != nil {
		return nil, err
	}
	if s.file, err = os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o644); err != nil {
		return nil, err
	}
	return s, nil
}

// read takes the runs of the file's text.
func (s *Store) read(text []byte) error {
	whole := bytes.LastIndexByte(text, '\n') + 1
	s.whole = int64(whole)
	for i, line := range bytes.Split(text[:whole], []byte("\n")) {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var r Run
		err := json.Unmarshal(line, &r)
		if err == nil && r.Problem != "" && r.Seconds >= 0 {
			r.key, err = s.of(&r)
		}
		if err != nil || r.Problem == "" || r.Seconds < 0 {
			return &ForeignError{s.Path, i + 1}
		}
		s.Runs = append(s.Runs, &r)
	}
	const begin = `{"problem":`
	if rest := string(text[whole:]); !strings.HasPrefix(rest, begin) && !strings.HasPrefix(begin, rest) {
		return &ForeignError{s.Path, bytes.Count(text, []byte("\n")) + 1}
	}
	return nil
}

// Key is what settings have in common with others that give the same result: all that it
// depends on.
type Key func(settings json.RawMessage) (string, error)

// of is the same for all runs of one experiment.
func (s *Store) of(r *Run) (string, error) {
	settings, err := s.key(r.Settings.Text)
	return strings.Join([]string{r.Problem, r.Of, r.Network, settings}, "\n"), err
}

// ForeignError is a line of a file that is none of a store's.
type ForeignError struct {
	Path string
	Line int
}

// Error names the line.
func (e *ForeignError) Error() string {
	return fmt.Sprintf("%s:%d: not a run of 'deepbsde bench'", e.Path, e.Line)
}

// Find is the newest run of the same experiment, nil for none.
func (s *Store) Find(want *Run) *Run {
	key, err := s.of(want)
	if err != nil { // settings that nobody wrote
		return nil
	}
	for i := len(s.Runs) - 1; i >= 0; i-- {
		if s.Runs[i].key == key {
			return s.Runs[i]
		}
	}
	return nil
}

// Add appends a run and sees it to the disk.
func (s *Store) Add(r *Run) error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if err := s.file.Truncate(s.whole); err != nil { // what a crash left of a line
		return err
	}
	if _, err := s.file.Write(append(line, '\n')); err != nil {
		return err
	}
	s.whole += int64(len(line)) + 1
	if r.key, err = s.of(r); err != nil {
		return err
	}
	s.Runs = append(s.Runs, r)
	return s.file.Sync()
}

// Close closes the file.
func (s *Store) Close() { s.file.Close() }
