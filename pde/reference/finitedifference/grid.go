package finitedifference

import (
	"fmt"
	"math"
)

// grid are the nodes of one level of refinement in one or two dimensions, the last
// coordinate running fastest.
type grid struct {
	d, nodes, start int
	h               []float64
	count, stride   []int
	x               []float64 // nodes×d
	coordinates     []axis
}

func newGrid(axes []axis, level int) *grid {
	d := len(axes)
	g := &grid{d: d, nodes: 1, h: make([]float64, d), count: make([]int, d), stride: make([]int, d), coordinates: axes}
	for i := d - 1; i >= 0; i-- {
		a := axes[i]
		g.h[i] = a.h / float64(int(1)<<level)
		g.count[i], g.stride[i] = (a.below+a.above)<<level+1, g.nodes
		g.start += (a.below << level) * g.nodes
		g.nodes *= g.count[i]
	}
	g.x = g.points(make([]float64, d))
	return g
}

// points are the nodes moved by the offset, a multiple of the mesh width in each
// coordinate, and kept inside the domain.
func (g *grid) points(offset []float64) []float64 {
	x := make([]float64, g.nodes*g.d)
	for i := range g.d {
		a, below := &g.coordinates[i], 0
		below = int(math.Round(float64(a.below) * a.h / g.h[i]))
		line := make([]float64, g.count[i])
		for j := range line {
			q := math.Min(math.Max(float64(j)+offset[i], 0), float64(len(line)-1))
			line[j] = a.at((q - float64(below)) * g.h[i])
		}
		for n := range g.nodes {
			x[n*g.d+i] = line[g.position(n, i)]
		}
	}
	return x
}

// position is the place of a node on its line along coordinate i.
func (g *grid) position(node, i int) int { return node / g.stride[i] % g.count[i] }

// root tells whether coordinate i ends at the 0 of a square-root process.
func (g *grid) root(i int) bool { return g.coordinates[i].closed && g.coordinates[i].bend > 0 }

// samples of g a cell and coordinate, in one and two dimensions.
var samples = []int{32, 6}

// terminal is g, averaged over the cell of each node.
func (l *lattice) terminal(g *grid) ([]float64, error) {
	u, v := make([]float64, g.nodes), make([]float64, g.nodes)
	m := samples[g.d-1]
	offset := make([]float64, g.d)
	total := int(math.Round(math.Pow(float64(m), float64(g.d))))
	for c := range total {
		for i, rest := 0, c; i < g.d; i, rest = i+1, rest/m {
			offset[i] = (float64(rest%m)+0.5)/float64(m) - 0.5
		}
		x := g.points(offset)
		if err := l.terms.Candidate.Eval(g.nodes, v, []float64{l.p.Horizon}, x); err != nil {
			return nil, err
		}
		for n := range u {
			u[n] += v[n] / float64(total)
		}
	}
	for n, v := range u {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("the terminal function is not finite near x=%v, which X_T can reach or nearly reach", g.x[n*g.d:(n+1)*g.d])
		}
	}
	return u, nil
}

// band is an operator along one coordinate: row n couples the node n with its
// neighbours before and after. On the boundary 0 of a square-root process, where every
// path passes if Feller's condition fails, it also has the node after the next, for a
// slope of order 2; second is nil along other coordinates.
type band struct{ lower, diag, upper, second []float64 }

func newBand(n int, root bool) band {
	w := band{lower: make([]float64, n), diag: make([]float64, n), upper: make([]float64, n)}
	if root {
		w.second = make([]float64, n)
	}
	return w
}

// set makes the band a·∂²/∂ξ² + b·∂/∂ξ at node n, by central differences; at the ends
// of a line one-sided b·∂/∂ξ, for the closed boundary without noise.
func (w band) set(n, position, count int, h, a, b float64) {
	switch position {
	case 0:
		w.lower[n], w.diag[n], w.upper[n] = 0, -b/h, b/h
		if w.second != nil {
			w.diag[n], w.upper[n], w.second[n] = -1.5*b/h, 2*b/h, -0.5*b/h
		}
	case count - 1:
		w.lower[n], w.diag[n], w.upper[n] = -b/h, b/h, 0
	default:
		w.lower[n], w.diag[n], w.upper[n] = a/(h*h)-b/(2*h), -2*a/(h*h), a/(h*h)+b/(2*h)
	}
}

