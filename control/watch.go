package control

import (
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
)

// watch sees how simulated paths keep the constraints.
type watch struct {
	violations []*expr.Func // of each constraint, the largest component in (t, x, a)
	last       []*expr.Func // the same of the last state in x, nil where a is in the formula
	penalties  []*expr.Func // of each step
	end        *expr.Func   // penalty of the last state
}

// watched is what it has seen of some paths.
type watched struct {
	largest [][]float64 // violation of each constraint on each path
	penalty []float64   // of each path
	now     []float64
}

func newWatch(d *Discrete) (*watch, error) {
	t, x, a := expr.Input("t", 1), expr.Input("x", d.StateDim), expr.Input("a", d.ActionDim)
	w := &watch{last: make([]*expr.Func, len(d.Constraints))}
	for _, c := range d.Constraints {
		f, err := expr.Compile(c.Violation(t, x, a).Relu().MaxComponent(), t, x, a)
		if err != nil {
			return nil, err
		}
		w.violations = append(w.violations, f)
	}
	final, err := d.FinalConstraints()
	if err != nil {
		return nil, err
	}
	none := expr.Vector(make([]float64, d.ActionDim))
	for _, i := range final {
		v := d.Constraints[i].Violation(expr.Const(d.Time(d.Steps)), x, none)
		if w.last[i], err = expr.Compile(v.Relu().MaxComponent(), x); err != nil {
			return nil, err
		}
	}
	w.penalties, err = EachStep(d, func(n int) (*expr.Func, error) {
		return expr.Compile(d.Penalty(n, t, x, a), t, x, a)
	})
	if err != nil {
		return nil, err
	}
	end, err := d.FinalPenalty(x)
	if err == nil {
		w.end, err = expr.Compile(end, x)
	}
	return w, err
}

// begin is for so many paths, nil without constraints.
func (w *watch) begin(rows int) *watched {
	if w == nil {
		return nil
	}
	s := &watched{penalty: make([]float64, rows), now: make([]float64, rows)}
	for range w.violations {
		s.largest = append(s.largest, make([]float64, rows))
	}
	return s
}

// see looks at the states and actions of a step.
func (w *watch) see(s *watched, step int, t, x, a []float64) error {
	if w == nil {
		return nil
	}
	for i, f := range w.violations {
		if err := s.raise(i, f, t, x, a); err != nil {
			return err
		}
	}
	return s.add(w.penalties[step], t, x, a)
}

// seeLast looks at the last states.
func (w *watch) seeLast(s *watched, x []float64) error {
	if w == nil {
		return nil
	}
	for i, f := range w.last {
		if f == nil {
			continue
		}
		if err := s.raise(i, f, x); err != nil {
			return err
		}
	}
	return s.add(w.end, x)
}

func (s *watched) raise(i int, f *expr.Func, in ...[]float64) error {
	if err := f.Eval(len(s.now), s.now, in...); err != nil {
		return err
	}
	for j, v := range s.now {
		s.largest[i][j] = math.Max(s.largest[i][j], v)
	}
	return nil
}

func (s *watched) add(f *expr.Func, in ...[]float64) error {
	if err := f.Eval(len(s.now), s.now, in...); err != nil {
		return err
	}
	for j, v := range s.now {
		s.penalty[j] += v
	}
	return nil
}

// outcome puts what was seen of all paths together.
func (w *watch) outcome(o *Outcome, parts []*part, maximize bool) {
	n := len(w.violations)
	o.Violation, o.ViolationMean, o.Violating = make([]float64, n), make([]float64, n), make([]float64, n)
	paths, penalty := float64(o.Paths), 0.0
	for _, p := range parts {
		for i, list := range p.watched.largest {
			for _, v := range list {
				o.Violation[i] = math.Max(o.Violation[i], v)
				o.ViolationMean[i] += v / paths
				if v > 0 {
					o.Violating[i] += 1 / paths
				}
			}
		}
		for _, v := range p.watched.penalty {
			penalty += v / paths
		}
	}
	if maximize {
		penalty = -penalty
	}
	o.Penalised += penalty
}
