package main

import (
	"context"
	"fmt"

	"github.com/deepbsde/deepbsde/bsde"
)

// The networks of a run as its newest checkpoint has them, for the commands that use
// them after training. Workers are goroutines, 0 for one a core.

// trainer is the trainer of a run of an equation, to be closed after use, and its problem.
func (d *rundir) trainer(ctx context.Context, warn func(string), workers int) (*bsde.Trainer, *member, error) {
	m, err := d.solved(ctx)
	if err != nil {
		return nil, nil, err
	}
	s, err := d.settings()
	if err != nil {
		return nil, nil, err
	}
	s.Workers = workers
	t, err := bsde.Init(ctx, m.problem, d.deepBSDE(), &s)
	if err != nil {
		return nil, nil, err
	}
	if err := d.load(t.Restore, warn); err != nil {
		t.Close()
		return nil, nil, err
	}
	return t, m, nil
}

// trainedPolicy is the policy of a run of a control problem after so many iterations.
func (d *rundir) trainedPolicy(ctx context.Context, m *member, warn func(string), workers int) (policy *bsde.TrainedPolicy, iteration int, err error) {
	s, err := d.settings()
	if err != nil {
		return nil, 0, err
	}
	s.Workers = workers
	t, err := bsde.InitControl(ctx, m.control.Problem, d.policy(), &s)
	if err != nil {
		return nil, 0, err
	}
	defer t.Close()
	if err := d.load(t.Restore, warn); err != nil {
		return nil, 0, err
	}
	return t.Policy(), t.Iteration(), nil
}

// solved is the problem that the run solves: an equation where the method is one for
// equations, even if the problem is one of control.
func (d *rundir) solved(ctx context.Context) (*member, error) {
	m, err := d.member(ctx)
	if err == nil && d.Method == "deep-bsde" {
		m, err = m.equation(ctx)
	}
	if err != nil || d.Start == "" {
		return m, err
	}
	region, err := parseStart(d.Start)
	if err != nil {
		return nil, fmt.Errorf("%s: start: %w", d.file(manifestFile), err)
	}
	region.around(&m.problem)
	return m, nil
}

// load restores the newest checkpoint that is whole, of which there must be one.
func (d *rundir) load(restore func([]byte) error, warn func(string)) error {
	list, err := d.checkpoints()
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return fmt.Errorf("%s has no checkpoint", d.path)
	}
	if err := d.restore(restore, warn); err != nil {
		return fmt.Errorf("no checkpoint of %s can be used", d.path)
	}
	return nil
}

// warn prints a warning on standard error.
func (a *app) warn(s string) { fmt.Fprintln(a.stderr, "deepbsde: "+s) }
