package main

import (
	"math"
	"math/cmplx"
	"testing"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/member"
	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"
)

// galleryTruths are the values of the gallery that have no closed form, each computed here
// by other means than the program's: their files state them.
var galleryTruths = map[string]func() float64{
	"default-both-sides": func() float64 {
		s := 15 * math.Sqrt((1+19*0.3)/20) // of the mean, in which everything is one-dimensional
		return heat{
			lo: 92 - 9*s*math.Sqrt(5), hi: 92 + 9*s*math.Sqrt(5), horizon: 5, variance: s * s,
			generator: func(y float64) float64 { return -0.02*y - 0.06*math.Max(y, 0) + 0.02*math.Max(-y, 0) },
			terminal:  func(m float64) float64 { return m - 92 },
		}.at(100)
	},
	"droplet": func() float64 {
		return heat{
			lo: 0, hi: 12, horizon: 0.5, variance: 1, dim: 10,
			generator: func(y float64) float64 { return y - y*y*y },
			terminal:  func(r float64) float64 { return math.Tanh((12.25 - r*r) / 7) },
		}.at(0.5 * math.Sqrt(10))
	},
	"shock":         func() float64 { return coleHopf(0.5, 0.1*math.Sqrt(20), 0.7) },
	"heston-basket": hestonBasket,
	"fishery":       fishery,
	"springs":       springs,
	"stock-keeping": func() float64 { return 10 * stockOfOneGood() },
}

// heat is v_τ = ½ variance (v″ + (dim−1)/r v′) + generator(v) from terminal on; dim 0 is the
// line, and 1 and more the radius in such a space.
type heat struct {
	lo, hi, horizon, variance float64
	dim                       int
	generator, terminal       func(float64) float64
}

// at is v at the horizon in a point, by explicit steps, extrapolated in the square of the
// distance of two nodes.
func (h heat) at(x float64) float64 {
	const n = 400
	coarse, fine := h.on(n, x), h.on(2*n, x)
	return fine + (fine-coarse)/3
}

// on is at with n nodes, one of which is x.
func (h heat) on(n int, x float64) float64 {
	dx := (h.hi - h.lo) / float64(n)
	if h.dim == 0 {
		h.lo += math.Mod(x-h.lo, dx)
	}
	steps := int(math.Ceil(h.horizon * h.variance * float64(max(h.dim, 1)) / (0.8 * dx * dx)))
	dt := h.horizon / float64(steps)
	v, next := make([]float64, n+1), make([]float64, n+1)
	for i := range v {
		v[i] = h.terminal(h.lo + float64(i)*dx)
	}
	for range steps {
		for i := range v {
			var bend float64
			switch r := h.lo + float64(i)*dx; {
			case i == n || i == 0 && h.dim == 0: // straight there
			case i == 0:
				bend = float64(h.dim) * 2 * (v[1] - v[0]) / (dx * dx)
			default:
				bend = (v[i+1] - 2*v[i] + v[i-1]) / (dx * dx)
				if h.dim > 0 {
					bend += float64(h.dim-1) / r * (v[i+1] - v[i-1]) / (2 * dx)
				}
			}
			next[i] = v[i] + dt*(0.5*h.variance*bend+h.generator(v[i]))
		}
		v, next = next, v
	}
	i := min(int((x-h.lo)/dx+1e-9), n-2) // a parabola through three nodes
	w := (x-h.lo)/dx - float64(i)
	return v[i]*(1-w)*(2-w)/2 + v[i+1]*w*(2-w) - v[i+2]*w*(1-w)/2
}

// coleHopf is the solution of Burgers' equation at ξ that begins as 1.5 exp(−ξ²): Hopf (1950).
func coleHopf(tau, xi, s float64) float64 {
	viscosity := s * s / 2
	weight := func(eta float64) float64 {
		before := 1.5 * math.Sqrt(math.Pi) / 2 * math.Erf(eta)
		return math.Exp(-((xi-eta)*(xi-eta)/(2*tau) + before) / (2 * viscosity))
	}
	lo, hi := xi-9*s, xi+9*s
	above := quad.Fixed(func(eta float64) float64 { return (xi - eta) / tau * weight(eta) }, lo, hi, 400, nil, 0)
	return above / quad.Fixed(weight, lo, hi, 400, nil, 0)
}

// hestonBasket is a call on exp of the mean of five independent logarithms of prices, of which
// Heston (1993) has the characteristic function, by Lewis's integral (2001).
func hestonBasket() float64 {
	const r, k, level, s, rho, v0, n, horizon = 0.02, 1.5, 0.06, 0.6, -0.7, 0.04, 5.0, 1.0
	one := func(u complex128) complex128 { // of ln S_T/S_0
		b := k - rho*s*1i*u
		root := cmplx.Sqrt(b*b + s*s*(u*u+1i*u))
		g := (b - root) / (b + root)
		e := cmplx.Exp(-root * horizon)
		c := r*1i*u*horizon + k*level/(s*s)*((b-root)*horizon-2*cmplx.Log((1-g*e)/(1-g)))
		return cmplx.Exp(c + v0*(b-root)/(s*s)*(1-e)/(1-g*e))
	}
	mean := func(u complex128) complex128 { return cmplx.Pow(one(u/n), n) }
	forward := real(mean(-1i))
	integral := quad.Fixed(func(u float64) float64 {
		return real(mean(complex(u, -0.5))) / (u*u + 0.25)
	}, 0, 200, 2000, nil, 0)
	// At the money the strike is S_0, so that ln(S_0/K) = 0.
	return math.Exp(-r*horizon) * 100 * (forward - integral/math.Pi)
}

