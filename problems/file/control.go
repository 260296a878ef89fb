package problems

import (
	"math"

	"github.com/deepbsde/deepbsde/control"
	"go.yaml.in/yaml/v4"
)

// controlSource is what a control problem has beside an equation's keys.
type controlSource struct {
	states, actions, noise *vector
	maximize               bool
	set                    *actionSet
	scale                  *vector
	constraints            []constraintSource
}

// constraintSource is one constraint.
type constraintSource struct {
	name      string
	violation *vector
	weight    *vector
}

// controlKey reads a key that only control problems have.
func (r *reader) controlKey(d *description, e entry) {
	c := d.control
	switch e.name {
	case "states":
		c.states = r.one(e.value, e.name)
	case "actions":
		c.actions = r.one(e.value, e.name)
	case "noise":
		c.noise = r.one(e.value, e.name)
	case "maximize":
		c.maximize = r.truth(e)
	case "action-set":
		c.set = r.actionSet(e.value)
	case "action-scale":
		c.scale = r.vector(e.value, e.name)
	case "constraints":
		for k, n := range r.items(e.value, e.name) {
			if k == maxWishes {
				r.fail(n, "more than %d constraints", maxWishes)
				return
			}
			c.constraints = append(c.constraints, r.constraint(n))
		}
	case "stages": // a parameter
	default: // noise-action, transition, running-cost, terminal-cost, minimizer
		d.functions[e.name] = r.vector(e.value, e.name)
	}
}

func (r *reader) constraint(n *yaml.Node) (c constraintSource) {
	for _, e := range r.mapping(n, "a constraint", []string{"name", "violation", "weight"}) {
		switch e.name {
		case "name":
			c.name = r.oneText(e, false)
		case "violation":
			c.violation = r.vector(e.value, "violation")
		case "weight":
			c.weight = r.one(e.value, "weight")
		}
	}
	if c.name == "" || c.violation == nil || c.weight == nil {
		r.fail(n, "a constraint wants name, violation (a formula that is wanted ≤ 0) and weight")
	}
	return c
}

// size is a number of components, 0 without a key.
func (in *instance) size(v *vector, what string, otherwise int) (int, *FileError) {
	if v == nil {
		return otherwise, nil
	}
	c, wrong := in.constants(v, what, 1)
	if wrong == nil && (c[0] != math.Floor(c[0]) || c[0] < 1 || c[0] > maxDim) {
		wrong = v.errorf("%s is %g, want a whole number from 1 to %d", what, c[0], maxDim)
	}
	if wrong != nil {
		return 0, wrong
	}
	return int(c[0]), nil
}

// complete refuses keys that miss one another or do not go together.
func (c *controlSource) complete(d *description, p *control.Problem) *FileError {
	at := func(key, format string, args ...any) *FileError {
		line, column := 1, 1
		if n := d.keys[key]; n != nil {
			line, column = n.Line, n.Column
		}
		return d.source.errorAt(line, column, format, args...)
	}
	if d.keys["running-cost"] == nil && d.keys["terminal-cost"] == nil {
		return at("", "both running-cost and terminal-cost are missing: nothing is to be minimised")
	}
	if p.Stages > 0 {
		for _, key := range []string{"drift", "diffusion", "noise-action", "minimizer"} {
			if d.keys[key] != nil {
				return at(key, "%s belongs to continuous time, with horizon; a problem with stages has a transition", key)
			}
		}
		if d.keys["transition"] == nil {
			return at("stages", "the key \"transition\" is missing, the next state as a formula in t, x, a and w")
		}
		return nil
	}
	switch {
	case d.keys["transition"] != nil:
		return at("transition", "a transition belongs to discrete time, with stages in place of horizon")
	case d.keys["diffusion"] != nil && d.keys["noise-action"] != nil:
		return at("noise-action", "noise-action is given beside diffusion, want one of them")
	case d.keys["diffusion"] != nil && p.NoiseDim != p.StateDim:
		return at("noise", "a diffusion has as many components of noise as states, %d and not %d; use noise-action", p.StateDim, p.NoiseDim)
	}
	return nil
}

