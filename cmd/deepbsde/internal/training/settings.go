package training

import (
	"encoding/json"
	"maps"
	"strconv"
	"strings"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/deep"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/member"
	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/problems"
	"github.com/deepbsde/deepbsde/problems/file"
)

// Read reads the file of --settings. What it gives counts as a flag that was not given.
func (f *Flags) Read() error {
	if !f.settings.Given {
		return nil
	}
	given, err := file.ReadSettings(f.settings.Value)
	if err != nil {
		return err
	}
	f.file = *given
	take(&f.Method, given, "method", given.Method)
	take(&f.Network, given, "network", given.Network)
	take(&f.fit, given, "fit", given.Fit)
	take(&f.segments, given, "segments", given.Segments)
	take(&f.Options, given, "options", given.Options)
	take(&f.seed, given, "seed", given.Seed)
	take(&f.precision, given, "precision", given.Precision)
	take(&f.Workers, given, "workers", given.Workers)
	take(&f.TimeLimit, given, "time-limit", given.TimeLimit)
	take(&f.validation, given, "validation-paths", given.ValidationPaths)
	take(&f.every, given, "validate-every", given.ValidateEvery)
	take(&f.start, given, "start-paths", given.StartPaths)
	take(&f.gradient, given, "gradient", given.Gradient)
	return nil
}

// Contradiction tells in a sentence which of the flags makes another one void, "" where none
// does.
func (f *Flags) Contradiction() string {
	switch {
	case f.rates.Given && f.lr.Given:
		return "--lr does not go with --rates, which has all learning rates"
	case (f.rates.Given || f.boundaries.Given) && f.schedule.Given && f.schedule.Value != "piecewise":
		return "--rates and --boundaries belong to the schedule piecewise, not " + f.schedule.Value
	}
	return ""
}

// take is the value of a key of the file for a flag that is not on the command line.
func take[T any](flag *flags.Opt[T], from *file.Settings, key string, value T) {
	if from.Given[key] && !flag.Given {
		*flag = flags.Given(value)
	}
}

// InFile tells whether the file gives a key.
func (f *Flags) InFile(key string) bool { return f.file.Given[key] }

// Refuse is an error at a key of the file.
func (f *Flags) Refuse(key, reason string) error { return f.file.Refuse(key, reason) }

// over is a training with the file's settings and then the flags' in place of its own.
func (f *Flags) over(t problems.Training) problems.Training {
	line := file.Settings{
		Training: problems.Training{
			Grid: f.grid.Value, Steps: f.steps.Value, Iterations: f.iterations.Value, Batch: f.batch.Value,
			LearningRate: f.lr.Value, Schedule: f.schedule.Value, Boundaries: f.boundaries.Value, Rates: f.rates.Value,
			Hidden: f.hidden.Value, Activation: f.activation.Value, Uncontrolled: !f.controlled.Value, Antithetic: f.antithetic.Value,
			LossClip: f.lossClip.Value, ClipNorm: f.clipNorm.Value, Paths: f.paths.Value,
		},
		Given: map[string]bool{
			"grid": f.grid.Given, "steps": f.steps.Given, "iterations": f.iterations.Given, "batch": f.batch.Given,
			"lr": f.lr.Given, "schedule": f.schedule.Given, "boundaries": f.boundaries.Given, "rates": f.rates.Given,
			"hidden": f.hidden.Given, "activation": f.activation.Given, "controlled": f.controlled.Given, "antithetic": f.antithetic.Given,
			"loss-clip": f.lossClip.Given, "clip-norm": f.clipNorm.Given, "paths": f.paths.Given,
		},
	}
	return line.Over(f.file.Over(t))
}

// Settings are those of the problem's training with what was given in their place.
func (f *Flags) Settings(t problems.Training) bsde.Settings {
	s := member.SettingsOf(f.over(t))
	s.Seed = f.seed.Or(1)
	f.precision.Override(&s.Precision)
	f.Workers.Override(&s.Workers)
	f.TimeLimit.Override(&s.TimeLimit)
	f.validation.Override(&s.ValidationPaths)
	f.every.Override(&s.ValidateEvery)
	f.start.Override(&s.StartPaths)
	switch f.gradient.Value {
	case "":
	case "no":
		s.Gradient = bsde.Nothing
	default:
		s.Gradient, _ = strconv.Atoi(f.gradient.Value) // a number, as it was read
	}
	return s
}

