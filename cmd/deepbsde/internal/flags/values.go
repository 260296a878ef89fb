package flags

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/deepbsde/deepbsde/bsde/words"
)

// List is words with commas between.
func List(s string) ([]string, error) {
	list := strings.Split(s, ",")
	for i := range list {
		list[i] = strings.TrimSpace(list[i])
	}
	return list, nil
}

// Index is a number of something that is counted from 0.
func Index(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("want a whole number, at least 0")
	}
	return n, nil
}

// PairedPaths is a number of paths in pairs of which there are two at least.
func PairedPaths(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 4 || n%2 != 0 {
		return 0, fmt.Errorf("want an even number, at least 4")
	}
	return n, nil
}

// FileName is a name that is not empty.
func FileName(s string) (string, error) {
	if s == "" {
		return "", errors.New("want the name of a file")
	}
	return s, nil
}

// FiniteNumber is any number but NaN and the infinities.
func FiniteNumber(s string) (float64, error) {
	x, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || !words.Known(x) {
		return 0, fmt.Errorf("want a number")
	}
	return x, nil
}

// WholeNumber is a number of things of which there must be one.
func WholeNumber(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 0, errors.New("want a whole number, at least 1")
	}
	return n, nil
}

// Port is one that a program may choose.
func Port(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > 65535 {
		return 0, errors.New("want a whole number from 1 to 65535")
	}
	return n, nil
}

// SeveralPaths is a number of paths that has a standard deviation.
func SeveralPaths(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 2 {
		return 0, errors.New("want a whole number, at least 2")
	}
	return n, nil
}

// Unsigned is a whole number, 0 among them.
func Unsigned(s string) (uint64, error) {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return 0, errors.New("want a whole number, at least 0")
	}
	return n, nil
}

// Positive is a finite number above 0.
func Positive(s string) (float64, error) {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || !(x > 0) || math.IsInf(x, 1) {
		return 0, errors.New("want a positive number")
	}
	return x, nil
}

// Duration is a time above 0 with its unit.
func Duration(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil || d <= 0 {
		return 0, errors.New("want a positive duration with its unit, such as 30s or 1h30m")
	}
	return d, nil
}

// Widths are whole numbers with commas between.
func Widths(s string) ([]int, error) {
	var w []int
	for _, part := range strings.Split(s, ",") {
		n, err := WholeNumber(strings.TrimSpace(part))
		if err != nil {
			return nil, errors.New("want whole numbers, at least 1, with commas between, such as 110,110")
		}
		w = append(w, n)
	}
	return w, nil
}

// OneOf makes a parser that takes these words and no other.
func OneOf(choices ...string) func(string) (string, error) {
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
