package simulated

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"

	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/npz"
)

// Equation is paths of X, Y and Z under the trained field of an equation.
type Equation struct {
	Identity   string
	Problem    string
	Dim        int
	Parameters map[string]float64
	Unfinished string // how far training is, "" where it is done
	Paths      []estimate.Path
	Off        float64 // root mean square distance of Y from the exact solution, or of Y_N from g(X_N)
	Spread     float64 // standard deviation of g(X_N)
}

func (e *Equation) steps() int { return len(e.Paths[0].T) - 1 }

func (e *Equation) exact() bool { return e.Paths[0].U != nil }

// Text says what there is in a few lines.
func (e *Equation) Text() string {
	what := "Y less g(X) at the end, root mean square"
	if e.exact() {
		what = "Y less the exact solution, root mean square over all times"
	}
	var b words.Block
	b.Line("paths", strconv.Itoa(len(e.Paths)), fmt.Sprintf("of X, Y and Z on %d steps%s", e.steps(), e.Unfinished))
	b.Line("distance", words.Short(e.Off), what)
	b.Line("spread", words.Short(e.Spread), "standard deviation of g(X) at the end")
	return e.Identity + "\n\n" + b.String()
}

// JSON is the same as an object.
func (e *Equation) JSON() any {
	return struct {
		Problem    string             `json:"problem"`
		Dim        int                `json:"dim"`
		Parameters map[string]float64 `json:"parameters"`
		Paths      int                `json:"paths"`
		Steps      int                `json:"steps"`
		Exact      bool               `json:"exact"`
		Distance   *float64           `json:"distance,omitempty"`
		Spread     *float64           `json:"spread,omitempty"`
	}{e.Problem, e.Dim, e.Parameters, len(e.Paths), e.steps(), e.exact(), words.Number(e.Off), words.Number(e.Spread)}
}

// WriteArrays writes the paths for NumPy: t, X, Y, Z, g = g(X_N), and U where the exact solution is known.
func (e *Equation) WriteArrays(w io.Writer) error {
	var x, y, z, u [][]float64
	var g []float64
	for _, p := range e.Paths {
		x, y, z, g = append(x, p.X...), append(y, p.Y), append(z, p.Z...), append(g, p.G)
		if p.U != nil {
			u = append(u, p.U)
		}
	}
	count, steps := len(e.Paths), e.steps()
	arrays := []npz.Array{
		npz.Stacked("t", []int{steps + 1}, e.Paths[0].T),
		npz.Stacked("X", []int{count, steps + 1, len(e.Paths[0].X[0])}, x...),
		npz.Stacked("Y", []int{count, steps + 1}, y...),
		npz.Stacked("Z", []int{count, steps, len(e.Paths[0].Z[0])}, z...),
		npz.Stacked("g", []int{count}, g),
	}
	if e.exact() {
		arrays = append(arrays, npz.Stacked("U", []int{count, steps + 1}, u...))
	}
	return npz.Write(w, arrays)
}

// WritePaths writes the paths as CSV. Z is not known at the last time.
func (e *Equation) WritePaths(f io.Writer) error {
	w := csv.NewWriter(f)
	header := []string{"path", "step", "time", "y"}
	if e.exact() {
		header = append(header, "u")
	}
	d := len(e.Paths[0].X[0])
	for _, name := range []string{"x", "z"} {
		for k := range d {
			header = append(header, name+strconv.Itoa(k))
		}
	}
	w.Write(header)
	for i, p := range e.Paths {
		for n, t := range p.T {
			row := []string{strconv.Itoa(i), strconv.Itoa(n), words.Full(t), words.Full(p.Y[n])}
			if e.exact() {
				row = append(row, words.Full(p.U[n]))
			}
			for _, v := range p.X[n] {
				row = append(row, words.Full(v))
			}
			for k := range d {
				cell := ""
				if n < len(p.Z) {
					cell = words.Full(p.Z[n][k])
				}
				row = append(row, cell)
			}
			w.Write(row)
		}
	}
	w.Flush()
	return w.Error()
}
