package sweep

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
)

// Axes are those of --set and --set-range, in the order of the command line.
type Axes []Axis

// Flags describes both to cli.
func (a *Axes) Flags() []cli.Flag {
	return []cli.Flag{
		&cli.GenericFlag{Name: "set", Value: &assignment{a, values},
			Usage: "parameter with its values, `KEY=VALUE,…`; one value for all runs, or several; repeatable"},
		&cli.GenericFlag{Name: "set-range", Value: &assignment{a, between},
			Usage: "parameter with values at equal distances, `KEY=LOW:HIGH:COUNT`; repeatable"},
	}
}

// assignment adds an axis for each KEY=VALUES.
type assignment struct {
	axes  *Axes
	parse func(string) ([]float64, error)
}

// Set reads one.
func (s *assignment) Set(text string) error {
	key, rest, ok := strings.Cut(text, "=")
	key = strings.TrimSpace(key)
	if !ok || key == "" {
		return errors.New("want KEY=VALUE,…, or with --set-range KEY=LOW:HIGH:COUNT")
	}
	if slices.ContainsFunc(*s.axes, func(a Axis) bool { return a.Name == key }) {
		return fmt.Errorf("%s is set twice", key)
	}
	list, err := s.parse(rest)
	if err == nil {
		*s.axes = append(*s.axes, Axis{key, list})
	}
	return err
}

// String is what cli prints as the default: nothing.
func (s *assignment) String() string { return "" }

// values are numbers with commas between.
func values(text string) (list []float64, err error) {
	for part := range strings.SplitSeq(text, ",") {
		x, err := flags.FiniteNumber(part)
		if err != nil {
			return nil, fmt.Errorf("%q is not a number", part)
		}
		if slices.Contains(list, x) {
			return nil, fmt.Errorf("%q stands there twice", part)
		}
		list = append(list, x)
	}
	return list, nil
}

// between are COUNT numbers from LOW to HIGH, both ends among them to the bit.
func between(text string) ([]float64, error) {
	wrong := fmt.Errorf("%q: want LOW:HIGH:COUNT, such as 80:120:9, with LOW < HIGH and from 2 to %d values", text, Most)
	parts := strings.Split(text, ":")
	if len(parts) != 3 {
		return nil, wrong
	}
	low, err1 := flags.FiniteNumber(parts[0])
	high, err2 := flags.FiniteNumber(parts[1])
	count, err3 := strconv.Atoi(strings.TrimSpace(parts[2]))
	if errors.Join(err1, err2, err3) != nil || !(low < high) || count < 2 || count > Most {
		return nil, wrong
	}
	list := make([]float64, count)
	for k := range list {
		by := float64(k) / float64(count-1)
		list[k] = low*(1-by) + high*by
	}
	return list, nil
}
