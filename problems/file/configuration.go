package file

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/deepbsde/deepbsde/problems"
	"github.com/deepbsde/deepbsde/problems/file/internal/source"
	"go.yaml.in/yaml/v4"
)

// Configuration is one of the reference implementation of the deep BSDE method,
// github.com/frankhan91/DeepBSDE, in the terms of this project.
type Configuration struct {
	Family   *problems.Family
	Dim      int
	Set      map[string]float64 // parameters of the problem
	Settings *Settings
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

// ParseConfiguration is ReadConfiguration for a text. The name appears in errors.
func ParseConfiguration(name string, text []byte) (*Configuration, error) {
	s, wrong := source.New(name, text)
	if wrong == nil {
		wrong = checkJSON(s)
	}
	if wrong != nil {
		return nil, wrong
	}
	// JSON is YAML, whose reader knows all places, but for tabs between the words.
	s.Text = strings.ReplaceAll(s.Text, "\t", " ")
	root, wrong := s.Root("configuration", "deepbsde settings hjb")
	if wrong != nil {
		return nil, wrong
	}
	r := newReader(s)
	i := r.configuration(root)
	if r.Err != nil {
		return nil, r.Err
	}
	return i, nil
}

// ReadConfiguration reads a configuration of the reference implementation, a file in JSON.
// What is wrong with it is an *Error.
func ReadConfiguration(path string) (*Configuration, error) {
	text, err := source.Read(path, "configuration in JSON")
	if err != nil {
		return nil, err
	}
	return ParseConfiguration(path, text)
}

// checkJSON locates the first place at which the text is not JSON.
func checkJSON(s *source.Document) *source.Error {
	var whole json.RawMessage
	err := json.Unmarshal([]byte(s.Text), &whole)
	if err == nil {
		return nil
	}
	before := s.Text
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) { // its offset is behind the character
		before = s.Text[:max(int(syntax.Offset)-1, 0)]
	}
	line := strings.Count(before, "\n") + 1
	column := len([]rune(before[strings.LastIndex(before, "\n")+1:])) + 1
	return s.ErrorAt(line, column, "not JSON: %v", err)
}

func (r *reader) configuration(root *yaml.Node) *Configuration {
	i := &Configuration{Set: map[string]float64{}, Notes: map[string]string{}, Settings: &Settings{
		Method: "deep-bsde", Network: "per-step", Training: problems.Training{Uncontrolled: true, LossClip: theirLossClip},
		Given: map[string]bool{"method": true, "network": true, "controlled": true, "loss-clip": true},
	}}
	i.Notes["network"] = "one subnetwork for each time step"
	i.Notes["controlled"] = "paths of X itself"
	i.Notes["loss-clip"] = "DELTA_CLIP of solver.py"
	parts := map[string]*yaml.Node{}
	for _, e := range r.Mapping(root, "the configuration", []string{"eqn_config", "net_config"}) {
		parts[e.Name] = e.Value
	}
	for _, part := range []struct {
		name          string
		known, needed []string
		read          func(*Configuration, source.Entry)
	}{{"eqn_config", eqnKeys, eqnKeysNeeded, r.eqnKey}, {"net_config", netKeys, netKeysNeeded, r.netKey}} {
		n := parts[part.name]
		if n == nil {
			r.Fail(root, "the key %q is missing", part.name)
			return nil
		}
		var names []string
		for _, e := range r.Mapping(n, part.name, part.known) {
			names = append(names, e.Name)
			part.read(i, e)
		}
		for _, name := range part.needed {
			if !slices.Contains(names, name) {
				r.Fail(n, "the key %q is missing in %s", name, part.name)
			}
		}
	}
	r.importedRates(parts["net_config"], i)
	return i
}

// eqnKey reads a key of eqn_config.
func (r *reader) eqnKey(i *Configuration, e source.Entry) {
	switch e.Name {
	case "_comment":
		i.Remarks = append([]string{strings.Map(source.OneLine, r.jsonText(e))}, i.Remarks...)
	case "eqn_name":
		name := r.jsonText(e)
		var names []string
		for _, q := range imported {
			names = append(names, q.theirs)
			if q.theirs != name {
				continue
			}
			i.Family, _ = problems.Find(q.ours)
			if q.remark != "" {
				i.Remarks = append(i.Remarks, strings.Split(q.remark, "\n")...)
			}
		}
		if i.Family == nil {
			r.Fail(e.Value, "unknown equation %s%s; an equation of your own can be described in a problem file", source.Quoted(name), source.DidYouMean(name, names))
		}
	case "total_time":
		r.jsonNumber(e.Value, e.Name)
		i.Set["horizon"] = r.positive(e.Value, e.Name)
	case "dim":
		r.jsonNumber(e.Value, e.Name)
		i.Dim = r.Whole(e.Value, e.Name, 1, problems.MaxDim)
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
func (r *reader) netKey(i *Configuration, e source.Entry) {
	switch noBoundaries := e.Name == "lr_boundaries" && e.Value.Kind == yaml.SequenceNode && len(e.Value.Content) == 0; {
	case carried[e.Name] != "" && !noBoundaries: // a single rate has none
		r.take(i, e, carried[e.Name])
	case e.Name == "y_init_range":
		i.Remarks = append(i.Remarks, "Not carried over: y_init_range; Y0 starts at the mean of g(X_T) over simulated paths.")
	case e.Name == "verbose" && !r.Truth(e):
		i.Remarks = append(i.Remarks, "Not carried over: verbose = false; --quiet does that.")
	}
}

// take reads the value as that of a key of settings files.
func (r *reader) take(i *Configuration, e source.Entry, key string) {
	for _, n := range slices.Concat(e.Value.Content, []*yaml.Node{e.Value}) {
		if n.Kind == yaml.ScalarNode && key != "precision" {
			r.jsonNumber(n, e.Name)
		}
	}
	r.settingsKey(source.Entry{Name: key, Key: e.Key, Value: e.Value}, e.Name, i.Settings)
	i.Settings.Given[key], i.Notes[key] = true, e.Name
	if key == "boundaries" {
		i.Notes[key] += "; Keras changes the rate one gradient step later"
	}
}

// importedRates writes a piecewise rate that never changes, as in most of their
// configurations, as a constant one.
func (r *reader) importedRates(net *yaml.Node, i *Configuration) {
	t := &i.Settings.Training
	r.scheduleFits(net, "lr_values and lr_boundaries are ", *t)
	given := i.Settings.Given
	t.Schedule, given["schedule"] = "piecewise", true
	if r.Err != nil || slices.ContainsFunc(t.Rates, func(x float64) bool { return x != t.Rates[0] }) {
		return
	}
	t.Schedule, t.LearningRate, t.Rates, t.Boundaries = "constant", t.Rates[0], nil, nil
	given["lr"], given["rates"], given["boundaries"] = true, false, false
	i.Notes["lr"] = "lr_values, all the same"
}

func (r *reader) jsonText(e source.Entry) string {
	if e.Value.Kind != yaml.ScalarNode || e.Value.Style&yaml.DoubleQuotedStyle == 0 {
		r.Fail(e.Value, "%s is %s, want a text in quotes", e.Name, source.KindName(e.Value))
		return ""
	}
	return e.Value.Value
}

// jsonNumber refuses texts, which could be read as formulas.
func (r *reader) jsonNumber(n *yaml.Node, what string) {
	if n.Kind != yaml.ScalarNode || n.Style&yaml.DoubleQuotedStyle != 0 || n.Value == "true" || n.Value == "false" {
		r.Fail(n, "%s is %s, want a number", what, source.KindName(n))
	}
}
