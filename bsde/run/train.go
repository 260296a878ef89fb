package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/bsde"
)

// Solve makes a run in a new directory, trains, and keeps the result. nil settings mean
// the defaults, nil options nothing.
func Solve(ctx context.Context, path string, s Source, m bsde.Method, set *bsde.Settings, o *Options) (*bsde.Result, error) {
	p, err := s.problem(m)
	if err != nil {
		return nil, err
	}
	if set == nil {
		set = &bsde.Settings{}
	}
	own := *set
	o.over(&own)
	t, err := bsde.Init(ctx, p, m, &own)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	r, err := Create(path, s, t) // all that can be wrong with the settings is known by now
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return r.complete(ctx, t, o)
}

// Resume goes on with a run that was stopped, to the same bits as if it had not been, and
// keeps the result. A run that is over gives the result that it has, without what its
// method delivered: Load has that.
func Resume(ctx context.Context, path string, o *Options) (*bsde.Result, error) {
	r, err := Open(path)
	if err != nil {
		return nil, err
	}
	if over, err := r.Over(); err != nil {
		return nil, err
	} else if over {
		return r.Result()
	}
	t, err := r.Continue(ctx, o)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	defer t.Close()
	return r.complete(ctx, t, o)
}

func (r *Run) complete(ctx context.Context, t *bsde.Trainer, o *Options) (*bsde.Result, error) {
	res, err := r.Train(ctx, t, o)
	if err != nil {
		return nil, err
	}
	res.Dim = r.Dim // the family's, as the manifest has it
	return res, r.Finish(res, inWords(res))
}

// inWords is a result in one line, with the error of everything.
func inWords(r *bsde.Result) string {
	err, trust := r.Error, ""
	if !r.Trusted() {
		trust = ", not trustworthy"
	}
	plusMinus := "unknown"
	if !math.IsNaN(err) {
		plusMinus = fmt.Sprint(err)
	}
	return fmt.Sprintf("%s: %v ± %s (%s%s)\n", r.Problem, r.Value, plusMinus, r.Status, trust)
}

// Continue locks the directory of a run that was stopped and is a trainer at its newest
// checkpoint, or at the begin where there is none yet.
func (r *Run) Continue(ctx context.Context, o *Options) (*bsde.Trainer, error) {
	if err := r.Occupy(); err != nil {
		return nil, err
	}
	t, err := r.Init(ctx, o)
	if err == nil {
		if err = r.restore(t, o); err == nil {
			err = r.sameArithmetic(o)
		}
		if err != nil {
			t.Close()
		}
	}
	if err != nil {
		r.Close()
		return nil, err
	}
	return t, nil
}

// sameArithmetic asks whether the run may go on with that of this process.
func (r *Run) sameArithmetic(o *Options) error {
	was, now := cmp.Or(r.arithmetic, r.Manifest.Arithmetic), autodiff.Arithmetic()
	switch {
	case was == now:
	case was == "":
		o.warn("the run does not state the arithmetic that it was trained with; if that is not " + now + ", the rest differs in its last bits")
	case o == nil || !o.OtherArithmetic:
		return &Error{Path: r.path, Reason: fmt.Sprintf("was trained with the arithmetic %s, this process has %s: the rest would differ in its last bits", was, now), Other: true}
	default:
		o.warn(fmt.Sprintf("trained with the arithmetic %s, goes on with %s: the rest differs in its last bits", was, now))
	}
	r.arithmetic = was
	return nil
}

// used adds the arithmetic of this process to what has trained the run.
func (r *Run) used() {
	now := autodiff.Arithmetic()
	if !slices.Contains(strings.Split(r.arithmetic, ", "), now) {
		r.arithmetic = strings.TrimPrefix(r.arithmetic+", "+now, ", ")
	}
}

// Train makes the steps that are left, with checkpoints, and the final estimate. That a
// checkpoint cannot be written, as on a full disk, is no reason to give the training up:
// Warn is told once, and Finish fails.
func (r *Run) Train(ctx context.Context, t *bsde.Trainer, o *Options) (*bsde.Result, error) {
	if r.unlocked != nil {
		o.warn(fmt.Sprintf("%s: nothing keeps other processes from training there: %v", r.path, r.unlocked))
	}
	r.used()
	records := 0
	for t.Step(ctx) {
		if n := len(t.History()); n > records {
			records = n
			r.save(t, false, o)
		}
	}
	r.save(t, true, o)
	res, err := t.Result(ctx)
	if err == nil {
		err = r.recall(res)
	}
	return res, err
}

// save writes a checkpoint and the metrics up to it, and removes old checkpoints.
// Unless it is the last one, it does so only some time after the one before; in between it
// writes the metrics alone.
func (r *Run) save(t *bsde.Trainer, last bool, o *Options) {
	var err error
	switch {
	case last || time.Since(r.saved) >= o.pause():
		err = r.checkpoint(t)
	case time.Since(r.noted) >= o.pause()/2: // for those who watch
		err = r.writeMetrics(t.History())
	default:
		return
	}
	if errors.Is(err, bsde.ErrNoCheckpoint) { // diverged: the metrics alone
		err = nil
	}
	if err != nil && r.unsaved == nil {
		o.warn(fmt.Sprintf("the run is not saved: %v", err))
	}
	r.unsaved = err
}

// checkpoint writes the metrics first, as the checkpoint has their digest.
func (r *Run) checkpoint(t *bsde.Trainer) error {
	if err := r.writeMetrics(t.History()); err != nil {
		return err
	}
	name := fmt.Sprintf("%s%09d%s", checkpointPrefix, t.Iteration(), checkpointSuffix)
	if err := r.WriteOwn(name, func(f *os.File) error { return t.Save(f, r.marks()) }); err != nil {
		return err
	}
	r.saved = time.Now()
	list, err := r.Checkpoints()
	if err != nil {
		return err
	}
	upTo := slices.Index(list, r.File(name)) + 1 // beyond it are those that restore could not use
	for _, old := range list[:max(upTo-keptCheckpoints, 0)] {
		if err := os.Remove(old); err != nil {
			return err
		}
	}
	return nil
}

// tidy removes what a killed run left half-written.
func (r *Run) tidy() error {
	names, err := r.names()
	for _, name := range names {
		for _, own := range append(ownFiles, checkpointPrefix) {
			if err == nil && strings.HasPrefix(name, "."+own) { // see disk.Temporary
				err = os.Remove(r.File(name))
			}
		}
	}
	return err
}
