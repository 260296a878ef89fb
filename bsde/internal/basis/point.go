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

// softmaxes fills in log Σ exp(κ(±ℓ − max)) with κ = 1/(s √(T − t)) and, as vectors from k
// on, the softmaxes for κ and 2.5 κ and the largest component alone, each with the weight of
// the component, x relative to its usual size where ℓ = log x.
func (p *Point) softmaxes(column, k int, sign float64) {
	d, at := p.dim, &p.places[p.n]
	score := p.score[:p.rows*d]
	for r := range p.rows {
		most := p.q[r*p.pools+column-p.orders()]
		for j, v := range p.l[r*d : (r+1)*d] {
			score[r*d+j] = (sign*v - most) * at.sharp
		}
	}
	vec.Exp(score, score)
	scale := 1.0
	if p.noise.log() {
		scale = math.Exp(-at.common)
	}
	soft, sharp, alone := p.vector(k), p.vector(k+1), p.vector(k+2)
	for r := range p.rows {
		e := score[r*d : (r+1)*d]
		a, b, c := soft[r*d:(r+1)*d], sharp[r*d:(r+1)*d], alone[r*d:(r+1)*d]
		sum, sharper, largest := 0.0, 0.0, 0
		for j, v := range e {
			w := v * v * math.Sqrt(v) // v^2.5
			a[j], b[j], c[j] = v, w, 0
			sum += v
			sharper += w
			if v > e[largest] {
				largest = j
			}
		}
		p.q[r*p.pools+column] = math.Log(sum)
		for j := range e {
			g := 1.0
			if p.noise.log() {
				g = scale * p.x[r*d+j]
			}
			a[j] *= g / sum
			b[j] *= g / sharper
			if j == largest {
				c[j] = g
			}
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
	for r := range p.rows {
		row := out[r*count : (r+1)*count]
		copy(row, p.offsets)
		for j, v := range p.q[r*p.pools : (r+1)*p.pools] {
			w := p.weights[j*p.ridges:][:count]
			for i, u := range w {
				row[i] += v * u
			}
		}
		for i := range row {
			row[i] *= 2
		}
	}
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
