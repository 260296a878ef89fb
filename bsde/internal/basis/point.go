package basis

import (
	"math"

	"github.com/deepbsde/deepbsde/autodiff/vec"
	"gonum.org/v1/gonum/floats"
)

// Point is the functions of a Basis in rows of states at one step; each goroutine has its own.
type Point struct {
	*Basis
	n, rows  int
	x        []float64 // the caller's
	l        []float64 // rows×d: ℓ
	q        []float64 // rows×pools
	ridge    []float64 // rows×ridges
	psi      []float64 // vectors×rows×d
	xi       []float64 // rows×d
	score    []float64 // rows×d
	turned   []float64 // d
	pay      []float64 // rows: Φ
	vectored bool      // psi is of these states
	paid     bool      // Pay is
}

// NewPoint has room for so many rows.
func (b *Basis) NewPoint(rows int) *Point {
	d := b.dim
	return &Point{
		Basis: b, pay: make([]float64, rows), l: make([]float64, rows*d), q: make([]float64, rows*b.pools), ridge: make([]float64, rows*b.ridges),
		psi: make([]float64, b.Vectors()*rows*d), xi: make([]float64, rows*d), score: make([]float64, rows*d), turned: make([]float64, d),
	}
}

// Move makes it that of the states x, rows×d, at step n. x must not change before the next Move.
func (p *Point) Move(n, rows int, x []float64) {
	d := p.dim
	p.n, p.rows, p.x, p.vectored, p.paid = n, rows, x[:rows*d], false, false
	p.noise.coordinates(p.x, p.l[:rows*d])
	p.pool()
}

// fillPay fills in Φ.
func (p *Point) fillPay() error {
	if p.paid {
		return nil
	}
	p.paid = true
	return p.obstacle.value.Eval(p.rows, p.pay[:p.rows], []float64{p.places[p.n].time}, p.x)
}

// pool fills in q, in standard deviations, and the softmaxes among the vectors.
func (p *Point) pool() {
	d, at := p.dim, &p.places[p.n]
	used := 0
	column := func(values func(r int, l []float64) float64) {
		j := used
		for r := range p.rows {
			p.q[r*p.pools+j] = values(r, p.l[r*d:(r+1)*d])
		}
		used++
	}
	k := 1 // vectors, after that of 1
	for _, side := range []struct {
		used bool
		sign float64
	}{{p.Top, 1}, {p.Bottom, -1}} {
		if side.used {
			p.extremes(used, side.sign)
			p.softmaxes(used+p.orders(), k, side.sign)
			used += p.orders() + 1
			k += 3
		}
	}
	column(func(_ int, l []float64) float64 { return floats.Sum(l) / float64(d) })
	if p.Arithmetic {
		column(func(r int, _ []float64) float64 {
			if p.noise.log() {
				return math.Log(floats.Sum(p.x[r*d : (r+1)*d])) // x = e^ℓ
			}
			return 0
		})
	}
	if p.Direction != nil {
		column(func(_ int, l []float64) float64 {
			s := 0.0
			for j, v := range l {
				s += p.Direction[j] * (v - at.mean[j])
			}
			return s
		})
	}
	if p.Kink {
		p.kinks(used)
		used += kinks
	}
	if at.qMean == nil { // while the statistics are measured
		return
	}
	for r := range p.rows {
		q := p.q[r*p.pools : (r+1)*p.pools]
		for j, v := range q {
			q[j] = math.Min(math.Max((v-at.qMean[j])*at.qInv[j], -mostPooled), mostPooled)
		}
	}
}

// extremes fills in the order statistics from above, or with the sign −1 from below, from
// column first on.
func (p *Point) extremes(first int, sign float64) {
	d, m := p.dim, p.orders()
	for r := range p.rows {
		top := p.q[r*p.pools+first:][:m]
		for j := range top {
			top[j] = math.Inf(-1)
		}
		for _, v := range p.l[r*d : (r+1)*d] {
			v *= sign
			if v <= top[m-1] {
				continue
			}
			i := m - 1
			for ; i > 0 && v > top[i-1]; i-- {
				top[i] = top[i-1]
			}
			top[i] = v
		}
	}
}

// softmaxes fills in log Σ exp(κ(±ℓ − max)) with κ = 1/(s √(T − t)), and leaves the terms of the sum as vector k.
func (p *Point) softmaxes(column, k int, sign float64) {
	d, at := p.dim, &p.places[p.n]
	terms := p.vector(k)
	for r := range p.rows {
		most := p.q[r*p.pools+column-p.orders()]
		row := terms[r*d : (r+1)*d]
		for j, v := range p.l[r*d : (r+1)*d] {
			row[j] = (sign*v - most) * at.sharp
		}
	}
	vec.Exp(terms, terms)
	for r := range p.rows {
		p.q[r*p.pools+column] = math.Log(floats.Sum(terms[r*d : (r+1)*d]))
	}
}

