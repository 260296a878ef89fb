package run

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/deepbsde/deepbsde/bsde"
)

// The files of a run. Page is written by the command report.
const (
	ManifestFile     = "run.json"
	ResultFile       = "result.json"
	TextFile         = "result.txt"
	PageFile         = "report.html"
	ProblemFile      = "problem.yaml"
	MetricsFile      = "metrics.csv"
	MetricsLinesFile = "metrics.jsonl"
	lockFile         = "lock"
	checkpointPrefix = "checkpoint-"
	checkpointSuffix = ".safetensors"
	keptCheckpoints  = 2
)

// Run is the directory of a run. Its methods must be called from one goroutine.
type Run struct {
	Manifest
	path    string
	given   bsde.Problem // in Go; nil: from its name or file
	saved   time.Time    // of the last checkpoint
	unsaved error        // why the last one could not be written
	lock    *os.File
}

// Error is a directory that is not what it has to be.
type Error struct {
	Path   string
	Reason string
	Full   bool // it should be empty
	Exists bool // it has a run already, which Resume goes on with
}

// Error is the path and the reason.
func (e *Error) Error() string { return e.Path + " " + e.Reason }

// ErrBusy is the error where another process trains in the directory.
var ErrBusy = errors.New("another process trains there")

// Source is where the problem of a run comes from.
type Source struct {
	Problem    string             // the name of a family of package problems; with File what the run calls it, "": as the file does
	File       []byte             // the text of its problem file; nil for a named problem
	Parameters map[string]float64 // of the family; those that are missing have their defaults
	Dim        int                // 0: the family's default
	Region     string             // of random starts, as pde.ParseRegion reads it; "": as the problem says

	// Go is a problem that has neither a name nor a file; nil otherwise. It must be given
	// again to go on with the run.
	Go bsde.Problem

	Program string   // that makes the run, with its version
	Command []string // its words
}

// Vacant is the error of Create where a directory is in use, nil where it can be made.
func Vacant(path string) error {
	entries, err := os.ReadDir(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if len(entries) > 0 && !stillborn(entries) {
		exists := slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == ManifestFile })
		return &Error{path, "is not empty", true, exists}
	}
	return nil
}

// Create makes the directory for a trainer fresh from Init. The directory must be empty if
// it exists, or what a run that was killed in Create has left; the error otherwise is an
// *Error. It is locked until Close.
func Create(path string, s Source, t *bsde.Trainer) (*Run, error) {
	if err := Vacant(path); err != nil {
		return nil, err
	}
	settings, err := bsde.Configuration(t.Settings(), t.Method())
	if err != nil {
		return nil, err
	}
	kind := "pde"
	if t.Policy() != nil {
		kind = "control"
	}
	r := &Run{path: path, given: s.Go, Manifest: Manifest{
		Program: s.Program, Command: s.Command, Started: time.Now().UTC().Truncate(time.Second), Processor: processor(),
		Problem: s.Problem, Kind: kind, Dim: bsde.DimOf(t.Problem()), Parameters: map[string]float64{}, Start: s.Region,
		Method: t.Method().Name(), Network: bsde.NetworkOf(t.Method()), Settings: settings,
	}}
	maps.Copy(r.Parameters, s.Parameters)
	if s.Go != nil {
		r.Manifest.Problem = bsde.NameOf(s.Go)
	} else {
		family, err := s.family()
		if err != nil {
			return nil, err
		}
		if s.Problem == "" { // that of a file
			r.Manifest.Problem = family.Name
		}
		if r.Dim = s.Dim; s.Dim == 0 {
			r.Dim = family.Dim
		}
		for _, p := range family.Params {
			if _, ok := s.Parameters[p.Name]; !ok {
				r.Parameters[p.Name] = p.Default
			}
		}
	}
	if err := os.MkdirAll(path, 0o755); err != nil {
		return nil, err
	}
	if err := r.Occupy(); err != nil {
		return nil, err
	}
	if err := r.begun(s.File); err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

// begun writes what a run has from the begin.
func (r *Run) begun(problem []byte) error {
	if problem != nil {
		r.Manifest.Copy, r.FileDigest = ProblemFile, digest(problem)
		if err := os.WriteFile(r.File(ProblemFile), problem, 0o644); err != nil {
			return err
		}
	}
	if err := r.seal(); err != nil {
		return err
	}
	return r.writeJSON(ManifestFile, r.Manifest)
}

// stillborn tells whether a directory has nothing but what Create writes before the
// manifest, the lock at first.
func stillborn(entries []fs.DirEntry) bool {
	locked := false
	for _, e := range entries {
		name := e.Name()
		locked = locked || name == lockFile
		if name != lockFile && name != ProblemFile && !strings.HasPrefix(name, "."+ManifestFile) {
			return false
		}
	}
	return locked
}

// Open reads the manifest of a run. The error of a directory that has none, or one that
// was changed after the run began, is an *Error.
func Open(path string) (*Run, error) {
	r := &Run{path: path}
	text, err := os.ReadFile(r.File(ManifestFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &Error{Path: path, Reason: "is not a run: it has no " + ManifestFile}
	}
	if info, statErr := os.Stat(path); statErr == nil && !info.IsDir() {
		return nil, &Error{Path: path, Reason: "is not a run: it is a file, want a directory"}
	}
	if err != nil {
		return nil, err
	}
	changed := func(name string) error {
		return &Error{Path: r.File(name), Reason: "was changed after the run began: it does not have the digest that " + ManifestFile + " states"}
	}
	switch err := r.Manifest.decode(text); {
	case errors.Is(err, errChanged):
		return nil, changed(ManifestFile)
	case err != nil:
		return nil, &Error{Path: r.File(ManifestFile) + ":", Reason: err.Error()}
	}
	if r.Manifest.Copy != "" {
		if text, err := os.ReadFile(r.File(ProblemFile)); err != nil {
			return nil, err
		} else if digest(text) != r.FileDigest {
			return nil, changed(ProblemFile)
		}
	}
	return r, nil
}

// Path is the directory.
func (r *Run) Path() string { return r.path }

// File is the path of a file in the directory.
func (r *Run) File(name string) string { return filepath.Join(r.path, name) }

// Read is the text of one of the run's files, nil where it has not been written yet.
func (r *Run) Read(name string) ([]byte, error) {
	text, err := os.ReadFile(r.File(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return text, err
}

// Occupy keeps other processes from training in the directory, until Close or the end of
// this process, and removes what a killed one left half-written. The error where another
// has it is ErrBusy.
func (r *Run) Occupy() (err error) {
	if r.lock != nil {
		return nil
	}
	if r.lock, err = os.OpenFile(r.File(lockFile), os.O_CREATE|os.O_RDWR, 0o644); err != nil {
		return err
	}
	if err := lockExclusively(r.lock); err != nil {
		r.Close()
		return fmt.Errorf("%s: %w", r.path, ErrBusy)
	}
	if err := r.tidy(); err != nil {
		r.Close()
		return err
	}
	return nil
}

// Close lets other processes train in the directory.
func (r *Run) Close() {
	if r.lock != nil {
		r.lock.Close()
		r.lock = nil
	}
}
