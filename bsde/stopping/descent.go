package stopping

import (
	"math"
	"math/rand/v2"

	"github.com/deepbsde/deepbsde/autodiff"
	"gonum.org/v1/gonum/stat"
)

const (
	// decisionRate is the learning rate of Adam at its highest.
	decisionRate = 5e-3
	// fewestInMoney is the number of paths in the money that a network needs.
	fewestInMoney = 256
	// trained is the share of the paths that networks are trained on; the others choose between network and fitted values.
	trained = 0.75
)

// train finds the parameters of the date at point n. Those of the fitted values stay where the network earns no more on
// paths that it has not been trained on.
func (d *deciding) train(n int, all *date) error {
	var paths []int // in the money
	scale := 0.0
	own := int(trained * float64(d.t.paths))
	for r := range own {
		if !(d.t.model.Patient && all.pay[r] <= 0) {
			paths = append(paths, r)
			scale += math.Abs(all.pay[r] - all.hold[r])
		}
	}
	if len(paths) < fewestInMoney || !(scale > 0) {
		return nil
	}
	scale /= float64(len(paths))
	d.descend(n, all, paths, scale)
	before, err := d.gains(n, all, nil, 0)
	if err != nil {
		return err
	}
	after, err := d.gains(n, all, d.last, scale)
	if err != nil {
		return err
	}
	var more []float64 // that the network earns
	for r := own; r < d.t.paths; r++ {
		v := all.pay[r] - d.earned[r]
		switch stops := after[r] >= 0; {
		case stops == (before[r] >= 0):
			v = 0
		case !stops:
			v = -v
		}
		more = append(more, v)
	}
	if mean, std := stat.MeanStdDev(more, nil); mean > std/math.Sqrt(float64(len(more))) {
		d.scales[n] = scale
		copy(d.of(n), d.last)
	}
	return nil
}

// descend makes the gradient steps of a date, from the parameters of the date after it.
func (d *deciding) descend(n int, all *date, paths []int, scale float64) {
	p := d.trainer
	p.adam = autodiff.NewAdam[float32](d.layout)
	copy(p.program.Params, d.last)
	order := rand.New(rand.NewPCG(d.t.seed, uint64(n)))
	steps := max(1, d.passes*len(paths)/trainRows)
	rate := autodiff.CosineRate(decisionRate)
	next := len(paths)
	for k := range steps {
		for row := range trainRows {
			if next == len(paths) {
				order.Shuffle(len(paths), func(i, j int) { paths[i], paths[j] = paths[j], paths[i] })
				next = 0
			}
			r := paths[next]
			next++
			copy(p.x[row*d.inputs:], all.inputs[r*d.inputs:(r+1)*d.inputs])
			p.lead[row] = float32((all.pay[r] - all.hold[r]) / scale)
			p.loss[row] = float32((d.earned[r] - all.pay[r]) / scale / trainRows)
		}
		p.program.Run(d.pool)
		if !p.adam.Step(d.pool, p.program.Params, p.program.Grads, rate(k, steps), 0) {
			return // what is kept is chosen on other paths
		}
	}
	copy(d.last, p.program.Params)
}
