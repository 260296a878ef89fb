package stopping

import (
	"context"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/parallel"
	"github.com/deepbsde/deepbsde/autodiff/parallel/ranks"
	"gonum.org/v1/gonum/floats"
)

// deciding trains the networks of all dates, backward: that of a date so that
//
//	E[Φ F + earned (1 − F)]
//
// is large, with what the rule of the later dates earns on the paths of the fit, less the fitted martingale, which has
// mean 0 and most of the noise.
type deciding struct {
	*decision
	t      *training
	pool   *autodiff.Pool
	passes int

	params  []float32 // steps × size of the layout
	scales  []float64 // steps: s; 0 where there is no network, and the rule is that of the fitted values
	earned  []float64 // of each path, from point at on
	at      int
	trainer *trainer
	last    []float32 // the parameters that were trained last, where the next date begins
}

func newDeciding(t *training, pool *autodiff.Pool, m Method) (*deciding, error) {
	d := &deciding{decision: newDecision(t.basis.Inputs(), []int{m.Width, m.Width}), t: t, pool: pool, passes: m.Passes}
	var err error
	if d.trainer, err = d.decision.trainer(); err != nil {
		return nil, err
	}
	steps := t.model.Grid.Steps()
	d.params, d.scales, d.earned, d.at = make([]float32, steps*d.layout.Size()), make([]float64, steps), make([]float64, t.paths), steps
	copy(d.earned, t.values) // g(X_T)
	d.last = make([]float32, d.layout.Size())
	for i, v := range d.layout.Initial(t.seed) {
		d.last[i] = float32(v)
	}
	return d, nil
}

// to goes on to point n with a network for its date. After a checkpoint it first goes the way to the point before once more.
func (d *deciding) to(n int) error {
	for d.at > n+1 {
		if err := d.step(d.at-1, false); err != nil {
			return err
		}
	}
	return d.step(n, true)
}

// of is the parameters of the date at point n.
func (d *deciding) of(n int) []float32 {
	size := d.layout.Size()
	return d.params[n*size : (n+1)*size]
}

// date is what the paths meet at one date.
type date struct {
	pay, hold []float64
	inputs    []float32
}

// step goes on to point n, where the values have been fitted, from n+1; with train it trains the network of the date there.
func (d *deciding) step(n int, train bool) error {
	t := d.t
	decides := t.model.Dates[n] && n > 0
	var all date
	chunks := (t.paths + blockRows - 1) / blockRows
	outs := []ranks.Out{ranks.Each(d.earned, blockRows)}
	if t.model.Dates[n] {
		all = date{make([]float64, t.paths), make([]float64, t.paths), make([]float32, t.paths*d.inputs)}
		outs = append(outs, ranks.Each(all.pay, blockRows), ranks.Each(all.hold, blockRows), ranks.Each(all.inputs, blockRows*d.inputs))
	}
	free := make(chan *fitter, t.workers)
	for range t.workers {
		free <- t.newFitter()
	}
	err := parallel.Share(context.Background(), t.workers, chunks, func(c int) error {
		f := <-free
		defer func() { free <- f }()
		return d.back(f, n, c*blockRows, min(blockRows, t.paths-c*blockRows), &all)
	}, outs...)
	if err != nil {
		return err
	}
	if d.at = n; !t.model.Dates[n] {
		return nil
	}
	if train && decides {
		if err := d.train(n, &all); err != nil {
			return err
		}
	}
	gain, err := d.gains(n, &all, d.of(n), d.scales[n])
	for r, v := range gain {
		if v >= 0 {
			d.earned[r] = all.pay[r]
		}
	}
	return err
}

// back takes rows of paths from point n+1 to n, and keeps what they meet there at a date.
func (d *deciding) back(f *fitter, n, first, rows int, all *date) error {
	t := d.t
	dim, h, time := t.model.Eq.Dim, t.model.Grid.Length(n), t.model.Grid.Time(n)
	x, dw, z, c := f.x[:rows*dim], f.dw[:rows*dim], []float64(nil), f.pay[:rows]
	t.state(n, first, rows, x)
	t.increments(n, first, rows, h, dw)
	f.at.Move(n, rows, x)
	earned := d.earned[first : first+rows]
	if err := f.at.Increment(h, dw, c); err != nil {
		return err
	}
	floats.Sub(earned, c)
	if err := f.at.Continuation(c); err != nil {
		return err
	}
	if t.model.UsesZ() {
		z = f.z[:rows*dim]
		if err := f.at.Z(z); err != nil {
			return err
		}
	}
	if err := t.model.Continue(f.step, time, h, rows, x, c, z); err != nil {
		return err
	}
	f.step.Hold(rows, earned, z, earned)
	if !t.model.Dates[n] {
		return nil
	}
	copy(all.hold[first:], c)
	if err := t.model.Obstacle(time, rows, x, all.pay[first:first+rows]); err != nil {
		return err
	}
	f.point.Move(n, rows, x)
	return f.point.FillInputs(all.inputs[first*d.inputs:])
}

// gains is what the rule sees in exercise at the date of point n, of each path.
func (d *deciding) gains(n int, all *date, params []float32, scale float64) ([]float64, error) {
	t := d.t
	gain := make([]float64, t.paths)
	floats.SubTo(gain, all.pay, all.hold)
	if scale > 0 {
		free := make(chan *decider, t.workers)
		for range t.workers {
			w, err := d.decider(blockRows)
			if err != nil {
				return nil, err
			}
			free <- w
		}
		err := parallel.Share(context.Background(), t.workers, (t.paths+blockRows-1)/blockRows, func(c int) error {
			w := <-free
			defer func() { free <- w }()
			first := c * blockRows
			part := gain[first:min(first+blockRows, t.paths)]
			copy(w.x, all.inputs[first*d.inputs:(first+len(part))*d.inputs])
			w.decide(params, scale, part)
			return nil
		}, ranks.Each(gain, blockRows))
		if err != nil {
			return nil, err
		}
	}
	t.model.Wait(all.pay, gain)
	return gain, nil
}
