package flags

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Assignments is the repeatable flag --set key=value.
type Assignments map[string]float64

// Set adds one assignment. Whether there is such a parameter, and its range, is
// for the problem to say.
func (a *Assignments) Set(s string) error {
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
		*a = Assignments{}
	}
	(*a)[key] = x
	return nil
}

// String is what cli prints as the default: nothing.
func (a *Assignments) String() string { return "" }

// Repeated is a flag that may be given several times.
type Repeated []string

// Set adds one.
func (w *Repeated) Set(s string) error {
	*w = append(*w, s)
	return nil
}

// String is what cli prints as the default: nothing.
func (w *Repeated) String() string { return "" }
