package sweep

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/cmd/internal/figure"
)

// Figure draws the value along the first axis with several values, a curve for each choice of
// the others, those of several seeds in one colour.
func (d *Definition) Figure(rows []Row) (*figure.Figure, error) {
	along := slices.IndexFunc(d.Axes, func(a Axis) bool { return len(a.Values) > 1 })
	if along < 0 {
		return nil, fmt.Errorf("a picture needs a parameter with several values")
	}
	x := d.Axes[along].Name
	type key struct {
		name string
		seed uint64
	}
	curves := map[key]*figure.Curve{}
	var order []key
	for _, r := range rows {
		if !words.Known(r.Value) {
			continue
		}
		var parts []string
		for _, a := range d.Axes {
			if a.Name != x && len(a.Values) > 1 {
				parts = append(parts, words.Printable(a.Name)+" = "+words.Exact(r.Set[a.Name]))
			}
		}
		name := strings.Join(parts, ", ")
		if name == "" {
			name = "u(0, x0)"
		}
		k := key{name, r.Seed}
		if curves[k] == nil {
			curves[k] = &figure.Curve{Name: name, Policy: r.Trust == ""}
			order = append(order, k)
		}
		c := curves[k]
		c.Points = append(c.Points, figure.Valued{X: r.Set[x], Value: r.Value, Error: r.Error, StdErr: r.StdErr, Exact: math.NaN(), Doubt: r.Trust == "no"})
	}
	line := figure.Line{X: words.Printable(x), Y: "value", Marks: true}
	for _, k := range order {
		c := curves[k]
		slices.SortFunc(c.Points, func(a, b figure.Valued) int {
			switch {
			case a.X < b.X:
				return -1
			case a.X > b.X:
				return 1
			}
			return 0
		})
		line.Curves = append(line.Curves, *c)
	}
	if len(line.Curves) == 0 {
		return nil, fmt.Errorf("a picture needs a run with a value")
	}
	f := &figure.Figure{Title: fmt.Sprintf("%s, d = %d", words.Printable(d.Problem), d.Dim)}
	if d.Seeds > 1 {
		f.Title += fmt.Sprintf(", a line for each of %d seeds", d.Seeds)
	}
	f.AddLine(line)
	return f, nil
}
