package basis

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// moments fills out, rows×Moments, with ψ_k·ξ and the squares of ξ of mean 0, for the
// increments dw of length h: for vectors along which all components move together
//
//	½((ψ·ξ)² − |Lᵀψ|² h)/√h
//
// and for those that pick components ½ Σ ψ_i (ξ_i² − (LLᵀ)_ii h)/√h.
func (p *Point) moments(h float64, dw, out []float64) error {
	if err := p.fillVectors(); err != nil {
		return err
	}
	d, m, count := p.dim, p.Moments(), p.Vectors()
	xi := p.xi[:p.rows*d]
	if err := p.noise.increments(p.places[p.n].time, p.rows, p.x, dw, xi); err != nil {
		return err
	}
	for k := range count {
		psi := p.vector(k)
		for r := range p.rows {
			out[r*m+k] = floats.Dot(psi[r*d:(r+1)*d], xi[r*d:(r+1)*d])
		}
	}
	if m == count {
		return nil
	}
	unit := 1 / math.Sqrt(h)
	for r := range p.rows {
		x := xi[r*d : (r+1)*d]
		square := p.score[:d]
		for j, v := range x {
			square[j] = v*v - p.noise.variances[j]*h
		}
		for k := range count {
			psi, first := p.vector(k)[r*d:(r+1)*d], out[r*m+k]
			if p.picks[k] {
				out[r*m+count+k] = 0.5 * unit * floats.Dot(psi, square)
				continue
			}
			p.noise.loading.Transposed(psi, p.turned)
			out[r*m+count+k] = 0.5 * unit * (first*first - h*floats.Dot(p.turned, p.turned))
		}
	}
	return nil
}

// fillVectors fills in the vectors that Move has not.
func (p *Point) fillVectors() error {
	if p.vectored {
		return nil
	}
	p.vectored = true
	d, at := p.dim, &p.places[p.n]
	first := p.vector(0)
	for i := range first {
		first[i] = 1
	}
	k := 1
	for _, used := range []bool{p.Top, p.Bottom} {
		if used {
			p.picking(k)
			k += 3
		}
	}
	if p.Arithmetic {
		floats.ScaleTo(p.vector(k), math.Exp(-at.common), p.x)
		k++
	}
	if p.Slope {
		v := p.vector(k)
		if err := p.obstacle.gradient(at.time, p.rows, p.x, v); err != nil {
			return err
		}
		floats.Scale(at.pay, v)
		k++
	}
	if p.Direction != nil {
		v := p.vector(k)
		for r := range p.rows {
			copy(v[r*d:(r+1)*d], p.Direction)
		}
	}
	return nil
}

// Columns fills out, rows×Basis.Columns, with the regressors of a step: those of values,
// then ρ times each moment of the increments dw of length h.
func (p *Point) Columns(h float64, dw, out []float64, s *Scratch) error {
	size, values, m, w := p.Basis.Columns(), p.Basis.Values(), p.Moments(), p.Hidden()
	if err := p.Values(out, size); err != nil {
		return err
	}
	p.hidden(s.hidden)
	if err := p.moments(h, dw, s.moments); err != nil {
		return err
	}
	for r := range p.rows {
		row := out[r*size+values:][:m*w]
		rho := s.hidden[r*w : (r+1)*w]
		for k, v := range s.moments[r*m : (r+1)*m] {
			floats.ScaleTo(row[k*w:(k+1)*w], v, rho)
		}
	}
	return nil
}

// Scratch is room for one goroutine's products.
type Scratch struct{ hidden, moments, values []float64 }

// NewScratch has room for so many rows.
func (b *Basis) NewScratch(rows int) *Scratch {
	return &Scratch{make([]float64, rows*b.Hidden()), make([]float64, rows*b.Moments()), make([]float64, rows*b.Values())}
}

// Continuation fills c with the fitted conditional expectation, coefficients in the order of
// Columns.
func (p *Point) Continuation(coefficients, c []float64, s *Scratch) error {
	m := p.Basis.Values()
	if err := p.Values(s.values, m); err != nil {
		return err
	}
	for r := range p.rows {
		c[r] = floats.Dot(s.values[r*m:(r+1)*m], coefficients[:m])
	}
	return nil
}

// Increment fills out with the fitted martingale increments.
func (p *Point) Increment(coefficients []float64, h float64, dw, out []float64, s *Scratch) error {
	p.hidden(s.hidden)
	if err := p.moments(h, dw, s.moments); err != nil {
		return err
	}
	m, w := p.Moments(), p.Hidden()
	a := coefficients[p.Basis.Values():]
	for r := range p.rows {
		sum, rho := 0.0, s.hidden[r*w:(r+1)*w]
		for k, v := range s.moments[r*m : (r+1)*m] {
			sum += v * floats.Dot(rho, a[k*w:(k+1)*w])
		}
		out[r] = sum
	}
	return nil
}

// Z fills z, rows×d, with the fitted σᵀ∇u.
func (p *Point) Z(coefficients, z []float64, s *Scratch) error {
	if err := p.fillVectors(); err != nil {
		return err
	}
	p.hidden(s.hidden)
	d, w := p.dim, p.Hidden()
	a := coefficients[p.Basis.Values():]
	slope := p.score[:p.rows*d] // ∂u/∂ℓ
	clear(slope)
	for r := range p.rows {
		for k := range p.Vectors() {
			floats.AddScaled(slope[r*d:(r+1)*d], floats.Dot(s.hidden[r*w:(r+1)*w], a[k*w:(k+1)*w]), p.vector(k)[r*d:(r+1)*d])
		}
	}
	return p.noise.transposed(p.places[p.n].time, p.rows, p.x, slope, z)
}
