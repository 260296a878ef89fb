package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/deepbsde/deepbsde/bsde"
)

// solveTask is one training: the problem with method and settings, and the directory
// that it is kept in, nil for none.
type solveTask struct {
	*member
	network  string
	start    string        // the region of --start, "" for none
	deep     bsde.DeepBSDE // of an equation
	policy   bsde.Policy   // of a control problem
	settings bsde.Settings
	out      string // the directory to be made, "" for none
	command  []string
	dir      *rundir // that of a run that goes on, or as made
	over     bool    // the run in dir has nothing left to do
	unsaved  error   // why the last checkpoint could not be written
}

// outcome is the result of a task.
type outcome interface {
	json() any
	text() string
	end() bsde.Status
	ending() error
}

// task is what the flags ask for.
func (f *solveFlags) task(c *cli.Context) (*solveTask, error) {
	if f.resume.Given {
		return f.resumedTask(c)
	}
	name, err := oneName(c)
	if err != nil {
		return nil, err
	}
	if err := f.readSettings(); err != nil {
		return nil, err
	}
	t := &solveTask{network: f.network.Or("shared")}
	if t.network == "per-step" {
		if err := f.without(c, "activation", "does not apply to the network per-step, which always has relu"); err != nil {
			return nil, err
		}
	}
	if t.member, err = f.member(c.Context, name); err != nil {
		return nil, err
	}
	if f.method.Value == "deep-bsde" {
		if t.member, err = t.member.equation(c.Context); err != nil {
			return nil, err
		}
	}
	if err := f.fit(c, t.member); err != nil {
		return nil, err
	}
	if f.start.Given {
		t.start = f.start.Value.String()
		f.start.Value.around(&t.problem)
	}
	t.out = f.out.Value
	training := f.file.Over(t.family.Training[t.network])
	t.settings = f.settingsFor(training)
	t.deep, t.policy = f.methodFor(t.network, training), f.policyFor(t.network, training)
	return t, nil
}

// allowedWithResume are the flags that do not change what a run computes.
var allowedWithResume = []string{"resume", "workers", "time-limit", "json", "quiet"}

// resumedTask is the task of a run directory.
func (f *solveFlags) resumedTask(c *cli.Context) (task *solveTask, err error) {
	if names := c.Args().Slice(); len(names) > 0 {
		return nil, usage(c, "solve --resume takes no NAME, got %q: the run has its own problem", names[0])
	}
	for _, name := range c.LocalFlagNames() {
		if !slices.Contains(allowedWithResume, name) {
			return nil, usage(c, "--%s does not go with --resume: the run has its own settings", name)
		}
	}
	dir, err := openRun(f.resume.Value)
	if err != nil {
		return nil, err
	}
	over, err := dir.over()
	if err != nil || over { // nothing is written then, which the directory may not allow
		return &solveTask{dir: dir, over: over}, err
	}
	if err := dir.occupy(); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			dir.lock.Close()
		}
	}()
	if err := dir.tidy(); err != nil {
		return nil, err
	}
	t := &solveTask{dir: dir, network: dir.Network, deep: dir.deepBSDE(), policy: dir.policy()}
	if t.member, err = dir.solved(c.Context); err != nil {
		return nil, err
	}
	if t.settings, err = dir.settings(); err != nil {
		return nil, err
	}
	f.workers.Override(&t.settings.Workers)
	f.timeLimit.Override(&t.settings.TimeLimit)
	return t, nil
}

// kept tells whether the task has a directory.
func (t *solveTask) kept() bool { return t.out != "" || t.dir != nil }

// method is that of the task with the default widths of its network filled in.
func (t *solveTask) method() bsde.Method {
	if t.control != nil {
		p := t.policy
		p.Network = p.Network.Resolve(t.networkDim())
		return p
	}
	d := t.deep
	d.Network = d.Network.Resolve(t.networkDim())
	return d
}

