package pde

import "math"

// others sorts the components that are no square roots: companions, and the rest.
func (r *recogniser) others(q *squareRoots, columns [][]float64) error {
	isRoot := make([]bool, r.d)
	for _, i := range q.index {
		isRoot[i] = true
	}
	shaken, err := r.tripled(probes, func(i int) bool { return isRoot[i] })
	if err != nil {
		return err
	}
	for j := range r.d {
		if isRoot[j] {
			continue
		}
		owner, log, err := r.owner(q, j)
		if err != nil {
			return err
		}
		if owner < 0 {
			q.rest = append(q.rest, j)
			continue
		}
		size := math.Sqrt(r.scale[q.index[owner]])
		if log {
			size *= r.scale[j]
		}
		q.companions.set(q, j, owner, log, row(columns, j, size))
		for n := range probes {
			q.companions.averaged = q.companions.averaged || shaken[n*r.d+j] != r.mu[n*r.d+j]
		}
	}
	return nil
}

// owner is the square-root component V that drives component X_j, −1 if there is none:
// σ_j = √V ρ, or X_j √V ρ with a drift that is proportional to X_j too.
func (r *recogniser) owner(q *squareRoots, j int) (owner int, log bool, err error) {
	for at, i := range q.index {
		for _, log := range []bool{true, false} {
			by := func(x []float64) float64 {
				if log {
					return math.Abs(x[j])
				}
				return 1
			}
			size := func(x []float64) float64 { return by(x) * math.Sqrt(math.Max(x[i], 0)) }
			tiny := func(x []float64) float64 { return by(x) * floorSize * math.Sqrt(r.scale[i]) }
			switch {
			case r.sign(j) && log, !r.proportional(j, size, tiny):
			case !log:
				return at, false, nil
			default:
				yes, err := r.driftScales(j)
				if yes || err != nil {
					return at, true, err
				}
			}
		}
	}
	return -1, false, nil
}

// sign tells whether component j has probes of both signs, its start being 0: a process
// that is proportional to itself would stay there.
func (r *recogniser) sign(j int) bool {
	for n := range probes {
		if r.x[n*r.d+j]*r.scale[j] < 0 {
			return true
		}
	}
	return false
}

// driftScales tells whether μ_j is proportional to x_j.
func (r *recogniser) driftScales(j int) (bool, error) {
	const few = 24
	mu, err := r.tripled(few, func(i int) bool { return i == j })
	if err != nil {
		return false, err
	}
	for n := range few {
		once, thrice := r.mu[n*r.d+j], mu[n*r.d+j]
		if !(math.Abs(thrice-3*once) <= relative*(math.Abs(thrice)+math.Abs(once))) {
			return false, nil
		}
	}
	return true, nil
}

// tripled is μ at the first n probes with some components three times as large.
func (r *recogniser) tripled(n int, which func(i int) bool) ([]float64, error) {
	x, mu := append([]float64(nil), r.x[:n*r.d]...), make([]float64, n*r.d)
	for at := range x {
		if which(at % r.d) {
			x[at] *= 3
		}
	}
	return mu, r.drift.Eval(n, mu, r.t[:n], x)
}
