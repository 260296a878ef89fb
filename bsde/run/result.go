package run

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/deepbsde/deepbsde/bsde"
)

// Finish keeps the result for people, as the given text, and for programs, as the JSON
// form of res, whose file, written last, tells that the run is over. The error is also
// that of checkpoints that could not be written.
func (r *Run) Finish(res any, text string) error {
	err := WriteFile(r.File(TextFile), writing([]byte(text)))
	if err == nil {
		err = r.writeJSON(ResultFile, res)
	}
	if r.unsaved != nil {
		err = r.unsaved
	}
	if err != nil {
		return fmt.Errorf("the run is not saved: %w", err)
	}
	return nil
}

// Over tells whether a run has nothing left to do.
func (r *Run) Over() (bool, error) {
	text, err := os.ReadFile(r.File(ResultFile))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	var res struct{ Status string }
	if err == nil {
		err = json.Unmarshal(text, &res)
	}
	if err != nil {
		return false, fmt.Errorf("%s: %w", r.File(ResultFile), err)
	}
	over := []string{bsde.IterationLimit.String(), bsde.Converged.String(), bsde.Diverged.String()}
	return slices.Contains(over, res.Status), nil
}

// result is that of a run that is over.
func (r *Run) result(err error) (*bsde.Result, error) {
	var res bsde.Result
	var text []byte
	if err == nil {
		text, err = r.Read(ResultFile)
	}
	if err == nil {
		err = json.Unmarshal(text, &res)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.File(ResultFile), err)
	}
	return &res, nil
}

func (r *Run) writeJSON(name string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return WriteFile(r.File(name), writing(append(text, '\n')))
}

// writing is a function for WriteFile that writes a text.
func writing(text []byte) func(*os.File) error {
	return func(f *os.File) error {
		_, err := f.Write(text)
		return err
	}
}
