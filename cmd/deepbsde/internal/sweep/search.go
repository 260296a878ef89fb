package sweep

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
)

// Search is a sweep over settings by successive halving (Jamieson, Talwalkar 2016, Algorithm 1; with one in η
// kept, as in Li et al. 2018, JMLR 18(185), Algorithm 1): Choices of settings are trained on a small budget,
// the best one in Keep of them anew on Keep times as much, and so on. The last round has the whole Budget.
type Search struct {
	Ranges  []Range `json:"ranges"`
	Choices int     `json:"choices"`
	Keep    int     `json:"keep"`   // η
	Budget  string  `json:"budget"` // gradient steps, or a time such as 30s
}

const mostChoices = 1000

// sizes are the numbers of runs of the rounds, when there is so much to choose from: n, n/η, n/η², … at least 1.
func (s *Search) sizes(n int) (list []int) {
	for ; n > 0; n /= s.Keep {
		list = append(list, n)
	}
	return list
}

// Check is an error where the numbers make no search.
func (s *Search) Check() error {
	if len(s.Ranges) == 0 || s.Choices < 2 || s.Choices > mostChoices || s.Keep < 2 {
		return fmt.Errorf("a search of %d settings with %d choices, of which one in %d is kept: want a setting, and from 2 to %d choices with one in 2 or more kept", len(s.Ranges), s.Choices, s.Keep, mostChoices)
	}
	for _, r := range s.Ranges {
		if err := r.check(); err != nil {
			return fmt.Errorf("%q: %w", r.Name, err)
		}
	}
	_, _, err := s.of(1, 1)
	return err
}

// InTime tells whether the budget is a time.
func (s *Search) InTime() bool { flag, _, _ := s.of(1, 1); return flag == "time-limit" }

// of is the budget of a round of so many, from 1 on, as a flag of solve.
func (s *Search) of(round, rounds int) (flag, value string, err error) {
	part := 1.0
	for range rounds - round {
		part /= float64(s.Keep)
	}
	if n, err := flags.WholeNumber(s.Budget); err == nil {
		return "iterations", strconv.Itoa(max(1, int(float64(n)*part+0.5))), nil
	}
	limit, err := flags.Duration(s.Budget)
	if err != nil || limit <= 0 {
		return "", "", fmt.Errorf("a budget of %q: want a number of gradient steps, such as 1000, or a time, such as 30s", s.Budget)
	}
	return "time-limit", max(time.Duration(float64(limit)*part).Round(time.Millisecond), time.Millisecond).String(), nil
}

// draw is the choices of the first round, no two of them equal: fewer than asked for where there are no more.
func (s *Search) draw(seed uint64) (list []map[string]string) {
	rng := rand.New(rand.NewPCG(seed, 0x68616c76696e67))
	seen := map[string]bool{}
	for tries := 0; len(list) < s.Choices && tries < 100*s.Choices; tries++ {
		choice, words := map[string]string{}, make([]string, len(s.Ranges))
		for i, r := range s.Ranges {
			words[i] = r.at(rng.Float64())
			choice[r.Name] = words[i]
		}
		if key := strings.Join(words, "\n"); !seen[key] {
			seen[key] = true
			list = append(list, choice)
		}
	}
	return list
}

// next is the round after those whose rows are known, nil where that cannot be told or there is none.
func (d *Definition) next(rows []Row) (cells []Cell) {
	s := d.Search
	first := s.draw(d.Seed)
	sizes := s.sizes(len(first))
	round, at := 0, 0
	for round < len(sizes) && at+sizes[round] <= len(rows) {
		at += sizes[round]
		round++
	}
	if round == len(sizes) || at != len(rows) || slices.ContainsFunc(rows, func(r Row) bool { return !r.Done() }) {
		return nil
	}
	choices := first
	if round > 0 {
		choices = nil
		for _, r := range ranked(rows[at-sizes[round-1]:])[:sizes[round]] {
			choices = append(choices, r.Settings)
		}
	}
	_, budget, err := s.of(round+1, len(sizes))
	if err != nil {
		return nil
	}
	for i, choice := range choices {
		cells = append(cells, Cell{Index: at + i, Set: d.fixed(), Seed: d.Seed, Chain: at + i, Settings: choice, Round: round + 1, Budget: budget})
	}
	return cells
}

// fixed are the parameters of all runs of a search.
func (d *Definition) fixed() map[string]float64 {
	set := map[string]float64{}
	for _, a := range d.Axes {
		set[a.Name] = a.Values[0]
	}
	return set
}

// ranked is rows with the best first: those that are trusted before the others, and the smaller error first. One
// without a known error is last.
func ranked(rows []Row) []Row {
	rows = slices.Clone(rows)
	class := func(r Row) int {
		switch {
		case !(r.Error >= 0): // NaN too
			return 2
		case r.Trust != "yes":
			return 1
		}
		return 0
	}
	slices.SortStableFunc(rows, func(a, b Row) int {
		if c := cmp.Compare(class(a), class(b)); c != 0 || class(a) == 2 {
			return c
		}
		return cmp.Compare(a.Error, b.Error)
	})
	return rows
}

// Best is the best run of the last round of a search, nil before that is done and of other sweeps.
func (d *Definition) Best(rows []Row) *Row {
	if d.Search == nil || len(rows) == 0 {
		return nil
	}
	sizes := d.Search.sizes(len(d.Search.draw(d.Seed)))
	last := rows[len(rows)-1]
	if last.Round != len(sizes) || slices.ContainsFunc(rows, func(r Row) bool { return !r.Done() }) {
		return nil
	}
	return &ranked(rows[len(rows)-sizes[len(sizes)-1]:])[0]
}

// Given are the settings of a run of a search as flags of solve, its budget last.
func (d *Definition) Given(c Cell) (flags [][2]string) {
	for _, r := range d.Search.Ranges {
		flags = append(flags, [2]string{r.Name, r.flag(c.Settings[r.Name])})
	}
	budget := "iterations"
	if d.Search.InTime() {
		budget = "time-limit"
	}
	return append(flags, [2]string{budget, c.Budget})
}
