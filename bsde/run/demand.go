package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/deepbsde/deepbsde/bsde"
)

// attemptPrefix begins the names of the directories of attempts.
const attemptPrefix = "attempt-"

// SolveTo is Solve with larger and larger settings until the error is what d asks for. Each attempt is
// a run of its own in a directory below, which Resume goes on with if the process is killed; in the
// end the best one is moved up, and the others are removed. The run is open for Finish. nil settings
// mean the defaults, nil options nothing; the errors are those of Solve and of Demand.Check.
func SolveTo(ctx context.Context, path string, s Source, m bsde.Method, set *bsde.Settings, o *Options, d *bsde.Demand) (*Run, *bsde.Result, error) {
	if err := errors.Join(d.Check(m), Vacant(path)); err != nil {
		return nil, nil, err
	}
	p, err := s.problem(m)
	if err != nil {
		return nil, nil, err
	}
	if set == nil {
		set = &bsde.Settings{}
	}
	own, best := *set, ""
	o.over(&own)
	var made []string
	for attempt := 1; m != nil; attempt++ {
		dir := filepath.Join(path, fmt.Sprint(attemptPrefix, attempt))
		made = append(made, dir)
		r, err := attemptIn(ctx, dir, p, s, m, &own, o)
		if d.Interrupted(ctx) {
			break
		}
		if err != nil {
			return nil, nil, err
		}
		if m, own = d.Next(ctx, r); d.Best() == r {
			best = dir
		}
	}
	if err := moveUp(best, path); err != nil {
		return nil, nil, err
	}
	for _, dir := range made {
		if err := os.RemoveAll(dir); err != nil {
			return nil, nil, err
		}
	}
	r, err := Open(path)
	if err == nil {
		err = r.Occupy()
	}
	return r, d.Best(), err
}

// attemptIn trains in a directory of its own.
func attemptIn(ctx context.Context, dir string, p bsde.Problem, s Source, m bsde.Method, set *bsde.Settings, o *Options) (*bsde.Result, error) {
	t, err := bsde.Init(ctx, p, m, set)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	r, err := Create(dir, s, t)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return r.Train(ctx, t, o)
}

// moveUp moves the files of a directory to another one.
func moveUp(from, to string) error {
	entries, err := os.ReadDir(from)
	for _, e := range entries {
		if err == nil {
			err = os.Rename(filepath.Join(from, e.Name()), filepath.Join(to, e.Name()))
		}
	}
	return err
}
