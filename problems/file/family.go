package problems

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/pde"
	"go.yaml.in/yaml/v4"
)

// The keys of a problem file.
var (
	commonKeys   = []string{"name", "title", "equation", "citation", "dim", "horizon", "start", "parameters", "define", "matrices", "drift", "diffusion", "reference", "training"}
	equationKeys = []string{"generator", "terminal", "exact"}
	controlKeys  = []string{"states", "actions", "noise", "stages", "noise-action", "transition", "running-cost", "terminal-cost", "maximize",
		"action-set", "action-scale", "constraints", "minimizer"}
)

// description is a problem file as it was read, for every dimension and parameter.
type description struct {
	source    *source
	keys      map[string]*yaml.Node // the values of the keys at the top
	helpers   []definition
	matrices  []*matrixSource
	start     *startSource // nil: 0
	drift     *driftSource
	diffusion *diffusionSource
	functions map[string]*vector // generator, terminal, exact, running-cost, …
	control   *controlSource     // of a control problem
}

// family reads the whole file. A file with a key of control problems is one.
func (r *reader) family(root *yaml.Node) *Family {
	all := append(append(append([]string{}, commonKeys...), equationKeys...), controlKeys...)
	entries := r.mapping(root, "the file", all)
	if r.err != nil {
		return nil
	}
	byName := map[string]entry{}
	kind, because := equationKeys, entry{}
	for _, e := range entries {
		byName[e.name] = e
		if contains(controlKeys, e.name) && because.name == "" {
			kind, because = controlKeys, e
		}
	}
	for _, e := range entries {
		if because.name != "" && contains(equationKeys, e.name) {
			r.fail(e.key, "%q belongs to equations, and %q in line %d makes this file a control problem", e.name, because.name, because.key.Line)
		}
	}
	f := r.header(entries, byName, root)
	d := &description{source: r.source, keys: map[string]*yaml.Node{}, functions: map[string]*vector{}}
	for _, e := range entries {
		d.keys[e.name] = e.value
	}
	d.matrices = r.matrices(byName["matrices"], f)
	d.helpers = r.helpers(byName["define"], f, d.matrices)
	if because.name != "" {
		d.control = &controlSource{}
	}
	for _, e := range entries {
		switch e.name {
		case "start":
			d.start = r.start(e.value)
		case "drift":
			d.drift = r.drift(e.value)
		case "diffusion":
			d.diffusion = r.diffusion(e.value)
		case "generator", "terminal", "exact":
			d.functions[e.name] = r.one(e.value, e.name)
		case "training":
			f.Training = r.training(e.value)
		case "reference":
			f.Recorded = r.reference(e.value)
		default:
			if contains(controlKeys, e.name) && contains(kind, e.name) {
				r.controlKey(d, e)
			}
		}
	}
	needed := []string{"diffusion", "terminal"}
	if d.control != nil {
		needed = nil
	}
	for _, name := range needed {
		if d.keys[name] == nil {
			r.fail(root, "the key %q is missing", name)
		}
	}
	if f.Equation == "" {
		f.Equation = d.text(entries)
	}
	f.check, f.locate = d.check, d.locate
	if d.control != nil {
		f.control = func(dim int, v values) (*Control, error) {
			p, start, wrong := d.makeControl(dim, v)
			if wrong != nil {
				return nil, wrong
			}
			return withReferences(p, start), nil
		}
	} else {
		f.methods = func(values) []ReferenceMethod { return coleHopfMethods }
		f.make = func(dim int, v values) pde.Problem {
			p, _ := d.makeEquation(dim, v) // check has seen the error
			return p
		}
	}
	return f
}

// header reads what does not need formulas with variables.
func (r *reader) header(entries []entry, byName map[string]entry, root *yaml.Node) *Family {
	f := &Family{Name: fileTitle(r.name), Dim: 1}
	for _, e := range entries {
		switch e.name {
		case "name":
			f.Name = r.oneText(e, false)
			if strings.ContainsAny(f.Name, "/\\ ") || len(f.Name) > 100 {
				r.fail(e.value, "name is %s, want a short one without blanks and slashes", quoted(f.Name))
			}
		case "title":
			f.Title = r.oneText(e, false)
		case "equation":
			f.Equation = r.oneText(e, true)
		case "citation":
			f.Citation = r.oneText(e, true)
		case "dim":
			f.Dim = r.whole(e.value, "dim", 1, maxDim)
		}
	}
	if f.Title == "" {
		f.Title = f.Name
	}
	if byName["dim"].key == nil {
		r.fail(root, "the key \"dim\" is missing, the dimension d")
	}
	f.Params = r.parameters(byName)
	if f.Params == nil {
		r.fail(root, "the key \"horizon\" is missing, the final time T; a control problem in discrete time has \"stages\" instead")
	}
	return f
}

// fileTitle is a path without folder and ending.
func fileTitle(path string) string {
	base := filepath.Base(path)
	return strings.TrimSuffix(base, filepath.Ext(base))
}

// text is what show prints as the equation where the file has no text of its own: the
// formulas as they were written.
func (d *description) text(entries []entry) string {
	var lines []string
	for _, e := range entries {
		switch e.name {
		case "name", "title", "citation", "dim", "parameters", "reference", "training", "horizon", "stages":
			continue
		}
		first, last := e.key.Line-1, e.key.Line-1
		for n := []*yaml.Node{e.value}; len(n) > 0; n = n[1:] {
			n = append(n, n[0].Content...)
			last = max(last, n[0].Line-1+strings.Count(strings.TrimRight(n[0].Value, "\n"), "\n"))
		}
		for _, line := range d.source.lines[first:min(last+1, len(d.source.lines))] {
			lines = append(lines, strings.TrimRight(line, " \t"))
		}
		if len(lines) > 40 {
			return strings.Join(append(lines[:40], "…"), "\n")
		}
	}
	return strings.Join(lines, "\n")
}

// makeControl is the control problem for one dimension and one set of parameters.
func (d *description) makeControl(dim int, v values) (control.Problem, startRegion, *FileError) {
	return d.control.build(d, d.instance(dim, v))
}

// helpers reads the formulas under "define".
func (r *reader) helpers(e entry, f *Family, matrices []*matrixSource) []definition {
	if e.key == nil {
		return nil
	}
	var list []definition
	for _, h := range r.mapping(e.value, "define", nil) {
		r.checkName(h, "helper")
		if len(list) == maxNames {
			r.fail(h.key, "more than %d helpers", maxNames)
		}
		if r.err != nil {
			return nil
		}
		if f.param(h.name) >= 0 {
			r.fail(h.key, "%q is a parameter already, want another name", h.name)
		}
		for _, m := range matrices {
			if m.name == h.name {
				r.fail(h.key, "%q is a matrix already, want another name", h.name)
			}
		}
		list = append(list, definition{h.name, r.formula(h.value, fmt.Sprintf("the helper %s", h.name))})
	}
	return list
}
