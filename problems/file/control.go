package file

import (
	"math"

	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/problems/file/internal/formula"
	"github.com/deepbsde/deepbsde/problems/file/internal/source"
	"go.yaml.in/yaml/v4"
)

// controlSource is what a control problem has beside an equation's keys.
type controlSource struct {
	states, actions *formula.Vector
	maximize        bool
	set             *actionSet
	scale           *formula.Vector
	names           *componentNames // of the actions
	constraints     []constraintSource
}

// constraintSource is one constraint.
type constraintSource struct {
	name      string
	violation *formula.Vector
	weight    *formula.Vector
}

// controlKey reads a key that only control problems have.
func (r *reader) controlKey(d *description, e source.Entry) {
	c := d.control
	switch e.Name {
	case "states":
		c.states = r.One(e.Value, e.Name)
	case "actions":
		c.actions = r.One(e.Value, e.Name)
	case "maximize":
		c.maximize = r.Truth(e)
	case "action-set":
		c.set = r.actionSet(e.Value)
	case "action-scale":
		c.scale = r.Vector(e.Value, e.Name)
	case "action-names":
		c.names = r.names(e)
	case "constraints":
		for k, n := range r.Items(e.Value, e.Name) {
			if k == maxWishes {
				r.Fail(n, "more than %d constraints", maxWishes)
				return
			}
			c.constraints = append(c.constraints, r.constraint(n))
		}
	case "stages": // a parameter
	default: // noise-action, transition, running-cost, terminal-cost, minimizer
		d.functions[e.Name] = r.Vector(e.Value, e.Name)
	}
}

func (r *reader) constraint(n *yaml.Node) (c constraintSource) {
	for _, e := range r.Mapping(n, "a constraint", []string{"name", "violation", "weight"}) {
		switch e.Name {
		case "name":
			c.name = r.OneText(e, false)
		case "violation":
			c.violation = r.Vector(e.Value, "violation")
		case "weight":
			c.weight = r.One(e.Value, "weight")
		}
	}
	if c.name == "" || c.violation == nil || c.weight == nil {
		r.Fail(n, "a constraint wants name, violation (a formula that is wanted ≤ 0) and weight")
	}
	return c
}

// complete refuses keys that miss one another or do not go together.
func (c *controlSource) complete(d *description, p *control.Problem) *source.Error {
	at := func(key, format string, args ...any) *source.Error {
		line, column := 1, 1
		if n := d.keys[key]; n != nil {
			line, column = n.Line, n.Column
		}
		return d.source.ErrorAt(line, column, format, args...)
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
		return at("noise", "a diffusion has as many components of noise as states, %d and not %d; with another number use noise-action", p.StateDim, p.NoiseDim)
	}
	return nil
}

