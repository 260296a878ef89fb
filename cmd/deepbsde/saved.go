package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/figure"
)

// savedRun is what pictures and reports read of a run.
type savedRun struct {
	*rundir
	name    string
	history []figure.Moment
	result  *savedResult // nil before the run's end

	reference *jsonReference // to compare with, nil for none
}

// metricsLine is a line of metrics.jsonl.
type metricsLine struct {
	Step    float64  `json:"step"`
	Loss    *float64 `json:"loss_function"`
	Value   *float64 `json:"target_value"`
	Seconds float64  `json:"elapsed_time"`
	Rate    float64  `json:"learning_rate"`
}

// savedResult is result.json of an equation or of a policy.
type savedResult struct {
	jsonResult
	Maximize      bool      `json:"maximize"`
	Action        []float64 `json:"action"`
	ActionError   *float64  `json:"action_error"`
	Violation     []float64 `json:"violation"`
	ViolationMean []float64 `json:"violation_mean"`
}

func readRun(path string) (*savedRun, error) {
	dir, err := openRun(path)
	if err != nil {
		return nil, err
	}
	r := &savedRun{rundir: dir, name: filepath.Base(filepath.Clean(path))}
	if full, err := filepath.Abs(path); err == nil { // the name of "."
		r.name = filepath.Base(full)
	}
	text, err := dir.read(metricsLinesFile)
	if err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		var l metricsLine
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			return nil, fmt.Errorf("%s: %w", dir.file(metricsLinesFile), err)
		}
		r.history = append(r.history, figure.Moment{Step: l.Step, Seconds: l.Seconds, Value: orNaN(l.Value), Loss: orNaN(l.Loss), Rate: l.Rate})
	}
	if text, err = dir.read(resultFile); err != nil || text == nil {
		return r, err
	}
	if err := json.Unmarshal(text, &r.result); err != nil {
		return nil, fmt.Errorf("%s: %w", dir.file(resultFile), err)
	}
	r.reference = r.result.Reference
	return r, nil
}

// read is the text of one of the run's files, nil where it has not been written yet.
func (d *rundir) read(name string) ([]byte, error) {
	text, err := os.ReadFile(d.file(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return text, err
}

// isPolicy tells whether the run trains a policy, and not an equation.
func (d *rundir) isPolicy() bool { return d.Method == "policy" }

// label is the run's problem with its dimension and changed parameters.
func (d *rundir) label() string {
	name := d.Problem
	if d.File != "" {
		name = d.file(problemFile)
	}
	m := &member{dim: d.Dim, parameters: d.Parameters}
	var err error
	if m.family, err = findFamily(name); err != nil { // one that this version does not know
		return fmt.Sprintf("%s, d = %d", d.Problem, d.Dim)
	}
	m.family.Name = d.Problem // the copy of a file without the key name is called after the copy
	m.noteChanges()
	return identity(m)
}

// valueName is what the value of the metrics is.
func (r *savedRun) valueName() string {
	switch {
	case !r.isPolicy():
		return "Y0"
	case r.result != nil && r.result.Maximize:
		return "reward on validation paths"
	}
	return "cost on validation paths"
}

func orNaN(x *float64) float64 {
	if x == nil {
		return math.NaN()
	}
	return *x
}

// trainingOf is the training of runs of one problem.
func trainingOf(runs []*savedRun) figure.Training {
	t := figure.Training{Title: runs[0].label(), Value: runs[0].valueName(), HasLoss: !runs[0].isPolicy()}
	for _, r := range runs {
		one := figure.Run{Name: r.name, History: r.history}
		if res := r.result; res != nil && res.Value != nil && len(res.CI95) == 2 {
			one.Final = &figure.Final{Value: *res.Value, Low: res.CI95[0], High: res.CI95[1]}
		}
		t.Runs = append(t.Runs, one)
		if ref := r.reference; t.Reference == nil && ref != nil && ref.Value != nil { // of the first that has one
			t.Reference = &figure.Reference{Value: *ref.Value, StdErr: orNaN(ref.StdErr)}
		}
	}
	return t
}
