package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/deepbsde/deepbsde/bsde"
)

// The files of a run directory.
const (
	manifestFile      = "run.json"
	resultFile        = "result.json"
	problemFile       = "problem.yaml"
	metricsFile       = "metrics.csv"
	metricsLinesFile  = "metrics.jsonl"
	checkpointPattern = "checkpoint-*.safetensors"
	keptCheckpoints   = 2
)

// checkpointPause is the time between checkpoints, the last one apart.
var checkpointPause = time.Second

// manifest is run.json: all that is needed to repeat the run, and where it was made.
type manifest struct {
	Program    string             `json:"program"` // as the command version prints it
	Command    []string           `json:"command"` // the words after the program's name
	Started    time.Time          `json:"started"`
	Processor  string             `json:"processor,omitempty"`
	Problem    string             `json:"problem"`
	File       string             `json:"file,omitempty"` // of the problem, a copy in the directory
	Kind       string             `json:"kind"`
	Dim        int                `json:"dim"`
	Parameters map[string]float64 `json:"parameters"`
	Method     string             `json:"method"`
	Network    string             `json:"network"`
	Settings   jsonSettings       `json:"settings"`
}

// rundir is the directory of a run.
type rundir struct {
	path string
	manifest
	saved time.Time // of the last checkpoint
}

// createRun makes the directory, which must be empty if it exists.
// file is the text of the problem file, nil for a named problem.
func createRun(path string, m manifest, file []byte) (*rundir, error) {
	entries, err := os.ReadDir(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if len(entries) > 0 {
		return nil, &exitError{exitUsage, fmt.Errorf("%s is not empty", path), "'--resume " + path + "' continues a run that was stopped"}
	}
	if err := os.MkdirAll(path, 0o755); err != nil {
		return nil, err
	}
	d := &rundir{path: path, manifest: m}
	if file != nil {
		d.File = problemFile
		if err := os.WriteFile(d.file(problemFile), file, 0o644); err != nil {
			return nil, err
		}
	}
	return d, d.writeJSON(manifestFile, d.manifest)
}

// openRun reads the manifest of a run.
func openRun(path string) (*rundir, error) {
	d := &rundir{path: path}
	text, err := os.ReadFile(d.file(manifestFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &exitError{status: exitUsage, err: fmt.Errorf("%s is not a run: it has no %s", path, manifestFile)}
	}
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&d.manifest); err != nil {
		return nil, &exitError{status: exitUsage, err: fmt.Errorf("%s: %w", d.file(manifestFile), err)}
	}
	return d, nil
}

func (d *rundir) file(name string) string { return filepath.Join(d.path, name) }

// member is the problem of the run.
func (d *rundir) member(ctx context.Context) (*member, error) {
	f := problemFlags{dim: opt[int]{d.Dim, true}, set: assignments(d.Parameters)}
	name := d.Problem
	if d.File != "" {
		name = d.file(problemFile)
	}
	m, err := f.member(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.file(manifestFile), err)
	}
	return m, nil
}

// settings are those of the run.
func (d *rundir) settings() (bsde.Settings, error) {
	s := d.Settings.Settings
	if t := d.Settings.TimeLimit; t != "" {
		limit, err := time.ParseDuration(t)
		if err != nil {
			return s, fmt.Errorf("%s: time_limit: %w", d.file(manifestFile), err)
		}
		s.TimeLimit = limit
	}
	return s, nil
}

// network is that of the run.
func (d *rundir) network() bsde.Network {
	if d.Network == "per-step" {
		return bsde.PerStep{Hidden: d.Settings.Hidden}
	}
	return bsde.Shared{Hidden: d.Settings.Hidden, Activation: d.Settings.Activation}
}

// deepBSDE and policy are the method of the run.
func (d *rundir) deepBSDE() bsde.DeepBSDE {
	c := d.Settings.Controlled
	return bsde.DeepBSDE{Network: d.network(), Uncontrolled: c != nil && !*c}
}

func (d *rundir) policy() bsde.Policy {
	a := d.Settings.Antithetic
	return bsde.Policy{Network: d.network(), Antithetic: a != nil && *a, Segments: d.Settings.Segments}
}

// saver is what a run writes into its directory.
type saver interface {
	Save(io.Writer) error
	History() []bsde.Record
	Iteration() int
}

// save writes a checkpoint and the metrics up to it, and removes old checkpoints.
// Unless it is the last one, it does so only some time after the one before.
func (d *rundir) save(s saver, last bool) error {
	if !last && time.Since(d.saved) < checkpointPause {
		return nil
	}
	name := fmt.Sprintf("checkpoint-%09d.safetensors", s.Iteration())
	if err := replaceFile(d.file(name), func(f *os.File) error { return s.Save(f) }); err != nil {
		return err
	}
	d.saved = time.Now()
	list, err := d.checkpoints()
	if err != nil {
		return err
	}
	for _, old := range list[:max(len(list)-keptCheckpoints, 0)] {
		if err := os.Remove(old); err != nil {
			return err
		}
	}
	return d.writeMetrics(s.History())
}

// checkpoints lists the files, the newest last.
func (d *rundir) checkpoints() ([]string, error) {
	list, err := filepath.Glob(d.file(checkpointPattern))
	slices.Sort(list)
	return list, err
}

// tidy removes what a killed run left half-written.
func (d *rundir) tidy() error {
	list, err := filepath.Glob(d.file(".*.*")) // see replaceFile
	for _, name := range list {
		if err == nil {
			err = os.Remove(name)
		}
	}
	return err
}

// restore loads the newest checkpoint that is whole. Without any the run begins anew.
func (d *rundir) restore(load func([]byte) error, warn func(string)) error {
	list, err := d.checkpoints()
	if err != nil {
		return err
	}
	var failed error
	for _, name := range slices.Backward(list) {
		data, err := os.ReadFile(name)
		if err == nil {
			err = load(data)
		}
		if err == nil {
			return nil
		}
		failed = fmt.Errorf("%s: %w", name, err)
		warn(failed.Error())
	}
	return failed
}

// writeMetrics writes the history as CSV, DeepBSDE's columns first, and as JSON lines.
func (d *rundir) writeMetrics(history []bsde.Record) error {
	header := []string{"step", "loss_function", "target_value", "elapsed_time", "learning_rate"}
	err := replaceFile(d.file(metricsFile), func(f *os.File) error {
		w := csv.NewWriter(f)
		w.Write(header)
		for _, r := range history {
			w.Write([]string{strconv.Itoa(r.Iteration), full(r.Loss), full(r.Value), full(r.Elapsed.Seconds()), full(r.LearningRate)})
		}
		w.Flush()
		return w.Error()
	})
	if err != nil {
		return err
	}
	return replaceFile(d.file(metricsLinesFile), func(f *os.File) error {
		e := json.NewEncoder(f)
		for _, r := range history {
			line := map[string]any{"step": r.Iteration, "loss_function": number(r.Loss), "target_value": number(r.Value),
				"elapsed_time": r.Elapsed.Seconds(), "learning_rate": r.LearningRate}
			if err := e.Encode(line); err != nil {
				return err
			}
		}
		return nil
	})
}

// full is x with all its digits.
func full(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

func (d *rundir) writeJSON(name string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return replaceFile(d.file(name), func(f *os.File) error {
		_, err := f.Write(append(text, '\n'))
		return err
	})
}