// build is the control problem of an instance.
func (c *controlSource) build(d *description, in *formula.Instance) (p control.Problem, start startRegion, wrong *source.Error) {
	p = control.Problem{Maximize: c.maximize}
	if d.keys["horizon"] != nil { // else it may be a parameter of the file
		p.Horizon = in.Values["horizon"]
	}
	if p.StateDim, wrong = in.Size(c.states, "states", in.Dim); wrong != nil {
		return p, start, wrong
	}
	if p.ActionDim, wrong = in.Size(c.actions, "actions", in.Dim); wrong != nil {
		return p, start, wrong
	}
	in.Actions = p.ActionDim
	if p.StateNames, wrong = d.states.of(p.StateDim, in.Dim != d.dim); wrong != nil {
		return p, start, wrong
	}
	if p.ActionNames, wrong = c.names.of(p.ActionDim, in.Dim != d.dim); wrong != nil {
		return p, start, wrong
	}
	if p.NoiseDim, wrong = in.Size(d.noise, "noise", p.StateDim); wrong != nil {
		return p, start, wrong
	}
	if wrong = d.fill(in); wrong != nil {
		return p, start, wrong
	}
	if start, wrong = d.start.build(in, p.StateDim); wrong != nil {
		return p, start, wrong
	}
	p.Start, p.RandomStart = start.x0, start.random
	if n, discrete := in.Values["stages"]; discrete && d.keys["stages"] != nil {
		if n != math.Floor(n) {
			k := d.keys["stages"]
			return p, start, d.source.ErrorAt(k.Line, k.Column, "stages is %g, want a whole number", n)
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
		if p.ActionScale, wrong = in.Constants(c.scale, "action-scale", p.ActionDim); wrong != nil {
			return p, start, wrong
		}
		for k, v := range p.ActionScale {
			if !(v > 0) {
				return p, start, c.scale.Errorf("action-scale has %g as component %d, want numbers above 0", v, k)
			}
		}
	}
	if c.set != nil {
		if p.Actions, wrong = c.set.build(in, p.StateDim, p.ActionDim); wrong != nil {
			return p, start, wrong
		}
	}
	for _, s := range c.constraints {
		f := &formula.Function{Instance: in, Vector: s.violation, Field: "the violation " + s.name, N: 1, Names: []string{"t", "x", "a"}}
		got, _, wrong := f.Any(1, p.StateDim, p.ActionDim)
		if wrong != nil {
			return p, start, wrong
		}
		f.N = got.Width()
		w, wrong := in.Constants(s.weight, "weight", 1)
		if wrong != nil {
			return p, start, wrong
		}
		if !(w[0] > 0) {
			return p, start, s.weight.Errorf("weight is %g, want a number above 0", w[0])
		}
		p.Constraints = append(p.Constraints, control.Constraint{Name: s.name, Weight: w[0],
			Violation: func(t, x, a value) value { return f.Call(t, x, a) }})
	}
	return p, start, nil
}

// dynamics fills in the functions of the problem.
func (c *controlSource) dynamics(d *description, in *formula.Instance, p *control.Problem) (wrong *source.Error) {
	states, actions := p.StateDim, p.ActionDim
	function := func(key string, n int, spread bool, names []string, widths ...int) *formula.Function {
		if d.functions[key] == nil || wrong != nil {
			return nil
		}
		f := &formula.Function{Instance: in, Vector: d.functions[key], Field: key, N: n, Spread: spread, Names: names}
		if key == "terminal-cost" {
			f.Fixed = map[string]float64{"t": p.Horizon + float64(p.Stages)} // one of them is 0
		}
		_, _, wrong = f.Try(widths...)
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
				p.Drift = func(t, x, a value) value { return f.Call(t, x, a) }
			}
		}
	}
	if d.diffusion != nil && wrong == nil {
		if p.Diffusion, wrong = d.diffusion.build(in, states); wrong == nil {
			wrong = checkLinear(d.diffusion.node, d.source, p.Diffusion, p.Start, p.Horizon)
		}
	}
	if f := function("noise-action", states, false, []string{"t", "x", "a", "dw"}, 1, states, actions, p.NoiseDim); f != nil {
		p.Noise = func(t, x, a, dw value) value { return f.Call(t, x, a, dw) }
	}
	if f := function("transition", states, false, []string{"t", "x", "a", "w"}, 1, states, actions, p.NoiseDim); f != nil {
		p.Transition = func(t, x, a, w value) value { return f.Call(t, x, a, w) }
	}
	if f := function("running-cost", 1, false, []string{"t", "x", "a"}, 1, states, actions); f != nil {
		p.RunningCost = func(t, x, a value) value { return f.Call(t, x, a) }
	}
	if f := function("terminal-cost", 1, false, []string{"x"}, states); f != nil {
		p.TerminalCost = func(x value) value { return f.Call(x) }
	}
	if f := function("minimizer", actions, true, []string{"t", "x", "p"}, 1, states, states); f != nil {
		p.Minimizer = func(t, x, g value) value { return f.Call(t, x, g) }
	}
	return wrong
}
