package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/words"
)

// benchRun is one finished training, a line of the store.
type benchRun struct {
	Problem     string       `json:"problem"`
	Preset      string       `json:"preset"`
	Network     string       `json:"network"`
	Version     string       `json:"version"` // as the command version prints it
	Settings    jsonSettings `json:"settings"`
	Status      string       `json:"status"`
	Value       *float64     `json:"value,omitempty"` // the final estimate; absent where training diverged
	StdErr      *float64     `json:"stderr,omitempty"`
	Seconds     float64      `json:"seconds"` // of the whole run
	Checkpoints []checkpoint `json:"checkpoints"`
}

// checkpoint is the state of training after so many gradient steps.
type checkpoint struct {
	Iteration int     `json:"iteration"`
	Value     float64 `json:"value"`   // Y0 of the optimiser
	Seconds   float64 `json:"seconds"` // since the start of training
}

func (b *benchRun) fill(r *trained) {
	b.Status, b.Value, b.StdErr, b.Seconds = r.status.String(), words.Number(r.value), words.Number(r.stderr), r.seconds
	for _, h := range r.history {
		if words.Number(h.Value) != nil {
			b.Checkpoints = append(b.Checkpoints, checkpoint{h.Iteration, h.Value, h.Elapsed.Seconds()})
		}
	}
}

// at is the checkpoint after the given number of steps, nil where there is none.
func (b *benchRun) at(iteration int) *checkpoint {
	for i := range b.Checkpoints {
		if b.Checkpoints[i].Iteration == iteration {
			return &b.Checkpoints[i]
		}
	}
	return nil
}

// same tells whether both runs are of the same experiment: whether they agree in all
// that the result depends on apart from the program's version and the instruction set,
// which changes the last digits.
func (b *benchRun) same(other *benchRun) bool {
	key := func(r *benchRun) string {
		s := r.Settings
		s.Workers = 0
		text, _ := json.Marshal([]any{r.Problem, r.Network, s})
		return string(text)
	}
	return key(b) == key(other)
}

// store is a file of finished runs, one JSON object a line, to which runs are added.
type store struct {
	path  string
	file  *os.File
	whole int64 // bytes up to the end of the last line
	runs  []*benchRun
}

// openStore reads the runs of a file, which may not exist yet. A last line without
// its end, which a crash can leave, is dropped; any other that is no run is an error.
func openStore(path string) (*store, error) {
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	whole := bytes.LastIndexByte(text, '\n') + 1
	s := &store{path: path, whole: int64(whole)}
	foreign := func(line int) error {
		return &exitError{exitUsage, fmt.Errorf("%s:%d: not a run of 'deepbsde bench'", path, line), "name another file with --store"}
	}
	for i, line := range bytes.Split(text[:whole], []byte("\n")) {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var r benchRun
		if err := json.Unmarshal(line, &r); err != nil || r.Problem == "" || r.Seconds < 0 {
			return nil, foreign(i + 1)
		}
		s.runs = append(s.runs, &r)
	}
	const begin = `{"problem":`
	if rest := string(text[whole:]); !strings.HasPrefix(rest, begin) && !strings.HasPrefix(begin, rest) {
		return nil, foreign(bytes.Count(text, []byte("\n")) + 1)
	}
	if s.file, err = os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o644); err != nil {
		return nil, err
	}
	return s, nil
}

// find is the newest run with the same settings, nil for none.
func (s *store) find(want *benchRun) *benchRun {
	for i := len(s.runs) - 1; i >= 0; i-- {
		if s.runs[i].same(want) {
			return s.runs[i]
		}
	}
	return nil
}

// add appends a run and sees it to the disk.
func (s *store) add(r *benchRun) error {
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
	s.runs = append(s.runs, r)
	return s.file.Sync()
}

func (s *store) close() { s.file.Close() }
