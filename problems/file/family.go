package file

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/problems"
	"github.com/deepbsde/deepbsde/problems/file/internal/formula"
	"github.com/deepbsde/deepbsde/problems/file/internal/source"
	"go.yaml.in/yaml/v4"
)

// The keys of a problem file.
var (
	commonKeys   = []string{"name", "title", "equation", "citation", "dim", "horizon", "start", "parameters", "define", "matrices", "tables", "noise", "drift", "diffusion", "state-names", "reference", "training"}
	equationKeys = []string{"generator", "terminal", "obstacle", "exercise", "exact"}
	controlKeys  = []string{"states", "actions", "stages", "noise-action", "transition", "running-cost", "terminal-cost", "maximize",
		"action-set", "action-scale", "action-names", "constraints", "minimizer"}
)

// description is a problem file as it was read, for every dimension and parameter.
type description struct {
	source    *source.Document
	dim       int                   // that of the key
	keys      map[string]*yaml.Node // the values of the keys at the top
	helpers   []formula.Helper
	matrices  []*matrixSource
	tables    []*tableSource
	noise     *formula.Vector // its number, nil: as many as states
	start     *startSource    // nil: 0
	states    *componentNames
	drift     *driftSource
	diffusion *diffusionSource
	functions map[string]*formula.Vector // generator, terminal, obstacle, exact, running-cost, …
	exercise  *exerciseSource            // nil: none, or every step
	control   *controlSource             // of a control problem
}