// negligible is a term of a softmax whose power 2.5, 3e-18, adds nothing.
const negligible = 1e-7

// picking makes of the terms that softmaxes has left as vector k the softmaxes for κ and 2.5 κ and the largest component
// alone, each with the weight of the component, x relative to its usual size where ℓ = log x.
func (p *Point) picking(k int) {
	d, log, scale := p.dim, p.noise.log(), 1.0
	if log {
		scale = math.Exp(-p.places[p.n].common)
	}
	soft, sharp, alone := p.vector(k), p.vector(k+1), p.vector(k+2)
	clear(alone)
	for r := range p.rows {
		a, b := soft[r*d:(r+1)*d], sharp[r*d:(r+1)*d]
		sum, sharper, largest := 0.0, 0.0, 0
		for j, v := range a {
			b[j] = 0
			sum += v
			if v > negligible {
				b[j] = v * v * math.Sqrt(v)
				sharper += b[j]
			}
			if v > a[largest] {
				largest = j
			}
		}
		alone[r*d+largest] = scale
		floats.Scale(scale/sum, a)
		floats.Scale(scale/sharper, b)
		if log {
			x := p.x[r*d : (r+1)*d]
			alone[r*d+largest] *= x[largest]
			floats.Mul(a, x)
			floats.Mul(b, x)
		}
	}
}

// vector is room for vector k, rows×d.
func (p *Point) vector(k int) []float64 {
	size := len(p.psi) / p.Vectors()
	return p.psi[k*size:][:p.rows*p.dim]
}

// tanh fills in the first count random functions.
func (p *Point) tanh(count int) {
	out := p.ridge[:p.rows*count]
	vec.Affine(out, p.q[:p.rows*p.pools], p.weights, p.offsets, p.rows, p.pools, count, p.ridges)
	vec.Exp(out, out)
	for i, v := range out {
		out[i] = 1 - 2/(v+1)
	}
}

// Values fills out, rows×stride from column 0, with the functions that values are fitted with.
func (p *Point) Values(out []float64, stride int) error {
	if err := p.fillPay(); err != nil {
		return err
	}
	p.tanh(p.ridges)
	pay := p.places[p.n].pay
	for r := range p.rows {
		row, q := out[r*stride:][:0], p.q[r*p.pools:(r+1)*p.pools]
		row = append(row, 1)
		row = append(row, q...)
		for _, v := range q {
			row = append(row, v*v)
		}
		v := p.pay[r] * pay
		row = append(row, v)
		for j := range min(2, p.pools) {
			row = append(row, v*q[j])
		}
		copy(row[len(row):cap(row)], p.ridge[r*p.ridges:(r+1)*p.ridges])
	}
	return nil
}

// hidden fills out, rows×Hidden, with ρ.
func (p *Point) hidden(out []float64) {
	p.tanh(p.short)
	m := p.Hidden()
	for r := range p.rows {
		row := append(out[r*m:][:0], 1)
		q := p.q[r*p.pools:][:p.pools]
		row = append(row, q[:p.direct()]...)
		copy(row[len(row):cap(row)], p.ridge[r*p.short:(r+1)*p.short])
	}
}

// Inputs is the number of inputs of a network of the state.
func (b *Basis) Inputs() int {
	if b.dim > mostOwn {
		return b.pools + 1
	}
	return b.pools + 1 + b.dim
}

// mostOwn is the dimension up to which the components are inputs of their own.
const mostOwn = 20

// FillInputs fills out, rows×Inputs, with them: q, Φ in its scale, and in few dimensions ℓ less its mean, in standard
// deviations of what is left of the time.
func (p *Point) FillInputs(out []float32) error {
	if err := p.fillPay(); err != nil {
		return err
	}
	at, size := &p.places[p.n], p.Basis.Inputs()
	for r := range p.rows {
		row := out[r*size:][:0]
		for _, v := range p.q[r*p.pools : (r+1)*p.pools] {
			row = append(row, float32(v))
		}
		row = append(row, float32(math.Min(p.pay[r]*at.pay, mostPooled)))
		if len(row) == size {
			continue
		}
		for j, v := range p.l[r*p.dim : (r+1)*p.dim] {
			row = append(row, float32(math.Min(math.Max((v-at.mean[j])*at.sharp, -mostPooled), mostPooled)))
		}
	}
	return nil
}
