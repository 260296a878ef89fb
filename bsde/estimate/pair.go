package estimate

import (
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/random"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
)

// pairs is a chunk of states at one time with two paths from each, see networkBias.
type pairs[T autodiff.Float] struct {
	e     *engine[T]
	from  *walk.Origin
	w     *walk.Walker[T]
	std   float64 // of the mismatch seen from time 0
	chunk int

	product []float64 // −T Γ (½ f_yy δ₁δ₂ + f_yz·ΔW δ₁δ₂/h) of each state
	square  []float64 // −T Γ ½ ΔW₁ᵀ f_zz ΔW₂ δ₁δ₂/h² of each state
	spread  [shapes]float64

	// The first step from the states: where it begins, and its noise.
	t        float64
	x, z, dw []float64
}

// The ways in which the error of Z may be spread over the components.
const (
	isotropic = iota // evenly
	common           // the same in all
	along            // in the direction of Z
	shapes
)

// Observe keeps the first step.
func (p *pairs[T]) Observe(n int, t float64, x, dw, z []float64) error {
	if n > 0 {
		return nil
	}
	p.t = t
	p.x, p.z, p.dw = slices.Clone(x), slices.Clone(z), slices.Clone(dw)
	if p.e.Eq.UsesZ {
		span := p.from.Lengths[0] // of the tail, see walk
		for i, v := range p.w.V[:len(dw)] {
			p.dw[i] -= float64(v) * span
		}
	}
	return nil
}

// step is the one at a time that the chunks divide evenly.
func (p *pairs[T]) step() int {
	last := p.from.Steps() - 1
	end := p.from.Times[last] + p.from.Lengths[last] - p.from.T
	t := p.from.T + (float64(p.chunk)+0.5)/pairChunks*end
	k := 0
	for k < last && p.from.Times[k+1] <= t {
		k++
	}
	return k
}

func (p *pairs[T]) walk(y0 float64) error {
	const rows = walk.ChunkRows
	w, eq, k := p.w, p.e.Eq, p.step()
	all := p.from
	y, logs := make([]float64, rows), make([]float64, rows)
	walk.Spread(y, []float64{y0})
	follow := func(batch int, from *walk.Origin, y, logs []float64, o walk.Observer) error {
		if !eq.UsesY {
			logs = nil // Γ = 1
		}
		if err := w.Begin(walk.ForPairs, batch, p.chunk*rows, rows, from); err != nil {
			return err
		}
		return w.Follow(1, y, logs, o)
	}
	if err := follow(0, all.Head(k), y, logs, nil); err != nil {
		return err
	}
	states := slices.Clone(w.X)
	p.from = all.Tail(k)
	var delta [2][]float64
	var noise [2][]float64
	for i := range delta {
		copy(w.X, states)
		end, gamma := slices.Clone(y), make([]float64, rows)
		if err := follow(i+1, p.from, end, gamma, p); err != nil {
			return err
		}
		for r := range end {
			end[r] = math.Exp(gamma[r]) * (end[r] - w.G[r])
		}
		delta[i], noise[i] = end, p.dw
	}
	h := p.from.Lengths[0]
	last := all.Steps() - 1
	span := all.Times[last] + all.Lengths[last] - all.T
	p.product, p.square = make([]float64, rows), make([]float64, rows)
	add := func(out, second []float64, by float64) {
		for r := range out {
			out[r] -= span * math.Exp(logs[r]) * by * delta[0][r] * delta[1][r] * second[r]
		}
	}
	// Differences as wide as the errors are, so that they see a kink as the errors do.
	wideY, wideZ := make([]float64, rows), make([]float64, rows)
	for r := range wideY {
		wideY[r] = p.std * math.Exp(-logs[r])
		wideZ[r] = wideY[r] / math.Sqrt(span*h*float64(eq.Dim))
	}
	none := make([]float64, len(states))
	c := &curvature{f: eq.F, t: p.t, x: p.x, y: y, z: p.z}
	if eq.UsesY {
		yy, err := c.mixed(wideY, none, wideY, none)
		if err != nil {
			return err
		}
		add(p.product, yy, 0.5)
	}
	if !eq.UsesZ {
		return nil
	}
	zero := make([]float64, rows)
	var step [2][]float64
	for i := range step {
		step[i] = slices.Clone(noise[i])
		scaleRows(step[i], wideZ)
	}
	if eq.UsesY {
		for i := range step {
			yz, err := c.mixed(wideY, none, zero, step[i])
			if err != nil {
				return err
			}
			for r := range yz {
				yz[r] /= wideZ[r]
			}
			add(p.product, yz, 0.5/h)
		}
	}
	if !eq.Curved {
		return nil
	}
	zz, err := c.mixed(zero, step[0], zero, step[1])
	if err != nil {
		return err
	}
	for r := range zz {
		zz[r] /= wideZ[r] * wideZ[r]
	}
	add(p.square, zz, 0.5/(h*h))
	return p.spreadOut(c, logs, span)
}

// spreadOut adds to spread what an error of Z of the variance of the mismatch over the span
// does, spread in each of the shapes.
func (p *pairs[T]) spreadOut(c *curvature, logs []float64, span float64) error {
	d := p.e.Eq.Dim
	s := random.Stream{Key: random.Key(p.e.Seed, uint64(walk.ForCurvature)), Path: uint32(p.chunk)}
	for shape := range shapes {
		err := make([]float64, len(c.z))
		s.Batch = uint32(shape)
		s.Normals(err, 1)
		for r := range logs {
			row, z := err[r*d:(r+1)*d], c.z[r*d:(r+1)*d]
			size := p.std * math.Exp(-logs[r]) / math.Sqrt(span)
			switch g := row[0]; shape {
			case isotropic:
				size /= math.Sqrt(float64(d))
			case common:
				walk.Spread(row, []float64{g / math.Sqrt(float64(d))})
			case along:
				norm := 0.0
				for _, v := range z {
					norm = math.Hypot(norm, v)
				}
				for j, v := range z {
					row[j] = 0
					if norm > 0 {
						row[j] = g * v / norm
					}
				}
			}
			for j := range row {
				row[j] *= size
			}
		}
		second, e := c.second(err)
		if e != nil {
			return e
		}
		for r, v := range second {
			p.spread[shape] -= span * math.Exp(logs[r]) * v / float64(len(second))
		}
	}
	return nil
}

// scaleRows multiplies each row by its number.
func scaleRows(v, by []float64) {
	d := len(v) / len(by)
	for i := range v {
		v[i] *= by[i/d]
	}
}
