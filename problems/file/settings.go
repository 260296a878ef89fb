package file

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/deepbsde/deepbsde/problems"
	"github.com/deepbsde/deepbsde/problems/file/internal/source"
	"go.yaml.in/yaml/v4"
)

// settingsKeys are the keys of a settings file in the order in which one is written.
// Most are called like the flags of solve.
var settingsKeys = slices.Concat([]string{"method", "network", "fit"}, trainingKeys,
	[]string{"segments", "options", "seed", "precision", "workers", "time-limit", "validation-paths", "validate-every", "start-paths", "gradient"})

// Settings is what a settings file gives: how to train, apart from the problem. What
// it does not give is left to the settings tuned for the problem.
type Settings struct {
	problems.Training
	Method, Network, Fit, Precision            string
	Gradient                                   string // a number of paths, or "no"
	Seed                                       uint64
	Workers, Segments                          int
	ValidationPaths, ValidateEvery, StartPaths int
	TimeLimit                                  time.Duration
	Options                                    map[string]string // of the method, those without a key of their own

	Given map[string]bool // the keys that the file has

	source  *source.Document
	entries map[string]source.Entry
}

// ReadSettings reads a settings file, a mapping in YAML (docs/cli.md). What is wrong with
// the file is an *Error.
func ReadSettings(path string) (*Settings, error) {
	text, err := source.Read(path, "settings file")
	if err != nil {
		return nil, err
	}
	return ParseSettings(path, text)
}

// ParseSettings is ReadSettings for a text. The name appears in errors.
func ParseSettings(name string, text []byte) (*Settings, error) {
	s, wrong := source.New(name, text)
	if wrong != nil {
		return nil, wrong
	}
	root, wrong := s.Root("settings file", "deepbsde settings hjb")
	if wrong != nil {
		return nil, wrong
	}
	r := newReader(s)
	f := r.settings(root)
	if r.Err != nil {
		return nil, r.Err
	}
	return f, nil
}

func (r *reader) settings(root *yaml.Node) *Settings {
	f := &Settings{Given: map[string]bool{}, source: r.Document, entries: map[string]source.Entry{}}
	for _, e := range r.Mapping(root, "the settings file", settingsKeys) {
		f.Given[e.Name], f.entries[e.Name] = true, e
		r.settingsKey(e, e.Name, f)
	}
	for _, name := range []string{"rates", "boundaries", "schedule"} {
		if e := f.entries[name]; e.Key != nil {
			r.scheduleFits(e.Key, "", f.Training)
		}
	}
	if e := f.entries["activation"]; f.Network == "per-step" && e.Key != nil {
		r.Fail(e.Key, "activation does not go with the network per-step, which always has relu")
	}
	return f
}

// settingsKey reads the value of one of settingsKeys. what names it in errors.
func (r *reader) settingsKey(e source.Entry, what string, f *Settings) {
	switch e.Name {
	case "method":
		f.Method = r.Word(e.Value, what) // which methods there are the solver knows
	case "network":
		f.Network = r.OneOf(e, what, []string{"features", "shared", "per-step"})
	case "fit":
		f.Fit = r.OneOf(e, what, []string{"least-squares", "adam", "both"})
	case "precision":
		f.Precision = r.OneOf(e, what, []string{"float32", "float64"})
	case "seed":
		f.Seed = r.unsigned(e.Value, what)
	case "workers":
		f.Workers = r.Whole(e.Value, what, 1, 4096)
	case "segments":
		f.Segments = r.Whole(e.Value, what, 1, maxStages)
	case "validation-paths":
		f.ValidationPaths = r.Whole(e.Value, what, 1, maxBatch)
	case "validate-every":
		f.ValidateEvery = r.Whole(e.Value, what, 1, 1_000_000_000)
	case "start-paths":
		f.StartPaths = r.Whole(e.Value, what, 2, 1_000_000_000)
	case "gradient":
		f.Gradient = r.Word(e.Value, what)
		if n, err := strconv.Atoi(f.Gradient); f.Gradient != "no" && (err != nil || n < 2 || n > 1<<24) {
			r.Fail(e.Value, "%s is %s, want no, or a whole number from 2 to %d", what, f.Gradient, 1<<24)
		}
	case "time-limit":
		f.TimeLimit = r.duration(e.Value, what)
	case "options":
		f.Options = map[string]string{}
		for _, o := range r.Mapping(e.Value, what, nil) {
			f.Options[o.Name] = r.Word(o.Value, what+": "+o.Name)
		}
	default:
		r.trainingKey(e, what, &f.Training)
	}
}

