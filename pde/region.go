package pde

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/floats"
)

// Region is a set around x0 in which paths start.
type Region struct {
	Kind string  // "box" or "normal"
	Size float64 // half the side of the box, or the standard deviation of each component
}

// ParseRegion reads "box:W", within W of x0 in each component, or "normal:S", normal with
// the standard deviation S.
func ParseRegion(text string) (Region, error) {
	kind, number, _ := strings.Cut(text, ":")
	size, err := strconv.ParseFloat(number, 64)
	if err != nil || kind != "box" && kind != "normal" || !(size > 0) || math.IsInf(size, 1) {
		return Region{}, fmt.Errorf("region %q, want box:W for starts within W of x0 in each component, or normal:S for a standard deviation S", text)
	}
	return Region{kind, size}, nil
}

// String is what ParseRegion reads.
func (r Region) String() string { return r.Kind + ":" + strconv.FormatFloat(r.Size, 'g', -1, 64) }

// Around is the problem with random starts in the region around its Start.
func (r Region) Around(p Problem) Problem {
	if r.Kind == "normal" {
		p.RandomStart = NormalStart(p.Start, []float64{r.Size})
		return p
	}
	lo, hi := slices.Clone(p.Start), slices.Clone(p.Start)
	floats.AddConst(-r.Size, lo)
	floats.AddConst(r.Size, hi)
	p.RandomStart = UniformStart(lo, hi)
	return p
}
