package riccati

// extrapolationColumns is the number of substep counts 2, 4, 6, …. The extrapolated
// value has twice that as its order; its error estimate, that of a column less, behaves
// like h to the power extrapolationOrder.
const (
	extrapolationColumns = 6
	extrapolationOrder   = 2*extrapolationColumns - 1
)

// extrapolate is a step of length h of y′ = f(y) by the modified midpoint rule, whose
// error has even powers of the substep alone, with 2, 4, …, 12 substeps, extrapolated
// to 0 substep length. differences is the last correction, an upper estimate of the
// error for h small enough.
//
// Source: Hairer, Nørsett, Wanner, Solving Ordinary Differential Equations I, section
// II.9 (Gragg, Bulirsch, Stoer).
func extrapolate(f func(y, out []float64) error, y []float64, h float64) (next, differences []float64, err error) {
	first := make([]float64, len(y))
	if err := f(y, first); err != nil {
		return nil, nil, err
	}
	slope, row := make([]float64, len(y)), make([][]float64, 0, extrapolationColumns)
	for j := range extrapolationColumns {
		n := 2 * (j + 1)
		step := h / float64(n)
		before, now := append([]float64(nil), y...), make([]float64, len(y))
		for i := range now {
			now[i] = y[i] + step*first[i]
		}
		for range n - 1 {
			if err := f(now, slope); err != nil {
				return nil, nil, err
			}
			for i := range before {
				before[i] += 2 * step * slope[i]
			}
			before, now = now, before
		}
		// Aitken–Neville: row[k] becomes T_{j,k}.
		value := now
		for k := range row {
			ratio := float64(n) / float64(2*(j-k))
			previous := row[k]
			row[k] = value
			improved := make([]float64, len(y))
			for i := range improved {
				improved[i] = value[i] + (value[i]-previous[i])/(ratio*ratio-1)
			}
			value = improved
		}
		row = append(row, value)
	}
	next, differences = row[len(row)-1], make([]float64, len(y))
	for i := range next {
		differences[i] = next[i] - row[len(row)-2][i]
	}
	return next, differences, nil
}
