package main

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"
)

// opt is the value of a flag that may not have been given.
type opt[T any] struct {
	value T
	given bool
}

// override sets *field if the flag was given.
func (o opt[T]) override(field *T) {
	if o.given {
		*field = o.value
	}
}

// or is the value if the flag was given, else otherwise.
func (o opt[T]) or(otherwise T) T {
	if o.given {
		return o.value
	}
	return otherwise
}

// parsed is a cli.Generic that parses into an opt.
type parsed[T any] struct {
	dst   *opt[T]
	parse func(string) (T, error)
}

// Set parses s. A second value is an error, so that none is ignored.
func (p parsed[T]) Set(s string) (err error) {
	if p.dst.given {
		return errors.New("the flag is given twice")
	}
	p.dst.value, err = p.parse(s)
	p.dst.given = err == nil
	return err
}

// String is what cli prints as the default: nothing.
func (p parsed[T]) String() string { return "" }

// choices are the values that the parser asks for, nil where these are not a few words.
func (p parsed[T]) choices() []string {
	_, err := p.parse("")
	var c choiceError
	errors.As(err, &c)
	return c
}

// valueFlag is a flag whose value goes through parse to dst. A word of the usage
// in backquotes names the value in the help.
func valueFlag[T any](name, usage string, dst *opt[T], parse func(string) (T, error)) cli.Flag {
	return &cli.GenericFlag{Name: name, Usage: usage, Value: parsed[T]{dst, parse}}
}

// boolFlag is a flag without a value.
func boolFlag(name, usage string, dst *bool) cli.Flag {
	return &cli.BoolFlag{Name: name, Usage: usage, Destination: dst, DisableDefaultText: true}
}

// switchFlag is a flag without a value that can also be set to false.
func switchFlag(name, usage string, dst *opt[bool]) cli.Flag {
	return &cli.BoolFlag{Name: name, Usage: usage, DisableDefaultText: true,
		Action: func(_ *cli.Context, v bool) error {
			*dst = opt[bool]{v, true}
			return nil
		}}
}

func wholeNumber(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 0, errors.New("want a whole number, at least 1")
	}
	return n, nil
}

// severalPaths is a number of paths that has a standard deviation.
func severalPaths(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 2 {
		return 0, errors.New("want a whole number, at least 2")
	}
	return n, nil
}

func unsigned(s string) (uint64, error) {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return 0, errors.New("want a whole number, at least 0")
	}
	return n, nil
}

func positive(s string) (float64, error) {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || !(x > 0) || math.IsInf(x, 1) {
		return 0, errors.New("want a positive number")
	}
	return x, nil
}

func duration(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil || d <= 0 {
		return 0, errors.New("want a positive duration with its unit, such as 30s or 1h30m")
	}
	return d, nil
}

func widths(s string) ([]int, error) {
	var w []int
	for _, part := range strings.Split(s, ",") {
		n, err := wholeNumber(strings.TrimSpace(part))
		if err != nil {
			return nil, errors.New("want whole numbers, at least 1, with commas between, such as 110,110")
		}
		w = append(w, n)
	}
	return w, nil
}

func oneOf(choices ...string) func(string) (string, error) {
	return func(s string) (string, error) {
		if !slices.Contains(choices, s) {
			return "", choiceError(choices)
		}
		return s, nil
	}
}

// choiceError is a value that is none of the choices.
type choiceError []string

// Error names the choices.
func (c choiceError) Error() string { return "want " + strings.Join(c, " or ") }

// assignments is the repeatable flag --set key=value.
type assignments map[string]float64

// Set adds one assignment. Whether there is such a parameter, and its range, is
// for the problem to say.
func (a *assignments) Set(s string) error {
	key, text, ok := strings.Cut(s, "=")
	key, text = strings.TrimSpace(key), strings.TrimSpace(text)
	if !ok || key == "" {
		return errors.New("want key=value, such as lambda=20")
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return fmt.Errorf("%q is not a number", text)
	}
	if _, twice := (*a)[key]; twice {
		return fmt.Errorf("%s is set twice", key)
	}
	if *a == nil {
		*a = assignments{}
	}
	(*a)[key] = x
	return nil
}

// String is what cli prints as the default: nothing.
func (a *assignments) String() string { return "" }
