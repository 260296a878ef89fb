package control

import (
	"context"
	"fmt"
	"math"
	"runtime"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/autodiff/parallel"
	"github.com/deepbsde/deepbsde/autodiff/parallel/ranks"
	"github.com/deepbsde/deepbsde/autodiff/random"
	"gonum.org/v1/gonum/stat"
)

// Simulation are the settings of Simulate. Zero fields mean the defaults.
type Simulation struct {
	Paths   int    // simulated paths, half of them with the negative noise of the other half; default 32768
	Seed    uint64 // of all random numbers
	Purpose uint64 // keeps the numbers of different uses of one seed apart
	Workers int    // goroutines, default GOMAXPROCS; results do not depend on it
	Record  int    // so many of the first pairs' first paths are kept in full

	// Finer is the number of shorter steps whose noise makes up that of a step, 0 for 1: with
	// it a grid and one of so many times the steps see the same noise.
	Finer int

	// Variate, if not nil, is followed along the paths; see Outcome.Followed.
	Variate *Variate

	// First is the step at which the paths begin and Start the state there, d components;
	// nil: they begin at step 0 as the problem says.
	First int
	Start []float64

	Progress func(done int)
}

// Outcome is the cost of a policy on simulated paths. Policies simulated with the same
// seed and purpose see the same noise: the difference of their costs has a much smaller
// error than either.
type Outcome struct {
	Cost   float64 // mean of the cost (the reward) over the paths, penalties left out
	StdErr float64 // its standard error, from independent pairs
	Paths  int     // simulated; fewer than asked for where the context was cancelled
	Costs  []float64
	Pairs  []float64 // the mean of each pair, in the same order for the same noise
	// Followed is the mean of the Variate over each pair; nil without one.
	Followed []float64
	// Violation is the largest max(v, 0) of each constraint over all paths, steps and
	// components, ViolationMean the mean over paths of their largest, and Violating the
	// share of paths where it is not 0. The last state counts where v is free of the action.
	Violation, ViolationMean, Violating []float64
	// Penalised is the mean of the cost with the penalties (of the reward less them), which
	// training minimises (maximises); Cost where there are no constraints.
	Penalised float64
	// Records are the recorded paths.
	Records []Record
}

// Record is one path.
type Record struct {
	States  [][]float64 // X_0 … X_N
	Actions [][]float64 // a_0 … a_{N−1}
	Costs   []float64   // cumulative: before step 0 … N, then with the terminal cost
}

// CI95 is the 95 % interval of the cost.
func (o *Outcome) CI95() [2]float64 {
	return [2]float64{o.Cost - 1.96*o.StdErr, o.Cost + 1.96*o.StdErr}
}

const (
	pairRows = 16      // pairs that are simulated at a time
	startKey = 1 << 31 // step number of the random start
)

// Simulate runs a policy on fresh paths. A cost that is not finite makes Cost NaN or
// infinite, without an error. A cancelled context ends it after the chunks that have
// begun; with fewer than two pairs done the error is the context's.
func Simulate(ctx context.Context, d *Discrete, policy Policy, s Simulation) (*Outcome, error) {
	if s.Paths == 0 {
		s.Paths = 32768
	}
	if s.Workers == 0 {
		s.Workers = runtime.GOMAXPROCS(0)
	}
	if s.Paths < 4 || s.Paths > math.MaxInt32 || s.Workers < 1 {
		return nil, fmt.Errorf("simulation of %d paths on %d workers, want at least 4 paths and 1 worker", s.Paths, s.Workers)
	}
	if s.First < 0 || s.First >= d.Steps || s.First > 0 && s.Start == nil || s.Start != nil && len(s.Start) != d.StateDim {
		return nil, fmt.Errorf("simulation from step %d with %d components of the state, want a step below %d and %d components", s.First, len(s.Start), d.Steps, d.StateDim)
	}
	r, err := newRollout(d, policy, s)
	if err != nil {
		return nil, err
	}
	pairs := (s.Paths + 1) / 2
	chunks := (pairs + pairRows - 1) / pairRows
	parts := make([]*part, chunks)
	const round = 64 // chunks, between looks at the context and reports
	for lo := 0; lo < chunks; lo += round {
		if ctx.Err() != nil {
			if lo*pairRows < 2 {
				return nil, ctx.Err()
			}
			pairs, chunks = lo*pairRows, lo
			break
		}
		err := parallel.Share(context.WithoutCancel(ctx), s.Workers, min(round, chunks-lo), func(k int) error {
			first := (lo + k) * pairRows
			var err error
			parts[lo+k], err = r.run(first, min(pairRows, pairs-first))
			return err
		}, ranks.Each(parts[lo:], 1))
		if err != nil {
			return nil, err
		}
		if s.Progress != nil {
			s.Progress(min(2*(lo+round)*pairRows, s.Paths))
		}
	}
	return r.outcome(parts[:chunks], pairs), nil
}

// rollout simulates a discrete problem.
type rollout struct {
	*Discrete
	policy       Policy
	s            Simulation
	start, final *expr.Func
	stages       []stage // of each step
	watch        *watch  // the constraints, nil for none
	stream       random.Stream
}

// stage is the functions of a step.
type stage struct{ next, cost *expr.Func }