// build is the control problem of an instance.
func (c *controlSource) build(d *description, in *instance) (p control.Problem, start startRegion, wrong *FileError) {
	p = control.Problem{Maximize: c.maximize}
	if d.keys["horizon"] != nil { // else it may be a parameter of the file
		p.Horizon = in.values["horizon"]
	}
	if p.StateDim, wrong = in.size(c.states, "states", in.dim); wrong != nil {
		return p, start, wrong
	}
	if p.ActionDim, wrong = in.size(c.actions, "actions", in.dim); wrong != nil {
		return p, start, wrong
	}
	in.actions = p.ActionDim
	if p.NoiseDim, wrong = in.size(c.noise, "noise", p.StateDim); wrong != nil {
		return p, start, wrong
	}
	if wrong = in.fillMatrices(d.matrices); wrong != nil {
		return p, start, wrong
	}
	if start, wrong = d.start.build(in, p.StateDim); wrong != nil {
		return p, start, wrong
	}
	p.Start, p.RandomStart = start.x0, start.random
	if n, discrete := in.values["stages"]; discrete && d.keys["stages"] != nil {
		if n != math.Floor(n) {
			k := d.keys["stages"]
			return p, start, d.source.errorAt(k.Line, k.Column, "stages is %g, want a whole number", n)
		}
		p.Stages = int(n)
	}
	if wrong = c.complete(d, &p); wrong != nil {
		return p, start, wrong
	}
	if wrong = c.dynamics(d, in, &p); wrong != nil {
		return p, start, wrong
	}
	if c.scale != nil {
		if p.ActionScale, wrong = in.constants(c.scale, "action-scale", p.ActionDim); wrong != nil {
			return p, start, wrong
		}
		for k, v := range p.ActionScale {
			if !(v > 0) {
				return p, start, c.scale.errorf("action-scale has %g as component %d, want numbers above 0", v, k)
			}
		}
	}
	if c.set != nil {
		if p.Actions, wrong = c.set.build(in, p.StateDim, p.ActionDim); wrong != nil {
			return p, start, wrong
		}
	}
	for _, s := range c.constraints {
		f := &fileFunction{in: in, v: s.violation, field: "the violation " + s.name, n: 1, names: []string{"t", "x", "a"}}
		got, _, wrong := f.any(1, p.StateDim, p.ActionDim)
		if wrong != nil {
			return p, start, wrong
		}
		f.n = got.Width()
		w, wrong := in.constants(s.weight, "weight", 1)
		if wrong != nil {
			return p, start, wrong
		}
		if !(w[0] > 0) {
			return p, start, s.weight.errorf("weight is %g, want a number above 0", w[0])
		}
		p.Constraints = append(p.Constraints, control.Constraint{Name: s.name, Weight: w[0],
			Violation: func(t, x, a value) value { return f.call(t, x, a) }})
	}
	return p, start, nil
}

// dynamics fills in the functions of the problem.
func (c *controlSource) dynamics(d *description, in *instance, p *control.Problem) (wrong *FileError) {
	states, actions := p.StateDim, p.ActionDim
	function := func(key string, n int, spread bool, names []string, widths ...int) *fileFunction {
		if d.functions[key] == nil || wrong != nil {
			return nil
		}
		f := &fileFunction{in: in, v: d.functions[key], field: key, n: n, spread: spread, names: names}
		if key == "terminal-cost" {
			f.fixed = map[string]operand{"t": constants(p.Horizon + float64(p.Stages))} // one of them is 0
		}
		_, _, wrong = f.try(widths...)
		return f
	}
	if d.drift != nil {
		if d.drift.v == nil {
			drift, w := d.drift.build(in, states)
			if w != nil {
				return w
			}
			p.Drift = func(t, x, _ value) value { return drift.At(t, x) }
		} else {
			d.functions["drift"] = d.drift.v
			if f := function("drift", states, true, []string{"t", "x", "a"}, 1, states, actions); f != nil {
				p.Drift = func(t, x, a value) value { return f.call(t, x, a) }
			}
		}
	}
	if d.diffusion != nil && wrong == nil {
		if p.Diffusion, wrong = d.diffusion.build(in, states); wrong == nil {
			wrong = checkLinear(d.diffusion.node, d.source, p.Diffusion, p.Start, p.Horizon)
		}
	}
	if f := function("noise-action", states, false, []string{"t", "x", "a", "dw"}, 1, states, actions, p.NoiseDim); f != nil {
		p.Noise = func(t, x, a, dw value) value { return f.call(t, x, a, dw) }
	}
	if f := function("transition", states, false, []string{"t", "x", "a", "w"}, 1, states, actions, p.NoiseDim); f != nil {
		p.Transition = func(t, x, a, w value) value { return f.call(t, x, a, w) }
	}
	if f := function("running-cost", 1, false, []string{"t", "x", "a"}, 1, states, actions); f != nil {
		p.RunningCost = func(t, x, a value) value { return f.call(t, x, a) }
	}
	if f := function("terminal-cost", 1, false, []string{"x"}, states); f != nil {
		p.TerminalCost = func(x value) value { return f.call(x) }
	}
	if f := function("minimizer", actions, true, []string{"t", "x", "p"}, 1, states, states); f != nil {
		p.Minimizer = func(t, x, g value) value { return f.call(t, x, g) }
	}
	return wrong
}