// addTo adds factor·(band·u) to out.
func (w band) addTo(out []float64, factor float64, u []float64, stride int) {
	for n := range out {
		s := w.diag[n] * u[n]
		if w.lower[n] != 0 {
			s += w.lower[n] * u[n-stride]
		}
		if w.upper[n] != 0 {
			s += w.upper[n] * u[n+stride]
		}
		if w.second != nil && w.second[n] != 0 {
			s += w.second[n] * u[n+2*stride]
		}
		out[n] += factor * s
	}
}

// operators are the linear part of the equation at one time: the bands of the
// coordinates and the mixed derivative, with the columns of σ in grid coordinates.
type operators struct {
	s     [][]float64
	bands []band
	mixed []float64 // ∂²/∂ξ₁∂ξ₂ over 4h₁h₂, nil where it is 0
}

func (l *lattice) operators(g *grid, t float64) (*operators, error) {
	b, s, err := l.coefficients(t, g.nodes, g.x)
	if err != nil {
		return nil, err
	}
	o := &operators{s: s}
	for i := range g.d {
		w := newBand(g.nodes, g.root(i))
		for n := range g.nodes {
			r, a := n*g.d+i, 0.0
			for k := range g.d {
				a += s[k][r] * s[k][r]
			}
			q := g.position(n, i)
			w.set(n, q, g.count[i], g.h[i], 0.5*a, b[r])
			if math.IsNaN(w.diag[n]) || math.IsInf(w.diag[n], 0) {
				return nil, fmt.Errorf("drift or diffusion is not finite at t=%g, x=%v", t, g.x[n*g.d:(n+1)*g.d])
			}
		}
		o.bands = append(o.bands, w)
	}
	if g.d == 2 {
		o.mixed = mixedTerm(g, s)
	}
	return o, nil
}

// mixedTerm is Σ_k s_1k s_2k /(4h₁h₂), 0 on the boundary.
func mixedTerm(g *grid, s [][]float64) []float64 {
	m, any := make([]float64, g.nodes), false
	for n := range m {
		p, q := g.position(n, 0), g.position(n, 1)
		if p == 0 || q == 0 || p == g.count[0]-1 || q == g.count[1]-1 {
			continue
		}
		for k := range s {
			m[n] += s[k][2*n] * s[k][2*n+1] / (4 * g.h[0] * g.h[1])
		}
		any = any || m[n] != 0
	}
	if !any {
		return nil
	}
	return m
}

// addMixed adds the mixed derivative of u to out.
func (o *operators) addMixed(g *grid, out, u []float64) {
	if o.mixed == nil {
		return
	}
	s := g.stride[0]
	for n, m := range o.mixed {
		if m != 0 {
			out[n] += m * (u[n+s+1] - u[n+s-1] - u[n-s+1] + u[n-s-1])
		}
	}
}

// z is σᵀ∇u at all nodes, nodes×d, by central differences, one-sided on the boundary.
func (o *operators) z(g *grid, u []float64) []float64 {
	z := make([]float64, g.nodes*g.d)
	for i := range g.d {
		st, h := g.stride[i], g.h[i]
		for n := range u {
			var slope float64
			switch q := g.position(n, i); q {
			case 0:
				slope = (u[n+st] - u[n]) / h
			case g.count[i] - 1:
				slope = (u[n] - u[n-st]) / h
			default:
				slope = (u[n+st] - u[n-st]) / (2 * h)
			}
			for k := range g.d {
				z[n*g.d+k] += o.s[k][n*g.d+i] * slope
			}
		}
	}
	return z
}
