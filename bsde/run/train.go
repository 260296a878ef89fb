package run

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"time"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/estimate"
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
	if over, err := r.Over(); over || err != nil {
		return r.result(err)
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

// inWords is a result in one line: with the error of everything, or for a policy that of
// sampling.
func inWords(r *bsde.Result) string {
	err, trust := r.Error, ""
	switch {
	case r.Control != nil:
		err = estimate.Normal95 * r.StdErr
	case !r.Trusted():
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
	t, err := r.begin(ctx, o)
	if err != nil {
		r.Close()
	}
	return t, err
}

// Train makes the steps that are left, with checkpoints, and the final estimate. That a
// checkpoint cannot be written, as on a full disk, is no reason to give the training up:
// Warn is told once, and Finish fails.
func (r *Run) Train(ctx context.Context, t *bsde.Trainer, o *Options) (*bsde.Result, error) {
	records := 0
	for t.Step(ctx) {
		if n := len(t.History()); n > records {
			records = n
			r.save(t, false, o)
		}
	}
	r.save(t, true, o)
	return t.Result(ctx)
}

// save writes a checkpoint and the metrics up to it, and removes old checkpoints.
// Unless it is the last one, it does so only some time after the one before.
func (r *Run) save(t *bsde.Trainer, last bool, o *Options) {
	if !last && time.Since(r.saved) < o.pause() {
		return
	}
	err := r.checkpoint(t)
	if errors.Is(err, bsde.ErrNoCheckpoint) { // diverged: the metrics alone
		err = r.writeMetrics(t.History())
	}
	if err != nil && r.unsaved == nil {
		o.warn(fmt.Sprintf("the run is not saved: %v", err))
	}
	r.unsaved = err
}

func (r *Run) checkpoint(t *bsde.Trainer) error {
	name := fmt.Sprintf("%s%09d%s", checkpointPrefix, t.Iteration(), checkpointSuffix)
	if err := WriteFile(r.File(name), func(f *os.File) error { return t.Save(f) }); err != nil {
		return err
	}
	r.saved = time.Now()
	list, err := r.Checkpoints()
	if err != nil {
		return err
	}
	for _, old := range list[:max(len(list)-keptCheckpoints, 0)] {
		if err := os.Remove(old); err != nil {
			return err
		}
	}
	return r.writeMetrics(t.History())
}

// tidy removes what a killed run left half-written.
func (r *Run) tidy() error {
	names, err := r.names()
	for _, name := range names {
		for _, own := range []string{ManifestFile, ResultFile, TextFile, PageFile, MetricsFile, MetricsLinesFile, checkpointPrefix} {
			if err == nil && strings.HasPrefix(name, "."+own) { // see WriteFile
				err = os.Remove(r.File(name))
			}
		}
	}
	return err
}