// unsigned is a whole number of 64 bits, which a formula in float64 cannot give.
func (r *reader) unsigned(n *yaml.Node, what string) uint64 {
	v, err := strconv.ParseUint(n.Value, 10, 64)
	if n.Kind != yaml.ScalarNode || err != nil {
		r.Fail(n, "%s is %s, want a whole number from 0 to %d", what, source.KindName(n), uint64(1<<64-1))
	}
	return v
}

func (r *reader) duration(n *yaml.Node, what string) time.Duration {
	d, err := time.ParseDuration(n.Value)
	if n.Kind != yaml.ScalarNode || err != nil || d <= 0 {
		r.Fail(n, "%s is %s, want a positive duration with its unit, such as 30s or 1h30m", what, source.KindName(n))
	}
	return d
}

// Over is the training with what the file gives in place of its own.
func (f *Settings) Over(t problems.Training) problems.Training {
	tuned := len(t.Rates) > 0
	to := trainingFields(&t)
	for key, from := range trainingFields(&f.Training) {
		if f.Given[key] {
			reflect.ValueOf(to[key]).Elem().Set(reflect.ValueOf(from).Elem())
		}
	}
	switch {
	case f.Given["rates"]:
		t.Schedule, t.Boundaries = "piecewise", f.Boundaries
	case tuned && (f.Given["schedule"] || f.Given["lr"]): // the tuned rates would hide the file's
		t.Boundaries, t.Rates = nil, nil
		if !f.Given["schedule"] {
			t.Schedule = "constant"
		}
	}
	return t
}

// Refuse is an error at a key of the file.
func (f *Settings) Refuse(key, reason string) error {
	k := f.entries[key].Key
	if k == nil {
		return errors.New(key + " " + reason)
	}
	return f.source.ErrorAt(k.Line, k.Column, "%s %s", key, reason)
}

// Text is the file: one line for each key that is given, after the remarks, with the
// notes on keys as comments beside them.
func (f *Settings) Text(remarks []string, notes map[string]string) []byte {
	var b strings.Builder
	for _, line := range remarks {
		b.WriteString(strings.TrimRight("# "+strings.Map(source.OneLine, line), " ") + "\n")
	}
	for _, key := range settingsKeys {
		if !f.Given[key] {
			continue
		}
		line := key + ": " + f.value(key)
		if note := notes[key]; note != "" {
			line = fmt.Sprintf("%-26s # %s", line, note)
		}
		b.WriteString(line + "\n")
	}
	return []byte(b.String())
}

// value is that of a key in YAML, with all digits.
func (f *Settings) value(key string) string {
	switch v := f.fields()[key].(type) {
	case *[]int:
		return strings.ReplaceAll(fmt.Sprint(*v), " ", ", ")
	case *[]float64:
		return strings.ReplaceAll(fmt.Sprint(*v), " ", ", ")
	case *map[string]string:
		var list []string
		for _, name := range slices.Sorted(maps.Keys(*v)) {
			list = append(list, name+": "+(*v)[name])
		}
		return "{" + strings.Join(list, ", ") + "}"
	case *bool:
		return fmt.Sprint(*v != (key == "controlled")) // which has the opposite field
	default:
		return fmt.Sprint(reflect.ValueOf(v).Elem())
	}
}

// fields are pointers to the fields by key.
func (f *Settings) fields() map[string]any {
	all := trainingFields(&f.Training)
	maps.Copy(all, map[string]any{
		"method": &f.Method, "network": &f.Network, "fit": &f.Fit, "segments": &f.Segments, "options": &f.Options, "seed": &f.Seed, "precision": &f.Precision,
		"workers": &f.Workers, "time-limit": &f.TimeLimit,
		"validation-paths": &f.ValidationPaths, "validate-every": &f.ValidateEvery, "start-paths": &f.StartPaths, "gradient": &f.Gradient,
	})
	return all
}

func trainingFields(t *problems.Training) map[string]any {
	return map[string]any{
		"grid": &t.Grid, "steps": &t.Steps, "iterations": &t.Iterations, "batch": &t.Batch, "lr": &t.LearningRate, "schedule": &t.Schedule,
		"boundaries": &t.Boundaries, "rates": &t.Rates, "hidden": &t.Hidden, "activation": &t.Activation,
		"controlled": &t.Uncontrolled, "antithetic": &t.Antithetic, "loss-clip": &t.LossClip, "clip-norm": &t.ClipNorm,
		"paths": &t.Paths,
	}
}