// manifest is that of a new run.
func (t *solveTask) manifest() manifest {
	method := t.method()
	return manifest{
		Program: strings.TrimSpace(versionLine()), Command: t.command, Started: time.Now().UTC().Truncate(time.Second), Processor: processor(),
		Problem: t.family.Name, Kind: kindOf(t.family), Dim: t.dim, Parameters: t.parameters, Start: t.start,
		Method: method.Name(), Network: t.network, Settings: newJSONSettings(method, t.settings.WithDefaults()),
	}
}

// processor is its name, empty where the system does not tell.
func processor() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	_, after, _ := strings.Cut(string(text), "model name")
	line, _, _ := strings.Cut(after, "\n")
	return strings.TrimLeft(line, "\t :")
}

// perform trains, in the directory of the task if it has one.
func (a *app) perform(ctx context.Context, t *solveTask) (outcome, error) {
	if t.control != nil {
		var r *bsde.ControlResult
		var err error
		if !t.kept() {
			r, err = a.solveControl(ctx, t.control.Problem, t.policy, &t.settings)
		} else {
			r, err = keep(ctx, t, a.stderr, func() (trainer[*bsde.ControlResult], error) {
				return bsde.InitControl(ctx, t.control.Problem, t.policy, &t.settings)
			})
		}
		if err != nil {
			return nil, err
		}
		return newPolicyReport(ctx, t.member, r)
	}
	var r *bsde.Result
	var err error
	if !t.kept() {
		r, err = a.solve(ctx, t.problem, t.deep, &t.settings)
	} else {
		r, err = keep(ctx, t, a.stderr, func() (trainer[*bsde.Result], error) {
			return bsde.Init(ctx, t.problem, t.deep, &t.settings)
		})
	}
	if err != nil {
		return nil, err
	}
	return equationReport{t.member, r}, nil
}

// trainer is what bsde.Trainer and bsde.PolicyTrainer have in common.
type trainer[R any] interface {
	saver
	Step(context.Context) bool
	Restore([]byte) error
	Result(context.Context) (R, error)
	Close()
}

// keep trains with checkpoints in the task's directory, from the newest one on.
func keep[R any](ctx context.Context, t *solveTask, warnings io.Writer, begin func() (trainer[R], error)) (R, error) {
	var none R
	run, err := begin()
	if err != nil {
		return none, err
	}
	defer run.Close()
	if t.dir == nil { // all that can be wrong with the settings is known by now
		if t.dir, err = createRun(t.out, t.manifest(), t.family.Text); err != nil {
			return none, err
		}
	} else {
		err := t.dir.restore(run.Restore, func(s string) { fmt.Fprintln(warnings, "deepbsde: "+s) })
		if err != nil {
			return none, errors.New("no checkpoint of " + t.dir.path + " can be used")
		}
	}
	records := 0
	for run.Step(ctx) {
		if n := len(run.History()); n > records {
			records = n
			t.save(run, false, warnings)
		}
	}
	t.save(run, true, warnings)
	return run.Result(ctx)
}

// save writes a checkpoint. That it cannot, as on a full disk, is no reason to give the
// training up: it is said once, and again at the end.
func (t *solveTask) save(s saver, last bool, warnings io.Writer) {
	err := t.dir.save(s, last)
	if errors.Is(err, bsde.ErrNoCheckpoint) { // diverged: the metrics alone
		err = t.dir.writeMetrics(s.History())
	}
	if err != nil && t.unsaved == nil {
		fmt.Fprintf(warnings, "deepbsde: the run is not saved: %v\n", err)
	}
	t.unsaved = err
}

// equationReport is the result for an equation.
type equationReport struct {
	*member
	*bsde.Result
}

func (r equationReport) json() any        { return newJSONResult(r.member, r.Result) }
func (r equationReport) text() string     { return report(r.member, r.Result) }
func (r equationReport) end() bsde.Status { return r.Status }
func (r equationReport) ending() error {
	return ending(r.Status, r.Iterations, r.Paths, r.Settings)
}
