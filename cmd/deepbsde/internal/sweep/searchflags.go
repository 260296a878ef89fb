package sweep

import (
	"fmt"
	"strconv"

	"github.com/urfave/cli/v2"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
)

// SearchFlags are the flags of a search.
type SearchFlags struct {
	ranges  Ranges
	choices flags.Opt[int]
	keep    flags.Opt[int]
	budget  flags.Opt[string]
}

// Flags describes them to cli.
func (f *SearchFlags) Flags() []cli.Flag {
	return []cli.Flag{
		f.ranges.Flag(),
		flags.Value("choices", "`NUMBER` of choices of settings in the first round, drawn by --seed (default: 9)", &f.choices, flags.WholeNumber),
		flags.Value("keep", "one in `NUMBER` goes on to the next round, with so many times the budget (default: 3)", &f.keep, flags.WholeNumber),
		flags.Value("budget", "`BUDGET` of the last round: gradient steps, or a time for training such as 30s (default: the problem's gradient steps)", &f.budget, flags.FileName),
	}
}

// Search is the search that the flags ask for, nil for none. given tells which flags of solve the command line
// or a settings file has, and iterations is the budget where there is none. An error is of the flags alone, or
// that of iterations.
func (f *SearchFlags) Search(axes []Axis, given func(flag string) bool, iterations func() (int, error)) (*Search, error) {
	if len(f.ranges) == 0 {
		for _, key := range []string{"choices", "keep", "budget"} {
			if given(key) {
				return nil, fmt.Errorf("--%s needs --search", key)
			}
		}
		return nil, nil
	}
	for _, key := range []string{"seeds", "warm", "shard", "accuracy", "plot"} {
		if given(key) {
			return nil, fmt.Errorf("--%s does not go with --search", key)
		}
	}
	for _, a := range axes {
		if len(a.Values) > 1 {
			return nil, fmt.Errorf("--search wants one value of %s, not %d: the best settings of one problem are looked for", a.Name, len(a.Values))
		}
	}
	for _, r := range f.ranges {
		if given(r.Name) {
			return nil, fmt.Errorf("%s is given and searched", r.Name)
		}
	}
	s := &Search{Ranges: f.ranges, Choices: f.choices.Or(9), Keep: f.keep.Or(3), Budget: f.budget.Value}
	if !f.budget.Given {
		n, err := iterations()
		if err != nil {
			return nil, err
		}
		s.Budget = strconv.Itoa(n)
	}
	if err := s.Check(); err != nil {
		return nil, err
	}
	for _, key := range []string{"time-limit", "iterations"} {
		if f.budget.Given && (key == "time-limit") == s.InTime() && given(key) {
			return nil, fmt.Errorf("--%s does not go with --budget %s, which sets it", key, s.Budget)
		}
	}
	return s, nil
}
