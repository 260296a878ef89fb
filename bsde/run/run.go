package run

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/run/disk"
	"github.com/deepbsde/deepbsde/bsde/words"
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

// ownFiles are those with fixed names.
var ownFiles = []string{ManifestFile, ResultFile, TextFile, PageFile, ProblemFile, MetricsFile, MetricsLinesFile, attemptsFile, lockFile}

// mostText is how many bytes of a file with a fixed name are read: far more than one has.
const mostText = 64 << 20

// Run is the directory of a run. Its methods must be called from one goroutine.
type Run struct {
	Manifest
	path       string
	given      bsde.Problem // in Go; nil: from its name or file
	saved      time.Time    // of the last checkpoint
	noted      time.Time    // of the last metrics
	unsaved    error        // why the last one could not be written
	lock       *os.File
	unlocked   error // why there is no lock, nil where there is one
	metrics    ledger
	arithmetic string // what has trained it so far, see used
}

// Error is a directory that is not what it has to be.
type Error struct {
	Path   string
	Reason string
	Full   bool // it should be empty
	Exists bool // it has a run already, which Resume goes on with
	Other  bool // it was trained with another arithmetic, see Options.OtherArithmetic
}

// Error is the path and the reason.
func (e *Error) Error() string { return e.Path + " " + e.Reason }

// ErrBusy is the error where another process trains in the directory.
var ErrBusy = errors.New("another process trains there")

// Open reads the manifest of a run. The error of a directory that has none, or one that
// was changed after the run began, is an *Error.
func Open(path string) (*Run, error) {
	r := &Run{path: path}
	if err := r.settle(); err != nil {
		return nil, err
	}
	text, err := disk.Read(r.File(ManifestFile), mostText)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &Error{Path: path, Reason: "is not a run: it has no " + ManifestFile}
	}
	if info, statErr := os.Stat(path); statErr == nil && !info.IsDir() {
		return nil, &Error{Path: path, Reason: "is not a run: it is a file, want a directory"}
	}
	if err != nil {
		return nil, asError(err)
	}
	switch err := r.Manifest.decode(text); {
	case errors.Is(err, errChanged):
		return nil, r.changed(ManifestFile, "the run began")
	case err != nil:
		return nil, &Error{Path: r.File(ManifestFile) + ":", Reason: err.Error()}
	}
	if r.Manifest.Copy != "" {
		if text, err := disk.Read(r.File(ProblemFile), mostText); err != nil {
			return nil, asError(err)
		} else if digest(text) != r.FileDigest {
			return nil, r.changed(ProblemFile, "the run began")
		}
	}
	return r, nil
}

// changed is the error of a file without its digest.
func (r *Run) changed(name, since string) error {
	return &Error{Path: r.File(name), Reason: "was changed after " + since + ": it does not have the digest that was kept of it"}
}

// asError is an *Error where something else than a file has the name of one.
func asError(err error) error {
	if errors.Is(err, disk.ErrNotRegular) {
		return &Error{Path: "the run cannot be used:", Reason: err.Error()}
	}
	return err
}

// Path is the directory.
func (r *Run) Path() string { return r.path }

// File is the path of a file in the directory.
func (r *Run) File(name string) string { return filepath.Join(r.path, name) }

// Read is the text of one of the run's files without control characters, nil where it has
// not been written yet. A result that was changed after the run's end is an *Error.
func (r *Run) Read(name string) ([]byte, error) {
	text, err := r.raw(name)
	if err != nil || text == nil {
		return nil, err
	}
	switch name {
	case ResultFile:
		if _, err := r.sealOf(text); err != nil {
			return nil, err
		}
		return printable(text), nil
	case TextFile:
		if err := r.checkText(text); err != nil {
			return nil, err
		}
	}
	return []byte(words.Printable(string(text))), nil
}

// raw is the text as it stands, nil where there is none.
func (r *Run) raw(name string) ([]byte, error) {
	text, err := disk.Read(r.File(name), mostText)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return text, asError(err)
}

// Occupy keeps other processes from training in the directory, until Close or the end of
// this process, and removes what a killed one left half-written. The error where another
// has it is ErrBusy. Where the file system has no locks Train says so.
func (r *Run) Occupy() (err error) {
	if r.lock != nil {
		return nil
	}
	if err := r.regular(); err != nil {
		return err
	}
	if r.lock, err = disk.OpenOrMake(r.File(lockFile)); err != nil {
		return asError(err)
	}
	err = takeLock(r.lock)
	for tries := 0; errors.Is(err, disk.ErrLocked) && tries < 5; tries++ { // somebody may only have asked, see AtWork
		time.Sleep(10 * time.Millisecond)
		err = takeLock(r.lock)
	}
	switch {
	case errors.Is(err, disk.ErrNoLocks):
		r.unlocked = err
	case errors.Is(err, disk.ErrLocked):
		r.Close()
		return fmt.Errorf("%s: %w", r.path, ErrBusy)
	case err != nil:
		r.Close()
		return fmt.Errorf("%s: %w", r.File(lockFile), err)
	}
	if err := r.tidy(); err != nil {
		r.Close()
		return err
	}
	return nil
}

// AtWork tells whether a process trains in the directory. The error where that cannot be known is
// disk.ErrNoLocks, or that of the file.
func (r *Run) AtWork() (bool, error) {
	f, err := disk.Open(r.File(lockFile))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, asError(err)
	}
	defer f.Close()
	return disk.Locked(f)
}

// takeLock is disk.Lock, which tests replace.
var takeLock = disk.Lock

// regular refuses a directory in which something else than a file has the name of one.
func (r *Run) regular() error {
	for _, name := range ownFiles {
		if _, err := disk.Regular(r.File(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return asError(err)
		}
	}
	return nil
}

// Close lets other processes train in the directory.
func (r *Run) Close() {
	r.metrics.close()
	if r.lock != nil {
		r.lock.Close()
		r.lock = nil
	}
}
