package run

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/run/disk"
)

// secondAttempt is the directory of another attempt below a run, and takenFile says, while it takes
// the place of the run, which files it has.
const (
	secondAttempt = attemptPrefix + "2"
	takenFile     = "taken"
)

// SecondAttempt is what a demand of trust alone makes of the first answer of a run, before Finish: another
// attempt in a directory below, which goes on where one was stopped, and takes the place of the run if it
// is better. The Run returned is the one to finish. An attempt that fails leaves the first answer;
// the error of a cancelled context leaves what Resume goes on with.
func (r *Run) SecondAttempt(ctx context.Context, p bsde.Problem, s Source, first *bsde.Result, o *Options, d *bsde.Demand) (*Run, *bsde.Result, error) {
	m, set := d.Next(ctx, first)
	if m == nil {
		return r, first, nil
	}
	var second *bsde.Result
	best, err := d.Search(ctx, m, set, func(m bsde.Method, set *bsde.Settings) (res *bsde.Result, err error) {
		second, err = r.attempt(ctx, p, s, m, set, o)
		return second, err
	})
	switch {
	case ctx.Err() != nil:
		return r, nil, ctx.Err()
	case err != nil:
		return r, nil, err
	case best != second:
		return r, best, os.RemoveAll(r.File(secondAttempt))
	}
	if err := r.take(); err != nil {
		return r, nil, err
	}
	r.Close()
	now, err := Open(r.path)
	if err == nil {
		err = now.Occupy()
	}
	return now, best, err
}

// attempt makes the second attempt, or goes on with it.
func (r *Run) attempt(ctx context.Context, p bsde.Problem, s Source, m bsde.Method, set *bsde.Settings, o *Options) (*bsde.Result, error) {
	path := r.File(secondAttempt)
	if begun, err := Open(path); err == nil {
		if t, err := begun.Continue(ctx, o); err == nil {
			defer t.Close()
			defer begun.Close()
			return begun.Train(ctx, t, o)
		}
	}
	if err := os.RemoveAll(path); err != nil {
		return nil, err
	}
	s.Retry = false
	return attemptIn(ctx, path, p, s, m, set, o)
}

// take puts the files of the second attempt in the place of the run's. The list of them, written
// first, lets Open end what a killed process has begun.
func (r *Run) take() error {
	entries, err := os.ReadDir(r.File(secondAttempt))
	if err != nil {
		return err
	}
	var names []string
	for _, e := range entries {
		if e.Name() != lockFile {
			names = append(names, e.Name())
		}
	}
	if err := r.WriteOwn(takenFile, writing([]byte(strings.Join(names, "\n")))); err != nil {
		return err
	}
	return r.taken()
}

// taken does what the list says, as far as it is not done. Whatever else the run has goes.
func (r *Run) taken() error {
	list, err := r.Read(takenFile)
	if err != nil || list == nil {
		return err
	}
	stay := append(strings.Split(string(list), "\n"), lockFile)
	below := &Run{path: r.File(secondAttempt)}
	for _, name := range stay[:len(stay)-1] {
		if strings.ContainsAny(name, `/\`) {
			return &Error{Path: r.File(takenFile), Reason: fmt.Sprintf("names %q, want names of files", name)}
		}
		if err := os.Rename(below.File(name), r.File(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	names, err := r.names()
	if err != nil {
		return err
	}
	for _, name := range names {
		own := slices.Contains(ownFiles, name) || strings.HasPrefix(name, checkpointPrefix)
		if own && !slices.Contains(stay, name) {
			if err := os.Remove(r.File(name)); err != nil {
				return err
			}
		}
	}
	if err := os.RemoveAll(below.path); err != nil {
		return err
	}
	return errors.Join(os.Remove(r.File(takenFile)), disk.SyncDir(r.path))
}

// settle ends what a killed process had begun to take.
func (r *Run) settle() error {
	if _, err := disk.Regular(r.File(takenFile)); err != nil {
		return nil
	}
	if err := r.Occupy(); err != nil {
		return err
	}
	defer r.Close()
	return r.taken()
}
