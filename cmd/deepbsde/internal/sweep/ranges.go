package sweep

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
)

// Range is a setting with what a search tries for it: numbers from Low to High, or one of Values.
type Range struct {
	Name   string   `json:"name"` // as the flag of solve
	Low    float64  `json:"low,omitempty"`
	High   float64  `json:"high,omitempty"`
	Log    bool     `json:"log,omitempty"` // the logarithm is uniform
	Values []string `json:"values,omitempty"`
}

// The settings that can be searched: real numbers, whole numbers, and words. The budget, the paths of the
// estimate and the seed are not among them: more is better, or nothing is.
var (
	reals  = []string{"lr", "clip-norm", "loss-clip"}
	wholes = []string{"batch", "steps", "start-paths"}
	others = []string{"method", "network", "fit", "hidden", "activation", "precision", "grid", "schedule"}
)

// check is an error where nothing can be drawn.
func (r Range) check() error {
	switch {
	case !slices.Contains(slices.Concat(reals, wholes, others), r.Name):
		return fmt.Errorf("cannot be searched, want %s", strings.Join(slices.Concat(reals, wholes, others), ", "))
	case len(r.Values) > 0:
		return nil
	case slices.Contains(others, r.Name):
		return errors.New("want values with commas between, such as tanh,silu")
	case !(r.Low < r.High) || math.IsInf(r.High-r.Low, 0) || r.Log && r.Low <= 0:
		return errors.New("want LOW:HIGH with LOW < HIGH, or LOW:HIGH:log with 0 < LOW")
	}
	return nil
}

// at is the value at u, from 0 to 1: a number to three digits.
func (r Range) at(u float64) string {
	if n := len(r.Values); n > 0 {
		return r.Values[min(int(u*float64(n)), n-1)]
	}
	x := r.Low*(1-u) + r.High*u
	if r.Log {
		x = math.Exp(math.Log(r.Low)*(1-u) + math.Log(r.High)*u)
	}
	if slices.Contains(wholes, r.Name) {
		return strconv.FormatFloat(math.Round(x), 'f', 0, 64)
	}
	x, _ = strconv.ParseFloat(strconv.FormatFloat(x, 'g', 3, 64), 64)
	return strconv.FormatFloat(min(max(x, r.Low), r.High), 'g', -1, 64)
}

// flag is a value as the flag of solve takes it: widths have an x between, as commas stand between values.
func (r Range) flag(value string) string {
	if r.Name == "hidden" {
		return strings.ReplaceAll(value, "x", ",")
	}
	return value
}

// Ranges are those of --search, in the order of the command line.
type Ranges []Range

// Flag describes it to cli.
func (r *Ranges) Flag() cli.Flag {
	return &cli.GenericFlag{Name: "search", Value: r,
		Usage: "setting with what to try for it, `KEY=LOW:HIGH`, LOW:HIGH:log or VALUE,…, such as lr=1e-4:1e-1:log, batch=32,64 or hidden=32x32,64x64; repeatable"}
}

// Set reads one.
func (r *Ranges) Set(text string) error {
	key, rest, ok := strings.Cut(text, "=")
	one := Range{Name: strings.TrimSpace(key)}
	if !ok || one.Name == "" {
		return errors.New("want KEY=LOW:HIGH, KEY=LOW:HIGH:log or KEY=VALUE,…")
	}
	if slices.ContainsFunc(*r, func(o Range) bool { return o.Name == one.Name }) {
		return fmt.Errorf("%s is searched twice", one.Name)
	}
	if parts := strings.Split(rest, ":"); len(parts) > 1 {
		var err1, err2 error
		one.Low, err1 = flags.FiniteNumber(parts[0])
		one.High, err2 = flags.FiniteNumber(parts[1])
		one.Log = len(parts) == 3 && parts[2] == "log"
		if err1 != nil || err2 != nil || len(parts) > 2 && !one.Log {
			return fmt.Errorf("%q: want LOW:HIGH or LOW:HIGH:log", rest)
		}
	} else {
		for word := range strings.SplitSeq(rest, ",") {
			word = strings.TrimSpace(word)
			if word == "" || slices.Contains(one.Values, word) {
				return fmt.Errorf("%q: want values with commas between, each once", rest)
			}
			one.Values = append(one.Values, word)
		}
	}
	if err := one.check(); err != nil {
		return fmt.Errorf("%s: %w", one.Name, err)
	}
	*r = append(*r, one)
	return nil
}

// String is what cli prints as the default: nothing.
func (r *Ranges) String() string { return "" }