// MethodFor is a method with the options that were given, over those of the problem's training.
func (f *Flags) MethodFor(method, network string, t problems.Training) (bsde.Method, error) {
	options := maps.Clone(f.Options.Value)
	if f.fit.Given {
		if options == nil {
			options = map[string]string{}
		}
		options["fit"] = f.fit.Value
	}
	return member.MethodOf(method, network, f.over(t), f.segments.Value, options)
}

// OwnOptions are the options of methods that have flags of their own.
var OwnOptions = []string{"network", "fit", "hidden", "activation", "controlled", "antithetic", "segments"}

// File is settings and method as a settings file: everything that a result depends on, and
// what else was asked for.
func (f *Flags) File(s bsde.Settings, m bsde.Method, p bsde.Problem) *file.Settings {
	c, _ := p.(control.Problem)
	s, hasSteps := s.DefaultsFor(p), c.Stages == 0
	o := bsde.Options(m)
	_, controlled := o["controlled"].(bool)
	controlled = controlled && !uncontrollable(m, p)
	antithetic, isAntithetic := o["antithetic"].(bool)
	segments, _ := o["segments"].(float64) // as JSON has numbers
	activation, _ := o["activation"].(string)
	network, _ := o["network"].(string)
	fit, _ := o["fit"].(string)
	passes, _ := o["passes"].(float64) // fewer iterations end them sooner
	_, planned := m.(bsde.Planner)
	descends := fit != deep.LeastSquares && !planned // takes gradient steps
	widths, _ := o["hidden"].([]any)
	out := &file.Settings{
		Training: problems.Training{
			Grid: s.Grid, Steps: s.Steps, Iterations: s.Iterations, Batch: s.Batch,
			LearningRate: s.LearningRate, Schedule: s.Schedule, Boundaries: s.Boundaries, Rates: s.Rates,
			Activation: activation, Uncontrolled: controlled && o["controlled"] == false, Antithetic: antithetic,
			LossClip: s.LossClip, ClipNorm: s.ClipNorm, Paths: s.Paths,
		},
		Method: m.Name(), Network: network, Fit: fit, Segments: int(segments), Seed: s.Seed, Precision: s.Precision,
		Workers: s.Workers, TimeLimit: s.TimeLimit,
		ValidationPaths: s.ValidationPaths, ValidateEvery: s.ValidateEvery, StartPaths: s.StartPaths, Gradient: f.gradient.Value,
		Given: map[string]bool{
			"method": true, "network": network != "", "fit": fit != "", "grid": hasSteps, "steps": hasSteps,
			"iterations": descends || s.Iterations < int(passes), "batch": descends, "schedule": descends, "lr": descends && len(s.Rates) == 0,
			"rates": descends && len(s.Rates) > 0, "boundaries": descends && len(s.Boundaries) > 0,
			"hidden": o["hidden"] != nil, "activation": activation != "",
			"controlled": controlled, "antithetic": isAntithetic, "segments": segments > 0,
			"loss-clip": descends, "clip-norm": descends, "paths": true, "seed": true, "precision": true,
			"workers": f.Workers.Given, "time-limit": s.TimeLimit > 0,
			"validation-paths": true, "validate-every": true, "start-paths": true, "gradient": f.gradient.Given,
		},
	}
	for _, key := range OwnOptions {
		delete(o, key)
	}
	for key, value := range o { // those without a key of their own
		if out.Options == nil {
			out.Options = map[string]string{}
		}
		text, _ := json.Marshal(value) // it comes from JSON
		out.Options[key], out.Given["options"] = strings.Trim(string(text), `"`), true
	}
	for _, w := range widths {
		out.Hidden = append(out.Hidden, int(w.(float64)))
	}
	return out
}

// uncontrollable tells whether the method never controls the paths of a problem, as of an f
// without z: what it sets by itself need not be asked for.
func uncontrollable(m bsde.Method, p bsde.Problem) bool {
	asked, err := bsde.MethodOf(m.Name(), []byte(`{"controlled": true}`))
	if err == nil {
		asked, err = asked.Resolve(p)
	}
	return err == nil && bsde.Options(asked)["controlled"] == false
}
