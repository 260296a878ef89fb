package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
)

// The files of a run directory.
const (
	manifestFile     = "run.json"
	resultFile       = "result.json"
	reportFile       = "result.txt"
	pageFile         = "report.html"
	lockFile         = "lock"
	problemFile      = "problem.yaml"
	metricsFile      = "metrics.csv"
	metricsLinesFile = "metrics.jsonl"
	checkpointPrefix = "checkpoint-"
	checkpointSuffix = ".safetensors"
	keptCheckpoints  = 2
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
	File       string             `json:"file,omitempty"`        // of the problem, a copy in the directory
	FileDigest string             `json:"file_digest,omitempty"` // SHA-256 of it
	Kind       string             `json:"kind"`
	Dim        int                `json:"dim"`
	Parameters map[string]float64 `json:"parameters"`
	Start      string             `json:"start,omitempty"` // the region of --start
	Method     string             `json:"method"`
	Network    string             `json:"network"`
	Settings   jsonSettings       `json:"settings"`

	// Digest is that of all the rest: a file that was changed is not that of the run.
	Digest string `json:"digest"`
}

// digest is the SHA-256 of a manifest without its own.
func (m manifest) digest() string {
	m.Digest = ""
	text, _ := json.Marshal(m)
	return fmt.Sprintf("%x", sha256.Sum256(text))
}

// rundir is the directory of a run.
type rundir struct {
	path string
	manifest
	saved time.Time // of the last checkpoint
	lock  *os.File
}

// createRun makes the directory, which must be empty if it exists, or what a run that was
// killed in createRun has left.
// file is the text of the problem file, nil for a named problem.
func createRun(path string, m manifest, file []byte) (*rundir, error) {
	entries, err := os.ReadDir(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if len(entries) > 0 && !stillborn(entries) {
		hint := "--out wants the name of a new directory, or of an empty one"
		if slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == manifestFile }) {
			hint = "'" + resumeCommand(path) + "' continues a run that was stopped"
		}
		return nil, &exitError{exitUsage, fmt.Errorf("%s is not empty", path), hint}
	}
	if err := os.MkdirAll(path, 0o755); err != nil {
		return nil, err
	}
	d := &rundir{path: path, manifest: m}
	if err := d.occupy(); err != nil {
		return nil, err
	}
	if err := d.tidy(); err != nil {
		return nil, err
	}
	if file != nil {
		d.File, d.FileDigest = problemFile, fmt.Sprintf("%x", sha256.Sum256(file))
		if err := os.WriteFile(d.file(problemFile), file, 0o644); err != nil {
			return nil, err
		}
	}
	d.Digest = d.digest()
	return d, d.writeJSON(manifestFile, d.manifest)
}

// stillborn tells whether a directory has nothing but what createRun writes before the
// manifest, the lock at first.
func stillborn(entries []fs.DirEntry) bool {
	locked := false
	for _, e := range entries {
		name := e.Name()
		locked = locked || name == lockFile
		if name != lockFile && name != problemFile && !strings.HasPrefix(name, "."+manifestFile) {
			return false
		}
	}
	return locked
}

// occupy keeps other processes from training in the directory, until this one ends.
func (d *rundir) occupy() (err error) {
	if d.lock, err = os.OpenFile(d.file(lockFile), os.O_CREATE|os.O_RDWR, 0o644); err != nil {
		return err
	}
	if err := lockExclusively(d.lock); err != nil {
		return &exitError{status: exitFailed, err: fmt.Errorf("%s: another process trains there", d.path)}
	}
	return nil
}

// resumeCommand is what goes on with a run.
func resumeCommand(path string) string { return "deepbsde solve --resume " + shellWord(path) }

// shellWord is what a shell reads as the given word.
func shellWord(s string) string {
	if s == "" || strings.ContainsAny(s, " \t\n\"'\\$*?[]&;<>|()`!#~") {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return s
}

// openRun reads the manifest of a run.
func openRun(path string) (*rundir, error) {
	d := &rundir{path: path}
	text, err := os.ReadFile(d.file(manifestFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &exitError{status: exitUsage, err: fmt.Errorf("%s is not a run: it has no %s", path, manifestFile)}
	}
	if info, statErr := os.Stat(path); statErr == nil && !info.IsDir() {
		return nil, &exitError{status: exitUsage, err: fmt.Errorf("%s is not a run: it is a file, want the directory that 'deepbsde solve --out' wrote", path)}
	}
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&d.manifest); err != nil {
		return nil, &exitError{status: exitUsage, err: fmt.Errorf("%s: %w", d.file(manifestFile), err)}
	}
	changed := func(name string) error {
		return &exitError{status: exitUsage, err: fmt.Errorf("%s was changed after the run began: it does not have the digest that %s states", d.file(name), manifestFile)}
	}
	if _, err := decoder.Token(); err != io.EOF || d.Digest != d.digest() {
		return nil, changed(manifestFile)
	}
	if d.File != "" {
		if text, err := os.ReadFile(d.file(problemFile)); err != nil {
			return nil, err
		} else if fmt.Sprintf("%x", sha256.Sum256(text)) != d.FileDigest {
			return nil, changed(problemFile)
		}
	}
	return d, nil
}

func (d *rundir) file(name string) string { return filepath.Join(d.path, name) }

// member is the problem of the run.
func (d *rundir) member(ctx context.Context) (*member, error) {
	f := problemFlags{dim: flags.Given(d.Dim), set: flags.Assignments(d.Parameters)}
	name := d.Problem
	if d.File != "" {
		name = d.file(problemFile)
	}
	m, err := f.member(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.file(manifestFile), err)
	}
	// A file that states no name, or no title, is called by its path, which the copy has not.
	if m.family.Title == m.family.Name {
		m.family.Title = d.Problem
	}
	m.family.Name, m.problem.Name = d.Problem, d.Problem
	if m.control != nil {
		m.control.Problem.Name = d.Problem
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
