// Package radial solves equations whose solution depends on ‖x‖ alone, in any dimension, by
// finite differences in the radius: no drift, σ = s·I, f of t and u, radial g.
package radial

import (
	"fmt"
	"math"

	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/reference/internal/probe"
	"github.com/deepbsde/deepbsde/pde/reference/internal/symmetric"
	"gonum.org/v1/gonum/mat"
)

// Solve solves an equation with μ = 0, σ = s·I, f = f(t,y) and radial g, whose
// solution u(t,x) = v(t,‖x‖) obeys
//
//	∂v/∂t + ½s² (v″ + (d−1)/r v′) + f(t, v) = 0,   v′(0) = 0
//
// by central differences in r and the Crank–Nicolson scheme in t with Newton's
// method for f, both of order 2. The steps shrink towards T, and the first two are
// implicit Euler steps, which damp what a kink of g excites, at r = 0 above all. Three
// grids give the value by Richardson extrapolation.
//
// The outer boundary lies eight standard deviations beyond ‖X_T‖. A g that grows like
// exp(c‖x‖²) has much of its mean beyond: where a domain 1.4 times as wide changes the
// value, wider ones are solved, with more steps in t for their faster modes, until it
// does not. A change that does not shrink is an error.
//
// StdErr is the distance from the extrapolation one level coarser, which shrinks like h⁴
// where g is smooth on the scale of the grid, plus what the last widening of the domain
// has changed; it is an estimate, not a bound. Other equations are refused by name of
// the condition: by the form of f where it shows it, else by values at random points.
func Solve(p pde.Problem) (*pde.Reference, error) {
	r, pr, err := symmetric.New(&p)
	if err == nil {
		err = inTAndYAlone(pr, r)
	}
	if err != nil {
		return nil, fmt.Errorf("radial finite differences: %w", err)
	}
	e, err := solver{r}.settled(p.Horizon)
	if err != nil {
		return nil, fmt.Errorf("radial finite differences: %w", err)
	}
	return &pde.Reference{
		Value: e.Value, StdErr: e.Error(),
		Method: "radial finite differences", Source: "one-dimensional Crank–Nicolson, extrapolated",
	}, nil
}

// solver solves the equation on a grid.
type solver struct{ *symmetric.Equation }

// finiteDifference is v(0, r0) with n intervals in r up to outer and m in t.
func (r solver) finiteDifference(horizon, outer float64, n, m int) (float64, error) {
	h := outer / float64(n)
	v := make([]float64, n+1)
	for i := range v {
		g, err := r.Terminal(float64(i) * h)
		if err != nil {
			return 0, err
		}
		if math.IsNaN(g) || math.IsInf(g, 0) {
			return 0, fmt.Errorf("the terminal function is %g at ‖x‖=%.4g, which X_T can reach or nearly reach", g, float64(i)*h)
		}
		v[i] = g
	}
	lower, diag, upper := r.operator(n, h)
	at := func(k int) float64 { // graded towards T, as in package finitedifference
		s := float64(m-k) / float64(m)
		return horizon * (1 - s*s)
	}
	for k := m - 1; k >= 0; k-- {
		theta := 0.5
		if k >= m-2 {
			theta = 1
		}
		if err := r.step(at(k), at(k+1)-at(k), theta, v, lower, diag, upper); err != nil {
			return 0, err
		}
	}
	return interpolate(v, r.R0/h), nil
}

// operator is ½s²(v″ + (d−1)/r v′) as a tridiagonal matrix: row i couples
// i−1, i, i+1. By symmetry it is ½s²·d·v″ at 0; at the outer end v′ = 0.
func (r solver) operator(n int, h float64) (lower, diag, upper []float64) {
	c := 0.5 * r.S * r.S
	lower, diag, upper = make([]float64, n+1), make([]float64, n+1), make([]float64, n+1)
	diag[0], upper[0] = -2*c*float64(r.D)/(h*h), 2*c*float64(r.D)/(h*h)
	for i := 1; i <= n; i++ {
		drift := float64(r.D-1) / (2 * float64(i) * h * h)
		lower[i], diag[i], upper[i] = c*(1/(h*h)-drift), -2*c/(h*h), c*(1/(h*h)+drift)
	}
	lower[n], upper[n] = lower[n]+upper[n], 0
	return lower, diag, upper
}

