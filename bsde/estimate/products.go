package estimate

import (
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"gonum.org/v1/gonum/floats"
)

// products adds up the products of the mismatches of all pairs of branches from the same
// states, times second differences of f. They are as wide as the errors are, so that they see
// a kink as the errors do.
type products struct {
	eq           *equation.Equation
	c            *curvature
	span, h, std float64
	logs         []float64 // ln Γ of the states
	wideY, wideZ []float64 // of the differences, for each state; wideZ per unit of ΔW
	none, zero   []float64 // of the size of z and y

	n                      float64   // branches so far
	sum, sumY, sumZ        []float64 // of δ, δ², and over the branches of δ f_yz·ΔW
	own, ownSquare, noises []float64 // of δ² f_yz·ΔW and δ² ΔWᵀ f_zz ΔW; of δ ΔW, rows×d

	directions        [shapes][]float64 // of the shapes, rows×d
	straight, squared [shapes][]float64 // of δ a·ΔW and its square in each direction a
}

func newProducts(eq *equation.Equation, std, span, h float64, logs []float64) *products {
	rows := len(logs)
	make1 := func() []float64 { return make([]float64, rows) }
	p := &products{
		eq: eq, std: std, span: span, h: h, logs: logs, wideY: make1(), wideZ: make1(), zero: make1(), none: make([]float64, rows*eq.Dim),
		sum: make1(), sumY: make1(), sumZ: make1(), own: make1(), ownSquare: make1(), noises: make([]float64, rows*eq.Dim),
	}
	for r := range logs {
		p.wideY[r] = std * math.Exp(-logs[r])
		p.wideZ[r] = p.wideY[r] / math.Sqrt(span*h*float64(eq.Dim))
	}
	return p
}

// add takes one more branch from each state: its mismatch as seen from there, and ΔW of its
// first step.
func (p *products) add(delta, dw []float64) error {
	p.n++
	for r, v := range delta {
		p.sum[r] += v
		p.sumY[r] += v * v
	}
	if !p.eq.UsesZ {
		return nil
	}
	step := slices.Clone(dw)
	scaleRows(step, p.wideZ)
	if p.eq.UsesY {
		yz, err := p.c.mixed(p.wideY, p.none, p.zero, step)
		if err != nil {
			return err
		}
		for r, v := range yz {
			v *= delta[r] / p.wideZ[r]
			p.sumZ[r] += v
			p.own[r] += delta[r] * v
		}
	}
	if !p.eq.Curved {
		return nil
	}
	zz, err := p.c.mixed(p.zero, step, p.zero, step)
	if err != nil {
		return err
	}
	p.project(delta, dw)
	d := p.eq.Dim
	for r, v := range zz {
		p.ownSquare[r] += delta[r] * delta[r] * v / (p.wideZ[r] * p.wideZ[r])
		for j, w := range dw[r*d : (r+1)*d] {
			p.noises[r*d+j] += delta[r] * w
		}
	}
	return nil
}

// finish is, for each state with η² and ε standing for products of pairs,
//
//	−T Γ (½ f_yy η² + f_yz·ε η)   and   −T Γ ½ εᵀ f_zz ε
func (p *products) finish() (product, square []float64, err error) {
	rows := len(p.logs)
	product, square = make([]float64, rows), make([]float64, rows)
	pairs := p.n * (p.n - 1)
	var yy, zz []float64
	if p.eq.UsesY {
		if yy, err = p.c.mixed(p.wideY, p.none, p.wideY, p.none); err != nil {
			return nil, nil, err
		}
	}
	size := make([]float64, rows)
	if p.eq.Curved {
		// Back to the length of one increment, which the width is meant for.
		d, step := p.eq.Dim, slices.Clone(p.noises)
		by := make([]float64, rows)
		for r := range by {
			norm := 0.0
			for _, v := range step[r*d : (r+1)*d] {
				norm = math.Hypot(norm, v)
			}
			if size[r] = norm / math.Sqrt(p.h*float64(d)); size[r] > 0 {
				by[r] = p.wideZ[r] / size[r]
			}
		}
		scaleRows(step, by)
		if zz, err = p.c.mixed(p.zero, step, p.zero, step); err != nil {
			return nil, nil, err
		}
	}
	for r := range product {
		weight := -p.span * math.Exp(p.logs[r]) / pairs
		if yy != nil {
			product[r] = weight * 0.5 * yy[r] * (p.sum[r]*p.sum[r] - p.sumY[r])
		}
		product[r] += weight * (p.sum[r]*p.sumZ[r] - p.own[r]) / p.h
		if zz != nil {
			whole := zz[r] * size[r] * size[r] / (p.wideZ[r] * p.wideZ[r])
			square[r] = weight * 0.5 * (whole - p.ownSquare[r]) / (p.h * p.h)
		}
	}
	return product, square, nil
}

// project adds a branch to the products in the directions of the shapes.
func (p *products) project(delta, dw []float64) {
	d := p.eq.Dim
	for shape := range shapes {
		if shape == isotropic {
			continue
		}
		if p.straight[shape] == nil {
			p.straight[shape], p.squared[shape] = make([]float64, len(delta)), make([]float64, len(delta))
		}
		for r, v := range delta {
			v *= floats.Dot(p.directions[shape][r*d:(r+1)*d], dw[r*d:(r+1)*d])
			p.straight[shape][r] += v
			p.squared[shape][r] += v * v
		}
	}
}

// sizes is T ‖Γε‖² in the directions of the shapes, of each state.
func (p *products) sizes() (list [shapes][]float64) {
	for shape := range shapes {
		for r, v := range p.straight[shape] {
			gamma := math.Exp(p.logs[r])
			list[shape] = append(list[shape], p.span*gamma*gamma*(v*v-p.squared[shape][r])/(p.n*(p.n-1)*p.h*p.h))
		}
	}
	return list
}

// squares is (Γη)² of each state.
func (p *products) squares() []float64 {
	out := make([]float64, len(p.logs))
	for r, l := range p.logs {
		out[r] = math.Exp(2*l) * (p.sum[r]*p.sum[r] - p.sumY[r]) / (p.n * (p.n - 1))
	}
	return out
}

// passed is what squares is where u is fitted at all times, and η no sum of what ε has done so far: the variance of the mismatch
// from time 0 on less that from the states on.
func (p *products) passed() []float64 {
	out := make([]float64, len(p.logs))
	for r, l := range p.logs {
		from := (p.sumY[r] - p.sum[r]*p.sum[r]/p.n) / (p.n - 1)
		out[r] = p.std*p.std - math.Exp(2*l)*from
	}
	return out
}

// scaleRows multiplies each row by its number.
func scaleRows(v, by []float64) {
	d := len(v) / len(by)
	for i := range v {
		v[i] *= by[i/d]
	}
}
