package problems

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Imported is a configuration of the reference implementation of the deep BSDE method,
// github.com/frankhan91/DeepBSDE, in the terms of this project.
type Imported struct {
	Family   *Family
	Dim      int
	Set      map[string]float64 // parameters of the problem
	Settings *SettingsFile
	Notes    map[string]string // what each setting was there
	Remarks  []string          // what the configuration says of itself, and what was left out and why
}

// imported are the equations of the reference implementation, with what a comparison
// of the results has to know. Apart from the time and the dimension all parameters are
// constants of its equation.py, and the same as the defaults here.
var imported = []struct{ theirs, ours, remark string }{
	{"HJBLQ", "hjb", "Their code had f = −λ‖z‖² before the correction of their issue 7, twice that of the paper: results\nfrom that time are those of --set lambda=2."},
	{"AllenCahn", "allen-cahn", ""},
	{"PricingDefaultRisk", "default-risk", "They simulate the stocks by Euler's steps, which moves their Y0; here the paths are exact."},
	{"PricingDiffRate", "diff-rates", ""},
	{"BurgersType", "burgers", ""},
	{"QuadraticGradient", "quadratic-gradient", ""},
	{"ReactionDiffusion", "reaction-diffusion", ""},
}

// The keys of a configuration, those that must be there first.
var (
	eqnKeys       = []string{"eqn_name", "total_time", "dim", "num_time_interval", "_comment"}
	netKeys       = []string{"num_hiddens", "lr_values", "lr_boundaries", "num_iterations", "batch_size", "y_init_range", "valid_size", "logging_frequency", "dtype", "verbose"}
	eqnKeysNeeded = eqnKeys[:4]
	netKeysNeeded = netKeys[:5]
)

// theirLossClip is DELTA_CLIP of their solver.py, which no configuration changes.
const theirLossClip = 50

// Import reads a configuration of the reference implementation, a text in JSON. The name
// appears in errors. What is wrong with the text is a *FileError.
func Import(name string, text []byte) (*Imported, error) {
	s, wrong := newSource(name, text)
	if wrong == nil {
		wrong = s.checkJSON()
	}
	if wrong != nil {
		return nil, wrong
	}
	// JSON is YAML, whose reader knows all places, but for tabs between the words.
	s.text = strings.ReplaceAll(s.text, "\t", " ")
	root, wrong := s.document("configuration", "deepbsde settings hjb")
	if wrong != nil {
		return nil, wrong
	}
	r := &reader{source: s}
	i := r.imported(root)
	if r.err != nil {
		return nil, r.err
	}
	return i, nil
}

// ImportFile is Import for a file.
func ImportFile(path string) (*Imported, error) {
	text, err := readText(path, "configuration in JSON")
	if err != nil {
		return nil, err
	}
	return Import(path, text)
}

// checkJSON locates the first place at which the text is not JSON.
func (s *source) checkJSON() *FileError {
	var whole json.RawMessage
	err := json.Unmarshal([]byte(s.text), &whole)
	if err == nil {
		return nil
	}
	before := s.text
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) { // its offset is behind the character
		before = s.text[:max(int(syntax.Offset)-1, 0)]
	}
	line := strings.Count(before, "\n") + 1
	column := len([]rune(before[strings.LastIndex(before, "\n")+1:])) + 1
	return s.errorAt(line, column, "not JSON: %v", err)
}

func (r *reader) imported(root *yaml.Node) *Imported {
	i := &Imported{Set: map[string]float64{}, Notes: map[string]string{}, Settings: &SettingsFile{
		Method: "deep-bsde", Network: "per-step", Training: Training{Uncontrolled: true, LossClip: theirLossClip},
		Given: map[string]bool{"method": true, "network": true, "controlled": true, "loss-clip": true},
	}}
	i.Notes["network"] = "one subnetwork for each time step"
	i.Notes["controlled"] = "paths of X itself"
	i.Notes["loss-clip"] = "DELTA_CLIP of solver.py"
	parts := map[string]*yaml.Node{}
	for _, e := range r.mapping(root, "the configuration", []string{"eqn_config", "net_config"}) {
		parts[e.name] = e.value
	}
	for _, part := range []struct {
		name          string
		known, needed []string
		read          func(*Imported, entry)
	}{{"eqn_config", eqnKeys, eqnKeysNeeded, r.eqnKey}, {"net_config", netKeys, netKeysNeeded, r.netKey}} {
		n := parts[part.name]
		if n == nil {
			r.fail(root, "the key %q is missing", part.name)
			return nil
		}
		var names []string
		for _, e := range r.mapping(n, part.name, part.known) {
			names = append(names, e.name)
			part.read(i, e)
		}
		for _, name := range part.needed {
			if !slices.Contains(names, name) {
				r.fail(n, "the key %q is missing in %s", name, part.name)
			}
		}
	}
	r.importedRates(parts["net_config"], i)
	return i
}

