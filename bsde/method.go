package bsde

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/deepbsde/deepbsde/autodiff"
)

// Method is a way to solve problems: deep.Method, policy.Method, or one of your own in a
// folder of its own. It is a value with its options as fields; its JSON form, an object,
// is what a saved run keeps of them. A method that registers itself can be named on the
// command line and in saved runs.
type Method interface {
	// Name is the method's name in results, such as "deep-bsde".
	Name() string

	// Supports lists the features of problems that the method can handle, each with a few
	// words on how, or "" where there is nothing to say.
	Supports() map[Feature]string

	// Resolve is the method as it will be used for a problem, with defaults filled in. Its
	// errors are *SettingsError.
	Resolve(p Problem) (Method, error)

	// Start simulates what it needs to know, builds and compiles. The problem has no
	// feature that is not supported, and the method is resolved for it.
	Start(ctx context.Context, p Problem, e Env) (Training, error)
}

// Adaptive is a Method that finds the times of an adaptive grid, t_0 … t_N with the settings' N.
type Adaptive interface {
	Method
	Times(ctx context.Context, p Problem, e Env) ([]float64, error)
}

// Planner is a Method whose training takes a number of steps of its own, none of them a gradient step, whatever
// Settings.Iterations are: Planned is that number, with what the steps are called.
type Planner interface {
	Method
	Planned(s Settings) (steps int, what string)
}

// Requiring is a Method for problems that have some features.
type Requiring interface {
	Method
	Requires() []Feature
}

// Env is what a method is given to work with.
type Env struct {
	Settings Settings       // checked, with defaults filled in
	Pool     *autodiff.Pool // of Settings.Workers; it is closed after Result
}

var registered []Method

// Register makes a method known by its name, with its value as the default options. It
// is called from init functions, and panics where the name is taken.
func Register(m Method) {
	if slices.ContainsFunc(registered, func(o Method) bool { return o.Name() == m.Name() }) {
		panic("bsde: two methods are called " + m.Name())
	}
	if reflect.TypeOf(m).Kind() == reflect.Pointer {
		panic("bsde: method " + m.Name() + " is a pointer, want a value")
	}
	settings := keysOf(Settings{})
	for key := range Options(m) {
		if _, taken := settings[key]; taken {
			panic(fmt.Sprintf("bsde: method %s has an option %s, which is a setting", m.Name(), key))
		}
	}
	registered = append(registered, m)
	slices.SortStableFunc(registered, func(a, b Method) int { return strings.Compare(a.Name(), b.Name()) })
}

// Methods lists the registered methods by name. Importing package bsde/methods registers
// all that come with the library.
func Methods() []Method { return slices.Clone(registered) }

// Able lists the names of the registered methods that support all of some features, and require
// no others.
func Able(features []Feature) (names []string) {
	for _, m := range registered {
		if missing(m, features) == "" && lacking(m, features) == "" {
			names = append(names, m.Name())
		}
	}
	return names
}

// missing is the first of some features that a method does not support, "" for none.
func missing(m Method, features []Feature) Feature {
	can := m.Supports()
	for _, f := range features {
		if _, ok := can[f]; !ok {
			return f
		}
	}
	return ""
}

// lacking is the first feature that a method requires beside some, "" for none.
func lacking(m Method, features []Feature) Feature {
	if r, ok := m.(Requiring); ok {
		for _, f := range r.Requires() {
			if !slices.Contains(features, f) {
				return f
			}
		}
	}
	return ""
}

// UnsupportedError is a problem with a feature that the method cannot handle, or without one
// that it is for.
type UnsupportedError struct {
	Problem string
	Method  string
	Feature Feature
	Lacking bool     // the problem does not have the feature
	Able    []string // the registered methods that can solve the problem
}

// Error is one sentence that names the methods that can.
func (e *UnsupportedError) Error() string {
	var names []string
	for _, m := range registered {
		names = append(names, m.Name())
	}
	able := "none of " + strings.Join(names, ", ") + " can"
	if len(names) == 0 {
		able = "none is registered: import package bsde/methods"
	}
	if len(e.Able) > 0 {
		able = strings.Join(e.Able, " or ") + " can"
	}
	if e.Lacking {
		return fmt.Sprintf("method %s cannot solve %s (it has no %s); %s", e.Method, e.Problem, e.Feature, able)
	}
	return fmt.Sprintf("method %s cannot solve %s (%s); %s", e.Method, e.Problem, e.Feature, able)
}

// Check tells whether a method can solve a problem: nil, an *UnsupportedError, or what is
// wrong with the problem.
func Check(p Problem, m Method) error {
	features, err := FeaturesOf(p)
	if err != nil {
		return err
	}
	if f := missing(m, features); f != "" {
		return &UnsupportedError{NameOf(p), m.Name(), f, false, Able(features)}
	}
	if f := lacking(m, features); f != "" {
		return &UnsupportedError{NameOf(p), m.Name(), f, true, Able(features)}
	}
	return nil
}

// MethodOf is the registered method with the given name and options, a JSON object of
// which it takes the fields that it has. The error is a *SettingsError.
func MethodOf(name string, options []byte) (Method, error) {
	var names []string
	for _, m := range registered {
		if m.Name() == name {
			v := reflect.New(reflect.TypeOf(m))
			v.Elem().Set(reflect.ValueOf(m))
			if len(options) > 0 {
				err := json.Unmarshal(options, v.Interface())
				if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) {
					return nil, &SettingsError{wrong.Field, fmt.Sprintf("a %s, want a %s", wrong.Value, wrong.Type)}
				}
				if err != nil {
					return nil, &SettingsError{"method", err.Error()}
				}
			}
			return v.Elem().Interface().(Method), nil
		}
		names = append(names, m.Name())
	}
	return nil, &SettingsError{"method", fmt.Sprintf("%q, want %s", name, strings.Join(names, " or "))}
}

// SavedMethod is MethodOf for the options of a saved run or a result. Earlier versions kept
// the name of the network apart from them.
func SavedMethod(name, network string, options []byte) (Method, error) {
	all := map[string]json.RawMessage{}
	err := json.Unmarshal(options, &all)
	if _, ok := all["network"]; err == nil && !ok && network != "" {
		all["network"], err = json.Marshal(network)
	}
	if err == nil {
		options, err = json.Marshal(all)
	}
	if err != nil {
		return nil, &SettingsError{"method", err.Error()}
	}
	return MethodOf(name, options)
}

// Options are the options of a method by name, those of its JSON form.
func Options(m Method) map[string]any {
	return keysOf(m)
}

// keysOf is the JSON form of a value by key.
func keysOf(v any) map[string]any {
	text, err := json.Marshal(v)
	keys := map[string]any{}
	if err == nil {
		err = json.Unmarshal(text, &keys)
	}
	if err != nil {
		panic(fmt.Sprintf("bsde: %T has no JSON form, an object: %v", v, err))
	}
	return keys
}
