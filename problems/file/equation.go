package file

import (
	"errors"
	"strings"

	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/problems"
	"github.com/deepbsde/deepbsde/problems/file/internal/formula"
	"github.com/deepbsde/deepbsde/problems/file/internal/source"
)

// instance is the description for one dimension and one set of parameters.
func (d *description) instance(dim int, v problems.Values) *formula.Instance {
	return &formula.Instance{Helpers: d.helpers, Dim: dim, Values: v}
}

// fill evaluates the matrices and the tables,.
func (d *description) fill(in *formula.Instance) *source.Error {
	if wrong := fillMatrices(in, d.matrices); wrong != nil {
		return wrong
	}
	return fillTables(in, d.tables)
}

// fieldKeys are the keys behind the fields of pde.Problem and control.Problem.
var fieldKeys = map[string]string{
	"Dim": "dim", "Horizon": "horizon", "Start": "start", "RandomStart": "start", "Drift": "drift", "Diffusion": "diffusion", "Generator": "generator",
	"Terminal": "terminal", "Obstacle": "obstacle", "Exercise": "exercise", "Exact": "exact", "StateDim": "states", "ActionDim": "actions", "NoiseDim": "noise", "Stages": "stages",
	"Noise": "noise-action", "Transition": "transition", "RunningCost": "running-cost", "TerminalCost": "terminal-cost",
	"Actions": "action-set", "StateNames": "state-names", "ActionNames": "action-names", "ActionScale": "action-scale", "Minimizer": "minimizer",
}

// locate turns an error of the validation into one at the key of its field.
func (d *description) locate(err error) error {
	var e *pde.Error
	if !errors.As(err, &e) {
		return err
	}
	key := fieldKeys[e.Field]
	if strings.HasPrefix(e.Field, "Constraints") {
		key = "constraints"
	}
	line, column := 1, 1
	if n := d.keys[key]; n != nil {
		line, column = n.Line, n.Column
	}
	reason := e.Reason
	if e.Err != nil {
		reason += ": " + e.Err.Error()
	}
	if key == "" {
		key = e.Field
	}
	return d.source.ErrorAt(line, column, "%s: %s", key, reason)
}

// makeEquation is the equation for one dimension and one set of parameters.
func (d *description) makeEquation(dim int, v problems.Values) (p pde.Problem, wrong *source.Error) {
	in := d.instance(dim, v)
	p = pde.Problem{Dim: dim, Horizon: v["horizon"]}
	if p.StateNames, wrong = d.states.of(dim, dim != d.dim); wrong != nil {
		return p, wrong
	}
	if wrong = d.fill(in); wrong != nil {
		return p, wrong
	}
	start, wrong := d.start.build(in, dim)
	if wrong != nil {
		return p, wrong
	}
	p.Start, p.RandomStart = start.x0, start.random
	if d.drift != nil {
		if p.Drift, wrong = d.drift.build(in, dim); wrong != nil {
			return p, wrong
		}
	}
	noises, wrong := in.Size(d.noise, "noise", dim)
	if wrong != nil {
		return p, wrong
	}
	own := func(z value) value { return z }
	if noises != dim {
		var wide noisy
		if wide, wrong = d.diffusion.withNoises(in, dim, noises, func(action func(t, x, dw value) value) *source.Error {
			return checkAction(d.diffusion.node, d.source, action, noises, p.Start, p.Horizon)
		}); wrong != nil {
			return p, wrong
		}
		p.Diffusion, own = wide.diffusion, wide.z
	} else if p.Diffusion, wrong = d.diffusion.build(in, dim); wrong != nil {
		return p, wrong
	}
	if wrong = checkLinear(d.diffusion.node, d.source, p.Diffusion, p.Start, v["horizon"]); wrong != nil {
		return p, wrong
	}
	one := func(key string, names []string, widths ...int) *formula.Function {
		if d.functions[key] == nil || wrong != nil {
			return nil
		}
		f := &formula.Function{Instance: in, Vector: d.functions[key], Field: key, N: 1, Names: names}
		if key == "terminal" {
			f.Fixed = map[string]float64{"t": p.Horizon}
		}
		_, _, wrong = f.Try(widths...)
		return f
	}
	if f := one("terminal", []string{"x"}, dim); f != nil {
		p.Terminal = func(x value) value { return f.Call(x) }
	}
	if f := one("generator", []string{"t", "x", "y", "z", "grad"}, 1, dim, 1, noises, dim); f != nil && wrong == nil {
		p.Generator, wrong = d.generator(f, p, own, noises)
	}
	if f := one("obstacle", []string{"t", "x"}, 1, dim); f != nil {
		p.Obstacle = func(t, x value) value { return f.Call(t, x) }
	}
	if wrong == nil {
		p.Exercise, wrong = d.exercise.build(in, p.Horizon)
	}
	if f := one("exact", []string{"t", "x"}, 1, dim); f != nil {
		p.Exact = func(t, x value) value { return f.Call(t, x) }
	}
	return p, wrong
}

// generator is f of the formula, which may use grad where ∇u follows from z; own is z of the file.
func (d *description) generator(f *formula.Function, p pde.Problem, own func(z value) value, noises int) (func(t, x, y, z value) value, *source.Error) {
	_, used, wrong := f.Any(1, p.Dim, 1, noises, p.Dim)
	if wrong != nil {
		return nil, wrong
	}
	gradient := func(_, z value) value { return z } // of no formula that uses it
	if used["grad"] {
		var err error
		if gradient, err = pde.GradientOf(p.Diffusion, p.Start); err != nil {
			return nil, f.Vector.ErrorAt(d.keys["generator"], "generator uses grad, which is ∇u, and the diffusion %v", err)
		}
	}
	return func(t, x, y, z value) value { return f.Call(t, x, y, own(z), gradient(x, z)) }, nil
}
