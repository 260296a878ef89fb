package points

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strings"

	"github.com/deepbsde/deepbsde/bsde/words"
)

// csv is the table for programs: bare numbers, nothing where one is not known.
func (e *Evaluation) csv() string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	d, actions := len(e.Start), 0
	if e.Policy {
		actions = e.ActionDim
	}
	numbered := func(format string, n int) (names []string) {
		for i := range n {
			names = append(names, fmt.Sprintf(format, i))
		}
		return names
	}
	w.Write(slices.Concat([]string{"t"}, numbered("x%d", d), []string{"value", "error", "ci95_low", "ci95_high", "trust", "lower", "upper", "stderr", "discretization_error", "network_error", "network_bias", "trained_value", "exact", "paths", "obstacle", "rule"},
		numbered("gradient%d", d), numbered("gradient%d_stderr", d), numbered("action%d", actions)))
	for _, p := range e.Values {
		row := []string{words.Full(p.Time)}
		add := func(values []float64, n int) {
			for i := range n {
				if i < len(values) {
					row = append(row, words.Plain(values[i]))
				} else {
					row = append(row, "")
				}
			}
		}
		add(p.State, d)
		add([]float64{p.Value, p.Error, p.CI95[0], p.CI95[1]}, 4)
		row = append(row, p.Trust)
		add([]float64{p.Lower, p.Upper, p.StdErr, p.Step, p.Network, p.Bias, p.Trained, p.Exact, float64(p.Paths)}, 9)
		if p.Obstacle != nil {
			add([]float64{*p.Obstacle}, 1)
		} else {
			add(nil, 1)
		}
		row = append(row, p.Rule)
		add(p.Gradient, d)
		add(p.GradientStdErr, d)
		add(p.Action, actions)
		w.Write(row)
	}
	w.Flush()
	return b.String()
}
