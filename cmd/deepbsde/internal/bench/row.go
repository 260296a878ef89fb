package bench

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/stat"

	"github.com/deepbsde/deepbsde/bsde/network"
	"github.com/deepbsde/deepbsde/bsde/verdict"
	"github.com/deepbsde/deepbsde/bsde/words"
)

// row is a line of a table: all seeds at one moment of training, or the final
// estimates.
type row struct {
	label       string // steps, or estimate
	runs        int    // that got there
	value, std  float64
	err, errStd float64 // relative error
	seconds     float64
	processor   float64    // seconds of all cores for the whole run, NaN where not known
	stated      *stated    // by the runs of an equation at their end, nil elsewhere
	published   *Published // at the same moment, nil for none
}

// stated is what the runs say of their own answers, and how many of them were right.
type stated struct {
	runs     int
	known    bool    // whether they can be trusted: runs of earlier versions do not say
	error    float64 // half-width of the 95 % interval, the mean of those that state one
	trusted  int     // runs that say that they can be trusted
	covered  int     // runs whose interval meets that of the reference
	verdicts map[verdict.Verdict]int
}

// stated is without verdicts of policies, whose value lies above the optimum that they are compared with.
func (c *Cell) stated() *stated {
	s := &stated{runs: len(c.Runs), verdicts: map[verdict.Verdict]int{}}
	var errors []float64
	for _, r := range c.Runs {
		s.known = s.known || r.Trust != ""
		claim := r.claim()
		if claim == nil { // diverged, and counted as not trusted
			continue
		}
		if words.Known(claim.Error) {
			errors = append(errors, claim.Error)
		}
		if !claim.Doubt {
			s.trusted++
		}
		if ref := c.Reference; ref != nil && !c.Policy {
			known := verdict.Claim{Value: ref.Value, Error: words.Normal95 * ref.StdErr}
			s.verdicts[verdict.Compare(*claim, known).Verdict]++
			if verdict.Covers(*claim, known) {
				s.covered++
			}
		}
	}
	s.error, _ = meanStd(errors)
	return s
}

// steps is how many steps training has: those of the settings, or of a fit as many passes as its
// longest run has needed.
func (c *Cell) steps() int {
	if c.Network != (network.Features{}).Name() {
		return c.Runs[0].Settings.Iterations
	}
	most := 0
	for _, r := range c.Runs {
		for _, p := range r.Checkpoints {
			most = max(most, p.Iteration)
		}
	}
	return most
}

// methods are those that gave the answers, with the number of runs of each where there are several.
func (c *Cell) methods() string {
	by := map[string]int{}
	for _, r := range c.Runs {
		by[cmp.Or(r.Method, c.Method)]++
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(by)) {
		if by[name] == len(c.Runs) {
			return name
		}
		parts = append(parts, fmt.Sprintf("%d %s", by[name], name))
	}
	return strings.Join(parts, ", ")
}

// rows are the papers' checkpoints, quarters of the training, and the estimate.
func (c *Cell) rows() (rows []row) {
	n := c.steps()
	for quarter := range 5 {
		at := n * quarter / 4
		var values, seconds []float64
		for _, r := range c.Runs {
			if p := r.at(at); p != nil {
				values, seconds = append(values, p.Value), append(seconds, p.Seconds)
			}
		}
		rows = append(rows, c.row(strconv.Itoa(at), values, seconds))
	}
	var values, seconds []float64
	for _, r := range c.Runs {
		if r.Value != nil {
			values, seconds = append(values, *r.Value), append(seconds, r.Seconds)
		}
	}
	last := c.row("estimate", values, seconds)
	last.stated, last.processor = c.stated(), c.processor()
	rows = append(rows, last)
	if p := c.Published; p != nil && c.Preset == "paper" {
		for i := range rows {
			if rows[i].label == strconv.Itoa(p.Iterations) {
				rows[i].published = p
			}
		}
	}
	return rows
}

func (c *Cell) row(label string, values, seconds []float64) row {
	r := row{label: label, runs: len(values), err: math.NaN(), errStd: math.NaN(), processor: math.NaN()}
	r.value, r.std = meanStd(values)
	r.seconds, _ = meanStd(seconds)
	if ref := c.Reference; ref != nil {
		errs := make([]float64, len(values))
		for i, v := range values {
			errs[i] = words.RelativeError(v, ref.Value)
		}
		r.err, r.errStd = meanStd(errs)
	}
	return r
}

// processor is the mean time of the runs that ended in a value, where all of them know theirs.
func (c *Cell) processor() float64 {
	var times []float64
	for _, r := range c.Runs {
		if r.Value == nil {
			continue
		}
		if r.Processor == nil {
			return math.NaN()
		}
		times = append(times, *r.Processor)
	}
	mean, _ := meanStd(times)
	return mean
}

// meanStd is NaN where there are too few values.
func meanStd(v []float64) (mean, std float64) {
	switch len(v) {
	case 0:
		return math.NaN(), math.NaN()
	case 1:
		return v[0], math.NaN()
	}
	return stat.MeanStdDev(v, nil)
}
