package main

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

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