// family reads the whole file. A file with a key of control problems is one.
func (r *reader) family(root *yaml.Node) *problems.Family {
	all := append(append(append([]string{}, commonKeys...), equationKeys...), controlKeys...)
	r.beyond(root, all)
	entries := r.Mapping(root, "the file", all)
	if r.Err != nil {
		return nil
	}
	byName := map[string]source.Entry{}
	kind, because := equationKeys, source.Entry{}
	for _, e := range entries {
		byName[e.Name] = e
		if slices.Contains(controlKeys, e.Name) && because.Name == "" {
			kind, because = controlKeys, e
		}
	}
	for _, e := range entries {
		if because.Name != "" && slices.Contains(equationKeys, e.Name) {
			r.Fail(e.Key, "%q belongs to equations, and %q in line %d makes this file a control problem", e.Name, because.Name, because.Key.Line)
		}
	}
	r.Control = because.Name != ""
	f := r.header(entries, byName, root)
	d := &description{source: r.Document, dim: f.Dim, keys: map[string]*yaml.Node{}, functions: map[string]*formula.Vector{}}
	for _, e := range entries {
		d.keys[e.Name] = e.Value
	}
	d.matrices = r.matrices(byName["matrices"], f)
	d.tables = r.tables(byName["tables"], f, d.matrices)
	d.helpers = r.helpers(byName["define"], f, d.matrices, d.tables)
	if because.Name != "" {
		d.control = &controlSource{}
	}
	for _, e := range entries {
		switch e.Name {
		case "start":
			d.start = r.start(e.Value)
		case "drift":
			d.drift = r.drift(e.Value)
		case "diffusion":
			d.diffusion = r.diffusion(e.Value)
		case "noise":
			d.noise = r.One(e.Value, e.Name)
		case "state-names":
			d.states = r.names(e)
		case "generator", "terminal", "obstacle", "exact":
			d.functions[e.Name] = r.One(e.Value, e.Name)
		case "exercise":
			d.exercise = r.exercise(e.Value)
		case "training":
			f.Training = r.training(e.Value)
		case "reference":
			f.Recorded = r.reference(e.Value)
		default:
			if slices.Contains(controlKeys, e.Name) && slices.Contains(kind, e.Name) {
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
			r.Fail(root, "the key %q is missing", name)
		}
	}
	if e := byName["exercise"]; e.Key != nil && d.keys["obstacle"] == nil {
		r.Fail(e.Key, "exercise has dates, and the key \"obstacle\" is missing, what the holder gets at them")
	}
	if f.Equation == "" {
		f.Equation = d.text(entries)
	}
	f.Definition = problems.Definition{Locate: d.locate, Unused: func() []string { return unused(root) }}
	if d.control != nil {
		f.Definition.Control = func(dim int, v problems.Values) (*problems.Control, error) {
			p, start, wrong := d.makeControl(dim, v)
			if wrong != nil {
				return nil, wrong
			}
			return problems.ControlOf(p, start.deviations), nil
		}
	} else {
		f.Definition.Methods = func(problems.Values) []problems.ReferenceMethod {
			return append(problems.ColeHopfMethods(), problems.OneDimensional())
		}
		f.Definition.Equation = func(dim int, v problems.Values) (pde.Problem, error) {
			p, wrong := d.makeEquation(dim, v)
			if wrong != nil {
				return p, wrong
			}
			return p, nil // not a nil *Error
		}
	}
	return f
}

// beyond refuses a key for something that cannot be written, with what can be done.
func (r *reader) beyond(root *yaml.Node, known []string) {
	for i := 0; root.Kind == yaml.MappingNode && i+1 < len(root.Content); i += 2 {
		key := root.Content[i]
		if nearest := formula.Beyond(key.Value); nearest != "" && !slices.Contains(known, key.Value) {
			r.Fail(key, "unknown key %q: %s", key.Value, nearest)
		}
	}
}

// header reads what does not need formulas with variables.
func (r *reader) header(entries []source.Entry, byName map[string]source.Entry, root *yaml.Node) *problems.Family {
	f := &problems.Family{Name: fileTitle(r.Document.Name), Dim: 1}
	for _, e := range entries {
		switch e.Name {
		case "name":
			f.Name = r.OneText(e, false)
			if strings.ContainsAny(f.Name, "/\\ ") || len(f.Name) > 100 {
				r.Fail(e.Value, "name is %s, want a short one without blanks and slashes", source.Quoted(f.Name))
			}
		case "title":
			f.Title = r.OneText(e, false)
		case "equation":
			f.Equation = r.OneText(e, true)
		case "citation":
			f.Citation = r.OneText(e, true)
		case "dim":
			f.Dim = r.Whole(e.Value, "dim", 1, problems.MaxDim)
		}
	}
	if f.Title == "" {
		f.Title = f.Name
	}
	if byName["dim"].Key == nil {
		r.Fail(root, "the key \"dim\" is missing, the dimension d")
	}
	f.Params = r.parameters(byName)
	if f.Params == nil {
		r.Fail(root, "the key \"horizon\" is missing, the final time T; a control problem in discrete time has \"stages\" instead")
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
func (d *description) text(entries []source.Entry) string {
	var lines []string
	for _, e := range entries {
		switch e.Name {
		case "name", "title", "citation", "dim", "parameters", "reference", "training", "horizon", "stages", "state-names", "action-names":
			continue
		}
		first, last := e.Key.Line-1, e.Key.Line-1
		for n := []*yaml.Node{e.Value}; len(n) > 0; n = n[1:] {
			n = append(n, n[0].Content...)
			last = max(last, n[0].Line-1+strings.Count(strings.TrimRight(n[0].Value, "\n"), "\n"))
		}
		for _, line := range d.source.Lines[first:min(last+1, len(d.source.Lines))] {
			lines = append(lines, strings.TrimRight(line, " \t"))
		}
		if len(lines) > 40 {
			return strings.Join(append(lines[:40], "…"), "\n")
		}
	}
	return strings.Join(lines, "\n")
}

// makeControl is the control problem for one dimension and one set of parameters.
func (d *description) makeControl(dim int, v problems.Values) (control.Problem, startRegion, *source.Error) {
	return d.control.build(d, d.instance(dim, v))
}

// helpers reads the formulas under "define".
func (r *reader) helpers(e source.Entry, f *problems.Family, matrices []*matrixSource, tables []*tableSource) []formula.Helper {
	if e.Key == nil {
		return nil
	}
	var list []formula.Helper
	for _, h := range r.Mapping(e.Value, "define", nil) {
		r.CheckName(h, "helper")
		if len(list) == maxNames {
			r.Fail(h.Key, "more than %d helpers", maxNames)
		}
		if r.Err != nil {
			return nil
		}
		if isParameter(f, h.Name) {
			r.Fail(h.Key, "%q is a parameter already, want another name", h.Name)
		}
		for _, m := range matrices {
			if m.name == h.Name {
				r.Fail(h.Key, "%q is a matrix already, want another name", h.Name)
			}
		}
		for _, t := range tables {
			if t.name == h.Name {
				r.Fail(h.Key, "%q is a table already, want another name", h.Name)
			}
		}
		list = append(list, r.Helper(h))
	}
	return list
}
