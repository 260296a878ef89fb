package points

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/stat"

	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
)

// Scan is a component of x, −1 for all, with the range that it runs through.
type Scan struct {
	Component int
	Low, High float64
}

// widest is a width whose multiples, those of any number of points, are still numbers.
const widest = 1e300

// ParseScan reads K:LO:HI, where K may be all.
func ParseScan(s string) (Scan, error) {
	wrong := fmt.Errorf("want K:LO:HI, such as 0:-1:1 or all:-1:1, with LO below HI and less than 1e300 between")
	parts := strings.Split(s, ":")
	if len(parts) != 3 {
		return Scan{}, wrong
	}
	r := Scan{Component: -1}
	var err error
	if parts[0] != "all" {
		if r.Component, err = strconv.Atoi(parts[0]); err != nil || r.Component < 0 {
			return Scan{}, wrong
		}
	}
	for i, to := range []*float64{&r.Low, &r.High} {
		if *to, err = flags.FiniteNumber(parts[i+1]); err != nil {
			return Scan{}, wrong
		}
	}
	if !(r.Low < r.High && r.High-r.Low < widest) {
		return Scan{}, wrong
	}
	return r, nil
}

// ParsePlane reads two scans with a comma between, of two components.
func ParsePlane(s string) (plane [2]Scan, err error) {
	first, second, ok := strings.Cut(s, ",")
	if ok {
		if plane[0], err = ParseScan(first); err == nil {
			plane[1], err = ParseScan(second)
		}
	}
	if !ok || err != nil || min(plane[0].Component, plane[1].Component) < 0 || plane[0].Component == plane[1].Component {
		return plane, fmt.Errorf("want J:LO:HI,K:LO:HI with two components, such as 0:-1:1,1:-1:1")
	}
	return plane, nil
}

// through are the points of a line through x0.
func (r Scan) through(flag string, x0 []float64, count int) (list [][]float64, err error) {
	if r.Component >= len(x0) {
		return nil, wrong("--%s: there is no component %d, want a number from 0 to %d", flag, r.Component, len(x0)-1)
	}
	for i := range count {
		x := slices.Clone(x0)
		v := r.At(i, count)
		for j := range x {
			if j == r.Component || r.Component < 0 {
				x[j] = v
			}
		}
		list = append(list, x)
	}
	return list, nil
}

// At is the i-th of so many values of the range; 0 is 0, whatever rounding leaves of it.
func (r Scan) At(i, count int) float64 {
	v := r.Low + (r.High-r.Low)*float64(i)/float64(count-1)
	if math.Abs(v) < 1e-12*math.Abs(r.High-r.Low) {
		return 0
	}
	return v
}

// Reach is as far as values go without a share of them at either end, and x0; 1 around it where they do not vary.
func Reach(values []float64, share, x0 float64) (low, high float64) {
	known := slices.DeleteFunc(slices.Sorted(slices.Values(values)), func(v float64) bool { return !words.Known(v) })
	low, high = x0, x0
	if len(known) > 0 {
		low = min(low, stat.Quantile(share, stat.Empirical, known, nil))
		high = max(high, stat.Quantile(1-share, stat.Empirical, known, nil))
	}
	if !(low < high && high-low < widest) {
		return x0 - 1, x0 + 1
	}
	return low, high
}

// Slope is the derivative along the line of something with the given gradient, NaN without
// one. Of standard errors it is a bound.
func (r Scan) Slope(gradient []float64) float64 {
	switch {
	case gradient == nil:
		return math.NaN()
	case r.Component >= 0:
		return gradient[r.Component]
	}
	sum := 0.0
	for _, v := range gradient {
		sum += v
	}
	return sum
}