// fishery: the value is linear in the logarithms of the stocks, v·x + c, so that the best
// catch of a stock does not depend on them.
func fishery() float64 {
	const d, steps, h, discount = 5, 20, 0.25, 0.05
	v, c := [d]float64{2, 2, 2, 2, 2}, 0.0
	for n := steps - 1; n >= 0; n-- {
		price := math.Exp(-discount * h * float64(n))
		next := v
		for i := range d {
			caught := price / v[i]
			c += h * (price*math.Log(caught) + v[i]*(1.5-caught))
			next[i] += h * (price - 0.5*v[i])
			if i > 0 {
				next[i] -= h * 0.1 * v[i-1] // K of row i−1, column i
			}
			if i+1 < d {
				next[i] += h * 0.1 * v[i+1]
			}
		}
		v = next
	}
	return c // the logarithms begin at 0
}

// springs is the Riccati recursion of the problem on its grid, with dense matrices.
func springs() float64 {
	const n, steps, h = 10, 20, 0.1
	f, b := mat.NewDense(2*n, 2*n, nil), mat.NewDense(2*n, n, nil) // x′ = f x + b a + noise
	for i := range n {
		f.Set(i, i, 1)
		f.Set(i, n+i, h)
		f.Set(n+i, i, -2*h)
		f.Set(n+i, n+i, 1-0.1*h)
		if i > 0 {
			f.Set(n+i, i-1, h)
			f.Set(n+i-1, i, h)
		}
		b.Set(n+i, i, h)
	}
	unit := mat.NewDiagDense(2*n, nil)
	for i := range 2 * n {
		unit.SetDiag(i, 1)
	}
	p, c := mat.DenseCopyOf(unit), 0.0
	for range steps {
		for i := range n {
			c += h * 0.01 * p.At(n+i, n+i)
		}
		var pb, pf, bpb, bpf, gain, fpf, less mat.Dense
		pb.Mul(p, b)
		pf.Mul(p, f)
		bpb.Mul(b.T(), &pb)
		for i := range n {
			bpb.Set(i, i, bpb.At(i, i)+0.5*h)
		}
		bpf.Mul(b.T(), &pf)
		if gain.Solve(&bpb, &bpf) != nil {
			return math.NaN()
		}
		fpf.Mul(f.T(), &pf)
		less.Mul(bpf.T(), &gain)
		p.Sub(&fpf, &less)
		for i := range 2 * n {
			p.Set(i, i, p.At(i, i)+h)
		}
	}
	x := mat.NewVecDense(2*n, nil)
	for i := range n {
		x.SetVec(i, math.Sin(math.Pi*float64(i+1)/11))
	}
	return mat.Inner(x, p, x) + c
}

// stockOfOneGood is a dynamic programme on a grid of stocks. What is left after an order is
// chosen among the nodes, the mean over demands taken by Gauss's rule of many nodes.
func stockOfOneGood() float64 {
	const price, holding, backlog, demand, spread, stages, start = 1, 0.5, 3, 5, 2, 8, 4
	const lo, hi, per = -60, 40, 40 // nodes a unit
	n := (hi-lo)*per + 1
	at := func(i int) float64 { return lo + float64(i)/per }
	keeping := func(x float64) float64 { return holding*math.Max(x, 0) + backlog*math.Max(-x, 0) }
	v, after := make([]float64, n), make([]float64, n)
	for i := range v {
		v[i] = keeping(at(i))
	}
	var weights []float64 // of demands on the nodes
	total := 0.0
	for j := -8 * spread * per; j <= 8*spread*per; j++ {
		w := math.Exp(-0.5 * math.Pow(float64(j)/(spread*per), 2))
		weights, total = append(weights, w), total+w
	}
	for range stages {
		for i := range after { // the cost to come with stock i after the order
			sum := 0.0
			for j, w := range weights {
				k := i - demand*per + j - 8*spread*per
				below := math.Max(0, float64(-k)) / per // the cost is linear far below
				sum += w * (v[min(max(k, 0), n-1)] + below*(v[0]-v[per]))
			}
			after[i] = sum / total
		}
		best := math.Inf(1)
		for i := n - 1; i >= 0; i-- { // orders only add
			best = math.Min(best, price*at(i)+after[i])
			v[i] = keeping(at(i)) - price*at(i) + best
		}
	}
	return v[(start-lo)*per]
}

// TestGalleryTruths: the files state these values, within what they say is left, and the
// reference that the program finds for springs is its own.
func TestGalleryTruths(t *testing.T) {
	for name, truth := range galleryTruths {
		m, err := member.Named(t.Context(), galleryFile(name), 0, nil)
		if err != nil {
			t.Fatal(err)
		}
		stated, err := m.Reference(t.Context())
		if err != nil || stated == nil {
			t.Errorf("%s: no reference: %v", name, err)
			continue
		}
		if got := truth(); !(math.Abs(got-stated.Value) <= 2*stated.StdErr+1e-9*math.Abs(got)) {
			t.Errorf("%s: %.10g, the file states %.10g ± %.2g", name, got, stated.Value, stated.StdErr)
		}
	}
}