// step replaces v(t+dt) by v(t), the share theta of the right side being taken at t: ½
// is the scheme of Crank and Nicolson, 1 the implicit one of Euler. Newton's method.
func (r solver) step(t, dt, theta float64, v, lower, diag, upper []float64) error {
	n, before, after := len(v)-1, (1-theta)*dt, theta*dt
	rhs := make([]float64, n+1)
	f, _, err := r.source(t+dt, v)
	if err != nil {
		return err
	}
	for i := range v {
		rhs[i] = v[i] + before*(apply(lower, diag, upper, v, i)+f[i])
	}
	dl, dd, du := make([]float64, n), make([]float64, n+1), make([]float64, n)
	residual, delta := mat.NewVecDense(n+1, nil), mat.NewVecDense(n+1, nil)
	for range 20 {
		f, df, err := r.source(t, v)
		if err != nil {
			return err
		}
		for i := range v {
			residual.SetVec(i, rhs[i]-v[i]+after*(apply(lower, diag, upper, v, i)+f[i]))
			dd[i] = 1 - after*(diag[i]+df[i])
			if i > 0 {
				dl[i-1] = -after * lower[i]
			}
			if i < n {
				du[i] = -after * upper[i]
			}
		}
		if err := mat.NewTridiag(n+1, dl, dd, du).SolveVecTo(delta, false, residual); err != nil {
			return err
		}
		size := 0.0
		for i := range v {
			v[i] += delta.AtVec(i)
			size = math.Max(size, math.Abs(delta.AtVec(i))/(1+math.Abs(v[i])))
		}
		if size < 1e-13 {
			return nil
		}
		if math.IsNaN(size) {
			break
		}
	}
	return fmt.Errorf("no convergence of Newton's method at t=%g; the solution may blow up", t)
}

func apply(lower, diag, upper, v []float64, i int) float64 {
	s := diag[i] * v[i]
	if i > 0 {
		s += lower[i] * v[i-1]
	}
	if i+1 < len(v) {
		s += upper[i] * v[i+1]
	}
	return s
}

// source is f(t, v) and its derivative in v.
func (r solver) source(t float64, v []float64) (f, df []float64, err error) {
	f, df, _, err = r.F.Jet(len(v), [][]float64{{t}, v}, [][]float64{{0}, {1}})
	return f, df, err
}

// interpolate is the cubic through the four nodes around the position q.
func interpolate(v []float64, q float64) float64 {
	i := min(max(int(q)-1, 0), len(v)-4)
	s := 0.0
	for a := range 4 {
		w := v[i+a]
		for b := range 4 {
			if b != a {
				w *= (q - float64(i+b)) / float64(a-b)
			}
		}
		s += w
	}
	return s
}

// inTAndYAlone checks f(t, x, y, z) = f(t, 0, y, 0): by the form of f, else by its values.
func inTAndYAlone(pr *probe.Points, r *symmetric.Equation) error {
	if pr.Free(probe.InX, probe.InZ) {
		return nil
	}
	want := make([]float64, 1)
	for i := range probe.Count {
		y := pr.Y[3*i] * pr.Size
		if err := r.F.Eval(1, want, pr.T[i:i+1], []float64{y}); err != nil {
			return err
		}
		for k, s := range []float64{0, 0.1, 1, 10, 100} {
			f, err := pr.Stretched(i, float64(1+2*k), y, s, 0)
			if err != nil {
				return err
			}
			if !(math.Abs(f-want[0]) <= 1e-10*(1+math.Abs(want[0]))) {
				return fmt.Errorf("needs a generator of t and y alone; at t=%.3g, y=%.3g f is %.6g for ‖z‖=%.4g and a random x, but %.6g for z=0 and x=0", pr.T[i], y, f+0, s*math.Sqrt(pr.ZZ(i)), want[0]+0) // + 0 turns −0 into 0
			}
		}
	}
	return nil
}
