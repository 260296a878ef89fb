package run

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/run/disk"
)

// Source is where the problem of a run comes from.
type Source struct {
	Problem    string             // the name of a family of package problems; with File what the run calls it, "": as the file does
	File       []byte             // the text of its problem file; nil for a named problem
	Parameters map[string]float64 // of the family; those that are missing have their defaults
	Dim        int                // 0: the family's default
	Region     string             // of random starts, as pde.ParseRegion reads it; "": as the problem says

	// From is the run whose parameters the trainer has by Run.Warm, nil for none.
	From *Run

	// Retry says that an answer which is not trusted may have another attempt, see Run.FurtherAttempts.
	Retry bool

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
		return &Error{Path: path, Reason: "is not empty", Full: true, Exists: exists}
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
		Format: manifestFormat, Program: s.Program, Command: s.Command, Started: time.Now().UTC().Truncate(time.Second),
		Processor: processor(), Arithmetic: autodiff.Arithmetic(),
		Problem: s.Problem, Kind: kind, Dim: bsde.DimOf(t.Problem()), Parameters: map[string]float64{}, Start: s.Region,
		Retry: s.Retry, Method: t.Method().Name(), Network: bsde.NetworkOf(t.Method()), Settings: settings,
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
	if s.From != nil {
		r.From = s.From.Digest
	}
	if err := disk.MakeDir(path); err != nil {
		return nil, err
	}
	if err := r.Occupy(); err != nil {
		return nil, err
	}
	if err := r.begun(s.File, t); err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

// begun writes what a run has from the begin.
func (r *Run) begun(problem []byte, t *bsde.Trainer) error {
	if problem != nil {
		r.Manifest.Copy, r.FileDigest = ProblemFile, digest(problem)
		if err := r.WriteOwn(ProblemFile, writing(problem)); err != nil {
			return err
		}
	}
	text, err := r.Manifest.seal()
	if err != nil {
		return err
	}
	if r.From != "" { // before the manifest: without it nobody can go on as it began
		r.used()
		if err := r.checkpoint(t); err != nil {
			return err
		}
	}
	return r.WriteOwn(ManifestFile, writing(text))
}

// warmFiles are those that a warm start has before the manifest.
var warmFiles = []string{MetricsFile, MetricsLinesFile, checkpointPrefix}

// stillborn tells whether a directory has nothing but what Create writes before the
// manifest, the lock at first.
func stillborn(entries []fs.DirEntry) bool {
	locked := false
	for _, e := range entries {
		name := e.Name()
		locked = locked || name == lockFile
		own := name == lockFile || name == ProblemFile || slices.ContainsFunc(warmFiles, func(f string) bool { return strings.HasPrefix(name, f) })
		halfWritten := slices.ContainsFunc(append(warmFiles, ManifestFile, ProblemFile), func(f string) bool { return strings.HasPrefix(name, "."+f) })
		if !own && !halfWritten {
			return false
		}
	}
	return locked
}