// eqnKey reads a key of eqn_config.
func (r *reader) eqnKey(i *Imported, e entry) {
	switch e.name {
	case "_comment":
		i.Remarks = append([]string{strings.Map(oneLine, r.jsonText(e))}, i.Remarks...)
	case "eqn_name":
		name := r.jsonText(e)
		var names []string
		for _, q := range imported {
			names = append(names, q.theirs)
			if q.theirs != name {
				continue
			}
			i.Family, _ = Find(q.ours)
			if q.remark != "" {
				i.Remarks = append(i.Remarks, strings.Split(q.remark, "\n")...)
			}
		}
		if i.Family == nil {
			r.fail(e.value, "unknown equation %s%s; an equation of your own can be described in a problem file", quoted(name), didYouMean(name, names))
		}
	case "total_time":
		r.jsonNumber(e.value, e.name)
		i.Set["horizon"] = r.positive(e.value, e.name)
	case "dim":
		r.jsonNumber(e.value, e.name)
		i.Dim = r.whole(e.value, e.name, 1, maxDim)
	default:
		r.take(i, e, "steps")
	}
}

// carried are the keys of net_config that are settings here.
var carried = map[string]string{
	"num_hiddens": "hidden", "lr_values": "rates", "lr_boundaries": "boundaries", "num_iterations": "iterations", "batch_size": "batch",
	"valid_size": "validation-paths", "logging_frequency": "validate-every", "dtype": "precision",
}

// netKey reads a key of net_config.
func (r *reader) netKey(i *Imported, e entry) {
	switch noBoundaries := e.name == "lr_boundaries" && e.value.Kind == yaml.SequenceNode && len(e.value.Content) == 0; {
	case carried[e.name] != "" && !noBoundaries: // a single rate has none
		r.take(i, e, carried[e.name])
	case e.name == "y_init_range":
		i.Remarks = append(i.Remarks, "Not carried over: y_init_range; Y0 starts at the mean of g(X_T) over simulated paths.")
	case e.name == "verbose" && !r.truth(e):
		i.Remarks = append(i.Remarks, "Not carried over: verbose = false; --quiet does that.")
	}
}

// take reads the value as that of a key of settings files.
func (r *reader) take(i *Imported, e entry, key string) {
	for _, n := range slices.Concat(e.value.Content, []*yaml.Node{e.value}) {
		if n.Kind == yaml.ScalarNode && key != "precision" {
			r.jsonNumber(n, e.name)
		}
	}
	r.settingsKey(entry{key, e.key, e.value}, e.name, i.Settings)
	i.Settings.Given[key], i.Notes[key] = true, e.name
	if key == "boundaries" {
		i.Notes[key] += "; Keras changes the rate one gradient step later"
	}
}

// importedRates writes a piecewise rate that never changes, as in most of their
// configurations, as a constant one.
func (r *reader) importedRates(net *yaml.Node, i *Imported) {
	t := &i.Settings.Training
	r.scheduleFits(net, "lr_values and lr_boundaries are ", *t)
	given := i.Settings.Given
	t.Schedule, given["schedule"] = "piecewise", true
	if r.err != nil || slices.ContainsFunc(t.Rates, func(x float64) bool { return x != t.Rates[0] }) {
		return
	}
	t.Schedule, t.LearningRate, t.Rates, t.Boundaries = "constant", t.Rates[0], nil, nil
	given["lr"], given["rates"], given["boundaries"] = true, false, false
	i.Notes["lr"] = "lr_values, all the same"
}

func (r *reader) jsonText(e entry) string {
	if e.value.Kind != yaml.ScalarNode || e.value.Style&yaml.DoubleQuotedStyle == 0 {
		r.fail(e.value, "%s is %s, want a text in quotes", e.name, kindName(e.value))
		return ""
	}
	return e.value.Value
}

// jsonNumber refuses texts, which could be read as formulas.
func (r *reader) jsonNumber(n *yaml.Node, what string) {
	if n.Kind != yaml.ScalarNode || n.Style&yaml.DoubleQuotedStyle != 0 || n.Value == "true" || n.Value == "false" {
		r.fail(n, "%s is %s, want a number", what, kindName(n))
	}
}
