package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/deepbsde/deepbsde/bsde"
)

// over tells whether a run has nothing left to do.
func (d *rundir) over() (bool, error) {
	text, err := os.ReadFile(d.file(resultFile))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	var r struct{ Status string }
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	if err != nil {
		return false, fmt.Errorf("%s: %w", d.file(resultFile), err)
	}
	return r.Status == bsde.IterationLimit.String() || r.Status == bsde.Diverged.String(), nil
}

// printResult prints the result of a run that is over.
func (a *app) printResult(d *rundir, asJSON bool) error {
	fmt.Fprintf(a.stderr, "deepbsde: %s is finished; this is its result\n", d.path)
	name := reportFile
	if asJSON {
		name = resultFile
	}
	text, err := os.ReadFile(d.file(name))
	if err != nil {
		return err
	}
	return a.print(string(text))
}
