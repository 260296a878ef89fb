package main

import (
	"github.com/urfave/cli/v2"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
	"github.com/deepbsde/deepbsde/problems"
)

// readSettings reads the file of --settings. What solve has a flag for counts as a flag
// that was not given; the settings of the training go over the problem's own.
func (f *solveFlags) readSettings() error {
	if !f.settings.Given {
		return nil
	}
	file, err := problems.ReadSettings(f.settings.Value)
	if err != nil {
		return &exitError{status: exitUsage, err: err}
	}
	f.file = *file
	take(&f.method, file, "method", file.Method)
	take(&f.network, file, "network", file.Network)
	take(&f.segments, file, "segments", file.Segments)
	take(&f.seed, file, "seed", file.Seed)
	take(&f.precision, file, "precision", file.Precision)
	take(&f.workers, file, "workers", file.Workers)
	take(&f.timeLimit, file, "time-limit", file.TimeLimit)
	return nil
}

// take is the value of a key of the file for a flag that is not on the command line.
func take[T any](flag *flags.Opt[T], file *problems.SettingsFile, key string, value T) {
	if file.Given[key] && !flag.Given {
		*flag = flags.Given(value)
	}
}

// without is an error if the setting is given, by its flag or in the file.
func (f *solveFlags) without(c *cli.Context, key, reason string) error {
	if c.IsSet(key) || f.file.Given[key] {
		return f.refuse(c, key, reason)
	}
	return nil
}

// refuse is a usage error of a flag, or one at its place in the settings file.
func (f *solveFlags) refuse(c *cli.Context, key, reason string) error {
	if c.IsSet(key) {
		return usage(c, "--%s %s", key, reason)
	}
	return &exitError{status: exitUsage, err: f.file.Refuse(key, reason)}
}

// settingsFile is the task as a settings file: everything that the result depends on, and
// what else was asked for.
func (t *solveTask) settingsFile(asked *solveFlags) *problems.SettingsFile {
	s, m := t.settings.WithDefaults(), t.method()
	j := newJSONSettings(m, s)
	f := &problems.SettingsFile{
		Training: problems.Training{
			Steps: s.Steps, Iterations: s.Iterations, Batch: s.Batch,
			LearningRate: s.LearningRate, Schedule: s.Schedule, Boundaries: s.Boundaries, Rates: s.Rates,
			Hidden: j.Hidden, Activation: j.Activation,
			LossClip: s.LossClip, ClipNorm: s.ClipNorm, EstimatePaths: s.EstimatePaths,
		},
		Method: m.Name(), Network: t.network, Segments: j.Segments, Seed: s.Seed, Precision: s.Precision,
		Workers: s.Workers, TimeLimit: s.TimeLimit,
		ValidationPaths: s.ValidationPaths, ValidateEvery: s.ValidateEvery, StartPaths: s.StartPaths,
		Given: map[string]bool{
			"method": true, "network": true, "steps": t.control == nil || t.control.Problem.Stages == 0,
			"iterations": true, "batch": true, "schedule": true, "lr": len(s.Rates) == 0,
			"rates": len(s.Rates) > 0, "boundaries": len(s.Boundaries) > 0,
			"hidden": true, "activation": j.Activation != "",
			"controlled": j.Controlled != nil, "antithetic": j.Antithetic != nil, "segments": j.Segments > 0,
			"loss-clip": true, "clip-norm": true, "paths": true, "seed": true, "precision": true,
			"workers": asked.workers.Given, "time-limit": s.TimeLimit > 0,
			"validation-paths": true, "validate-every": true, "start-paths": true,
		},
	}
	f.Uncontrolled = j.Controlled != nil && !*j.Controlled
	f.Antithetic = j.Antithetic != nil && *j.Antithetic
	return f
}