func newRollout(d *Discrete, policy Policy, s Simulation) (*rollout, error) {
	r := &rollout{Discrete: d, policy: policy, s: s, stream: random.Stream{Key: random.Key(s.Seed, s.Purpose)}}
	t, x, a, w := expr.Input("t", 1), expr.Input("x", d.StateDim), expr.Input("a", d.ActionDim), expr.Input("w", d.Noises())
	var err error
	compile := func(to **expr.Func, out expr.Value, in ...expr.Value) {
		if err == nil {
			*to, err = expr.Compile(out, in...)
		}
	}
	r.stages, err = EachStep(d, func(n int) (f stage, _ error) {
		compile(&f.next, d.Next(n, t, x, a, w), t, x, a, w)
		compile(&f.cost, d.Cost(n, t, x, a), t, x, a)
		return f, err
	})
	compile(&r.final, d.Final(x), x)
	if d.RandomStart != nil && s.Start == nil {
		compile(&r.start, d.RandomStart(x), x)
	}
	if err == nil && len(d.Constraints) > 0 {
		r.watch, err = newWatch(d)
	}
	return r, err
}

// part is what a chunk of pairs gives.
type part struct {
	costs   []float64 // of n paths and then of their n partners
	variate []float64 // of the same paths, nil without one
	watched *watched  // nil without constraints
	records []Record
}

// run simulates the pairs first … first+n−1.
func (r *rollout) run(first, n int) (*part, error) {
	d, m, k, rows := r.StateDim, r.ActionDim, r.Noises(), 2*n
	x, next, a, w := make([]float64, rows*d), make([]float64, rows*d), make([]float64, rows*m), make([]float64, rows*k)
	cost := make([]float64, rows)
	p := &part{costs: make([]float64, rows), watched: r.watch.begin(rows), records: make([]Record, min(n, max(r.s.Record-first, 0)))}
	if err := r.begin(first, n, x); err != nil {
		return nil, err
	}
	var still, wq []float64
	if r.s.Variate != nil {
		p.variate, still, wq = make([]float64, rows), make([]float64, rows*d), make([]float64, rows*d)
	}
	for step := r.s.First; step < r.Steps; step++ {
		t := []float64{r.Time(step)}
		if err := r.policy.Act(step, t[0], rows, x, a); err != nil {
			return nil, err
		}
		p.record(x, a, d, m)
		if err := r.watch.see(p.watched, step, t, x, a); err != nil {
			return nil, err
		}
		if err := r.stages[step].cost.Eval(rows, cost, t, x, a); err != nil {
			return nil, err
		}
		for j, c := range cost {
			p.costs[j] += c
		}
		r.noise(first, n, k, step, w)
		if err := r.stages[step].next.Eval(rows, next, t, x, a, w); err != nil {
			return nil, err
		}
		if r.s.Variate != nil {
			if err := r.s.Variate.add(p.variate, step, t, x, a, w, next, still, wq); err != nil {
				return nil, err
			}
		}
		x, next = next, x
	}
	p.record(x, nil, d, m)
	if err := r.watch.seeLast(p.watched, x); err != nil {
		return nil, err
	}
	if err := r.final.Eval(rows, cost, x); err != nil {
		return nil, err
	}
	for j, c := range cost {
		p.costs[j] += c
	}
	for i := range p.records {
		p.records[i].Costs = append(p.records[i].Costs, p.costs[i])
	}
	return p, nil
}

// begin fills x with the starts.
func (r *rollout) begin(first, n int, x []float64) error {
	d := r.StateDim
	if r.start == nil {
		start := r.Start
		if r.s.Start != nil {
			start = r.s.Start
		}
		for i := range 2 * n {
			copy(x[i*d:], start)
		}
		return nil
	}
	xi := make([]float64, 2*n*d)
	r.pairs(first, n, d, startKey, xi)
	return r.start.Eval(2*n, x, xi)
}

// noise fills w with that of a step.
func (r *rollout) noise(first, n, width, step int, w []float64) {
	finer := max(r.s.Finer, 1)
	r.pairs(first, n, width, uint32(step*finer), w)
	if finer == 1 {
		return
	}
	part, scale := make([]float64, len(w)), 1/math.Sqrt(float64(finer))
	for k := 1; k < finer; k++ {
		r.pairs(first, n, width, uint32(step*finer+k), part)
		for i, v := range part {
			w[i] += v
		}
	}
	for i := range w {
		w[i] *= scale
	}
}

// pairs fills w with the numbers of n paths, width each, and with their negatives.
func (r *rollout) pairs(first, n, width int, step uint32, w []float64) {
	s := r.stream
	s.Step = step
	for i := range n {
		s.Path = uint32(first + i)
		s.Normals(w[i*width:(i+1)*width], 1)
	}
	for i, v := range w[:n*width] {
		w[n*width+i] = -v
	}
}

// record keeps the state and the action of the recorded paths.
func (p *part) record(x, a []float64, d, m int) {
	for i := range p.records {
		r := &p.records[i]
		r.States = append(r.States, append([]float64(nil), x[i*d:(i+1)*d]...))
		r.Costs = append(r.Costs, p.costs[i])
		if a != nil {
			r.Actions = append(r.Actions, append([]float64(nil), a[i*m:(i+1)*m]...))
		}
	}
}

// outcome puts the chunks together.
func (r *rollout) outcome(parts []*part, pairs int) *Outcome {
	o := &Outcome{Paths: 2 * pairs}
	means := make([]float64, 0, pairs)
	for _, p := range parts {
		n := len(p.costs) / 2
		for i := range n {
			means = append(means, (p.costs[i]+p.costs[n+i])/2)
			if p.variate != nil {
				o.Followed = append(o.Followed, (p.variate[i]+p.variate[n+i])/2)
			}
		}
		o.Costs = append(o.Costs, p.costs...)
		o.Records = append(o.Records, p.records...)
	}
	mean, std := stat.MeanStdDev(means, nil)
	o.Cost, o.StdErr, o.Pairs = mean, std/math.Sqrt(float64(pairs)), means
	o.Penalised = o.Cost
	if r.watch != nil {
		r.watch.outcome(o, parts, r.Maximize)
	}
	return o
}
