// Package simulated shows the policies of a control problem on the same noise: as a table,
// as JSON, as CSV of their paths and as a picture. It does not simulate.
package simulated

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"github.com/deepbsde/deepbsde/control"
)

// Simulation is the policies of a run on the same noise.
type Simulation struct {
	Title      string
	Problem    string
	Identity   string // the problem with its dimension and changed parameters
	Dim        int
	Parameters map[string]float64
	Unknown    string // what a solution of the problem gives, in words
	Grid       *control.Discrete
	Stages     bool     // the time counts stages
	Component  int      // of state and action, shown
	Unfinished string   // said of a policy whose training was stopped
	Policies   []Policy // the trained one first, then the optimal one where it is known
}

// Policy is one of them.
type Policy struct {
	Name string
	*control.Outcome
}

// difference is the mean of the first policy's cost less the second's on the same
// noise, with its standard error from antithetic pairs.
func (s *Simulation) difference() (mean, stderr float64) {
	a, b := s.Policies[0].Costs, s.Policies[1].Costs
	gaps := make([]float64, len(a))
	for i := range gaps {
		gaps[i] = a[i] - b[i]
	}
	mean, std := stat.MeanStdDev(gaps, nil)
	return mean, std / math.Sqrt(float64(len(gaps))/2) // as if pairs told no more than one path
}

var levels = []float64{0.05, 0.5, 0.95}

// quantiles are the 5, 50 and 95 % points.
func quantiles(v []float64) (q [3]float64) {
	v = slices.Clone(v)
	slices.Sort(v)
	for i, p := range levels {
		q[i] = stat.Quantile(p, stat.Empirical, v, nil)
	}
	return q
}

// at are the values of something on all recorded paths.
func (p Policy) at(get func(r *control.Record) float64) []float64 {
	v := make([]float64, len(p.Records))
	for i := range p.Records {
		v[i] = get(&p.Records[i])
	}
	return v
}
