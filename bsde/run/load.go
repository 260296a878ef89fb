package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"time"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/run/disk"
)

// Options are what may differ from one process that works on a run to the next: none of
// it changes results, but for OtherArithmetic in their last bits.
type Options struct {
	Problem   bsde.Problem        // of a run that was made in Go, else nil
	Method    bsde.Method         // of a run whose method has a network.Custom, else nil
	Workers   int                 // goroutines; 0: those of the settings
	TimeLimit time.Duration       // 0: that of the settings
	Progress  func(bsde.Progress) // see bsde.Settings
	Pause     time.Duration       // between checkpoints, the last one apart; 0: a second
	Warn      func(string)        // is told of damaged checkpoints and failed saves; nil: nobody

	// OtherArithmetic lets a run go on where autodiff.Arithmetic is not that which it was
	// trained with: the rest is then not that of a run in one go, to the last bits.
	OtherArithmetic bool
}

// over puts the options over settings.
func (o *Options) over(s *bsde.Settings) {
	if o == nil {
		return
	}
	if o.Workers > 0 {
		s.Workers = o.Workers
	}
	if o.TimeLimit > 0 {
		s.TimeLimit = o.TimeLimit
	}
	if o.Progress != nil {
		s.Progress = o.Progress
	}
}

func (o *Options) pause() time.Duration {
	if o == nil || o.Pause == 0 {
		return time.Second
	}
	return o.Pause
}

func (o *Options) warn(text string) {
	if o != nil && o.Warn != nil {
		o.Warn(text)
	}
}

// Init is a trainer for the run before its first step.
func (r *Run) Init(ctx context.Context, o *Options) (*bsde.Trainer, error) {
	if o != nil && o.Problem != nil {
		if err := r.Use(o.Problem); err != nil {
			return nil, err
		}
	}
	p, err := r.Problem()
	if err != nil {
		return nil, err
	}
	m, err := r.methodFrom(o)
	if err != nil {
		return nil, err
	}
	s, err := r.Settings()
	if err != nil {
		return nil, err
	}
	o.over(&s)
	return bsde.Init(ctx, p, m, &s)
}

// methodFrom is the method that the options give, or that of the manifest.
func (r *Run) methodFrom(o *Options) (bsde.Method, error) {
	if o == nil || o.Method == nil {
		return r.Method()
	}
	if name, net := o.Method.Name(), bsde.NetworkOf(o.Method); name != r.Manifest.Method || net != r.Network {
		return nil, &Error{Path: r.path, Reason: fmt.Sprintf("is a run of %s with the network %s, not of %s with %s", r.Manifest.Method, r.Network, name, net)}
	}
	return o.Method, nil
}

// Load is a trainer as the newest checkpoint that is whole left it, of which there must be
// one: to go on with, or for its Solution or Policy. The caller closes it. nil options
// mean those of the run.
func (r *Run) Load(ctx context.Context, o *Options) (*bsde.Trainer, error) {
	list, err := r.Checkpoints()
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%s has no checkpoint", r.path)
	}
	t, err := r.Init(ctx, o)
	if err != nil {
		return nil, err
	}
	if err := r.restore(t, o); err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

// restore loads the newest checkpoint that is whole. Without any the run begins anew.
func (r *Run) restore(t *bsde.Trainer, o *Options) error {
	list, err := r.Checkpoints()
	if err != nil {
		return err
	}
	for _, name := range slices.Backward(list) {
		err := r.restoreFrom(name, t)
		if err == nil {
			return nil
		}
		o.warn(fmt.Sprintf("%s: %v", name, err))
	}
	if len(list) > 0 {
		return fmt.Errorf("no checkpoint of %s can be used", r.path)
	}
	return nil
}

// Warm begins a trainer fresh from Init with what the run has learned, as its newest checkpoint
// that is whole has it. Problem, seed and settings may be others; the error of another network is
// an *Error.
func (r *Run) Warm(t *bsde.Trainer) error {
	list, err := r.Checkpoints()
	if err != nil {
		return err
	}
	err = errors.New("it has no checkpoint")
	for _, name := range slices.Backward(list) {
		var c *bsde.Checkpoint
		if c, err = r.readCheckpoint(name, t); err == nil {
			err = t.WarmStart(c)
		}
		if err == nil {
			return nil
		}
	}
	return &Error{Path: r.path, Reason: "is no warm start for this run: " + err.Error()}
}

// readCheckpoint reads a file that is no larger than one of the trainer's network.
func (r *Run) readCheckpoint(name string, t *bsde.Trainer) (*bsde.Checkpoint, error) {
	most := t.CheckpointSize()
	if r.Format == 0 {
		most += mostText // of its history
	}
	data, err := disk.Read(name, most)
	if err != nil {
		return nil, err
	}
	return bsde.ReadCheckpoint(data)
}

// restoreFrom loads a checkpoint.
func (r *Run) restoreFrom(name string, t *bsde.Trainer) error {
	c, err := r.readCheckpoint(name, t)
	if err != nil {
		return err
	}
	history, err := r.historyOf(c)
	if err == nil {
		err = t.Restore(c, history)
	}
	if err == nil && c.Marks[markArithmetic] != "" {
		r.arithmetic = c.Marks[markArithmetic]
	}
	return err
}

var checkpointName = regexp.MustCompile(`^` + checkpointPrefix + `[0-9]{9,10}\` + checkpointSuffix + `$`)

// Checkpoints lists the files, the newest last.
func (r *Run) Checkpoints() ([]string, error) {
	names, err := r.names()
	names = slices.DeleteFunc(names, func(name string) bool { return !checkpointName.MatchString(name) })
	slices.SortStableFunc(names, func(a, b string) int { return len(a) - len(b) }) // they are in order but for their lengths
	for i, name := range names {
		names[i] = r.File(name)
	}
	return names, err
}

// names are those of the files of the directory, in order.
func (r *Run) names() ([]string, error) {
	entries, err := os.ReadDir(r.path)
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names, err
}
