package points

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/deepbsde/deepbsde/bsde/words"
)

// state prints x: x0, one number where all components are equal, what is not as in x0
// where that is little and could be beyond the first few, or these.
func (e *Evaluation) state(x []float64) string {
	switch {
	case slices.Equal(x, e.Start):
		return "x0"
	case len(x) > 1 && slices.Min(x) == slices.Max(x):
		return "all " + strconv.FormatFloat(x[0], 'g', 6, 64)
	}
	if moved := e.moved(x); len(x) > shownComponents && len(moved) <= 2 {
		return "x0 but " + strings.Join(moved, ", ")
	}
	parts := make([]string, 0, shownComponents)
	for _, v := range x[:min(len(x), shownComponents)] {
		parts = append(parts, short3(v))
	}
	if len(x) > shownComponents {
		parts = append(parts, "…")
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

// shownComponents is the number of components of x in a table.
const shownComponents = 4

// moved are the components of x that are not as in x0.
func (e *Evaluation) moved(x []float64) (list []string) {
	for i, v := range x {
		if v != e.Start[i] {
			list = append(list, fmt.Sprintf("x[%d] = %s", i, words.Exact(v)))
		}
	}
	return list
}

// short3 prints x with at most three significant digits and no trailing zeros.
func short3(x float64) string { return fmt.Sprintf("%.3g", x) }
