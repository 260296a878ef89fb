package deep

import (
	"context"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/autodiff/random"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/internal/race"
	"github.com/deepbsde/deepbsde/bsde/network"
	"github.com/deepbsde/deepbsde/pde"
	"gonum.org/v1/gonum/stat"
)

// TestFewSteps: a run of one, two or three steps has fewer levels than a walk from another point may have, which does
// with those that there are.
func TestFewSteps(t *testing.T) {
	race.Skip(t)
	for _, steps := range []int{1, 2, 3} {
		r := solve(t, solvable()[1], Method{Network: network.Features{}}, bsde.Settings{Steps: steps, Paths: 1024, Gradient: bsde.Nothing})
		for _, at := range []float64{0, 0.2, 0.7} {
			// f is linear: only the time step is coarse.
			e, err := r.Solution.At(t.Context(), at, []float64{1, 0, 1, 0}, 1024)
			if want := 2 * math.Exp(-0.4*(1-at)); err != nil || !(math.Abs(e.Value-want) < 0.1) {
				t.Errorf("%d steps, t = %g: %+v, %v, want %g", steps, at, e, err, want)
			}
		}
	}
}

// solvable are problems with known solutions, one for each way in which X moves.
func solvable() []pde.Problem {
	const d = 4
	start := []float64{0.5, -0.25, 1, 0.75}
	norm2 := func(x expr.Value) expr.Value { return x.NormSq() }
	decay := func(t expr.Value, rate, horizon float64) expr.Value {
		return expr.Const(horizon).Sub(t).Scale(-rate).Exp()
	}
	v := func(x expr.Value) expr.Value { return x.Cos().Scale(0.3).AddConst(1) }
	wave := func(t, x expr.Value) expr.Value {
		return x.Sum().Scale(0.5).Sin().Mul(decay(t, 1, 0.5))
	}
	return []pde.Problem{
		{
			Name: "heat", Dim: d, Horizon: 1, Start: start, Diffusion: pde.Scalar(1), Terminal: norm2,
			Exact: func(t, x expr.Value) expr.Value {
				return x.NormSq().Add(expr.Const(1).Sub(t).Scale(d))
			},
		},
		{ // correlated noise, and f linear in y
			Name: "discounted", Dim: d, Horizon: 1, Start: start,
			Diffusion: pde.Dense{{1, 0, 0, 0}, {0.5, 0.8, 0, 0}, {0, 0.5, 0.8, 0}, {0.2, 0, 0, 1}},
			Generator: func(_, _, y, _ expr.Value) expr.Value { return y.Scale(-0.4) },
			Terminal:  func(x expr.Value) expr.Value { return x.Sum() },
			Exact:     func(t, x expr.Value) expr.Value { return x.Sum().Mul(decay(t, 0.4, 1)) },
		},
		{ // Black–Scholes–Barenblatt, Raissi (2018)
			Name: "barenblatt", Dim: d, Horizon: 1, Start: []float64{1, 0.5, 1, 0.5}, Diffusion: pde.Geometric(0.4),
			Generator: func(_, _, y, z expr.Value) expr.Value { return y.Sub(z.Sum().Scale(1 / 0.4)).Scale(-0.05) },
			Terminal:  norm2,
			Exact:     func(t, x expr.Value) expr.Value { return x.NormSq().Mul(decay(t, -0.05-0.16, 1)) },
		},
		{ // f nonlinear in z: controlled paths
			Name: "mean-reverting", Dim: d, Horizon: 1, Start: start,
			Drift: pde.MeanReverting{Rate: 0.8}, Diffusion: pde.Scalar(0.5),
			Generator: func(t, _, _, z expr.Value) expr.Value {
				return z.NormSq().Sub(decay(t, 1.6, 1).Scale(0.25 * d))
			},
			Terminal: func(x expr.Value) expr.Value { return x.Sum() },
			Exact:    func(t, x expr.Value) expr.Value { return x.Sum().Mul(decay(t, 0.8, 1)) },
		},
		{ // a full matrix that depends on x: σ = diag(v(x))(I + ½11ᵀ/d); Euler's steps
			Name: "wave", Dim: d, Horizon: 0.5, Start: start,
			Diffusion: pde.DiffusionFunc(func(_, x, dw expr.Value) expr.Value {
				return v(x).Mul(dw.Add(dw.Mean().Scale(0.5)))
			}),
			Generator: func(t, x, y, _ expr.Value) expr.Value {
				column := v(x).Add(v(x).Mean().Scale(0.5)) // σᵀ1
				return column.NormSq().Mul(wave(t, x)).Scale(0.125).Sub(y)
			},
			Terminal: func(x expr.Value) expr.Value { return x.Sum().Scale(0.5).Sin() },
			Exact:    wave,
		},
	}
}

// someNetworks are both kinds, or in short tests one of them in turn.
func someNetworks(i int) []network.Network {
	list := []network.Network{network.Shared{Hidden: []int{16}}, network.PerStep{Hidden: []int{16}}}
	if testing.Short() {
		return list[i%2 : i%2+1]
	}
	return list
}

// exactly is u and ∇u of the exact solution.
func exactly(t *testing.T, p pde.Problem, at float64, x []float64) (float64, []float64) {
	t.Helper()
	tv, xv := expr.Input("t", 1), expr.Input("x", p.Dim)
	f, err := expr.Compile(p.Exact(tv, xv), tv, xv)
	if err != nil {
		t.Fatal(err)
	}
	gradient := make([]float64, p.Dim)
	var value []float64
	for j := range gradient {
		direction := make([]float64, p.Dim)
		direction[j] = 1
		var slope []float64
		if value, slope, _, err = f.Jet(1, [][]float64{{at}, x}, [][]float64{{0}, direction}); err != nil {
			t.Fatal(err)
		}
		gradient[j] = slope[0]
	}
	return value[0], gradient
}

func shifted(x []float64, by float64) []float64 {
	out := slices.Clone(x)
	for i := range out {
		out[i] += by
	}
	return out
}

// TestSolutionAnywhere compares u and ∇u with the exact solution at points of the grid and
// beside it: within 5 standard errors, and the reported errors of the time step, which is
// some three times the one that is left, and for the gradient of the network. Networks hardly trained must not be wrong but
// uncertain.
func TestSolutionAnywhere(t *testing.T) {
	race.Skip(t)
	paths := 8192
	if testing.Short() {
		paths = 1024
	}
	for i, p := range solvable() {
		for _, network := range someNetworks(i) {
			s := bsde.Settings{Steps: 10, Iterations: 150, Paths: paths, LearningRate: 1e-2, Precision: "float64"}
			r := solve(t, p, Method{Network: network}, s)
			for _, at := range []struct {
				t float64
				x []float64
			}{
				{0, p.Start}, {0, shifted(p.Start, 0.3)}, {0.31 * p.Horizon, p.Start}, {0.5 * p.Horizon, shifted(p.Start, -0.2)},
				{0.97 * p.Horizon, p.Start}, {p.Horizon, p.Start},
			} {
				got, err := r.Solution.At(context.Background(), at.t, at.x, paths)
				if err != nil {
					t.Fatal(err)
				}
				want, gradient := exactly(t, p, at.t, at.x)
				if !(math.Abs(got.Value-want) <= 5*got.StdErr+got.DiscretizationError+1e-12) {
					t.Errorf("%s, %s, u(%g, %.3g) = %g ± %g (step %g), want %g", p.Name, network.Name(), at.t, at.x, got.Value, got.StdErr, got.DiscretizationError, want)
				}
				for j, g := range gradient {
					if !(math.Abs(got.Gradient[j]-g) <= 5*got.GradientStdErr[j]+got.GradientDiscretization+got.GradientNetworkBias+1e-12) {
						t.Errorf("%s, %s, ∂u/∂x%d(%g, %.3g) = %g ± %g (step %g), want %g", p.Name, network.Name(), j, at.t, at.x, got.Gradient[j], got.GradientStdErr[j], got.GradientDiscretization, g)
					}
				}
				if at.t == 0 && slices.Equal(at.x, p.Start) {
					if got.Value != r.Value || !slices.Equal(got.Gradient, r.Gradient) || got.Trained != r.Trained {
						t.Errorf("%s: at (0, x0) %v, want the result's %v %v", p.Name, got, r.Value, r.Gradient)
					}
				} else if !math.IsNaN(got.Trained) {
					t.Errorf("%s: a trained value %g at (%g, %g), which no training has seen", p.Name, got.Trained, at.t, at.x)
				}
			}
		}
	}
}

// TestSolvableAreSolutions puts the exact solutions into the equations.
func TestSolvableAreSolutions(t *testing.T) {
	for _, p := range solvable() {
		r, scale, err := pde.Residual(p, p.Exact, []float64{0, 0.3 * p.Horizon}, append(slices.Clone(p.Start), shifted(p.Start, 0.5)...))
		for i := range r {
			if math.Abs(r[i]) > 1e-10*scale[i] {
				t.Errorf("%s: residual %g of %g", p.Name, r[i], scale[i])
			}
		}
		if err != nil {
			t.Errorf("%s: %v", p.Name, err)
		}
	}
}

func TestSolutionRefuses(t *testing.T) {
	r := solve(t, heat(2), Method{Network: network.Shared{Hidden: []int{4}}}, small)
	for _, c := range []struct {
		t     float64
		x     []float64
		paths int
		want  string
	}{
		{-0.1, []float64{0, 0}, 0, "t: is -0.1"},
		{1.1, []float64{0, 0}, 0, "horizon 1"},
		{0, []float64{0}, 0, "has 1 components, want 2"},
		{0, []float64{0, math.NaN()}, 0, "component 1 is NaN"},
		{0, []float64{0, 0}, 1, "paths: is 1"},
	} {
		if _, err := r.Solution.At(context.Background(), c.t, c.x, c.paths); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("At(%g, %g, %d): %v, want %q", c.t, c.x, c.paths, err, c.want)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := r.Solution.At(ctx, 0, []float64{0, 0}, 0); err != context.Canceled {
		t.Errorf("cancelled: %v", err)
	}
}

// oneSided is the 95 % point of the normal distribution.
const oneSided = 1.6448536269514722

// box makes p start in the box of the given half-width around its start.
func box(p pde.Problem, half float64) pde.Problem {
	p.RandomStart = func(xi expr.Value) expr.Value {
		return xi.NormCDF().AddConst(-0.5).Scale(2 * half).Add(expr.Vector(p.Start))
	}
	return p
}

// TestRandomStart trains u(0,·) on a box: the trained function's root mean square error,
// estimated without knowing u, is the one that u tells, within 5 standard errors of
// both and the errors of the grid and of Z that the result reports; and it is a small part of what u varies by.
func TestRandomStart(t *testing.T) {
	if testing.Short() {
		t.Skip("slow, and others of its kind are quick")
	}
	for i, p := range solvable() {
		for _, network := range someNetworks(i) {
			p := box(p, 1)
			r := solve(t, p, Method{Network: network}, bsde.Settings{Steps: 10, Iterations: 400, LearningRate: 1e-2, StartPaths: 1024})
			const n = 4096
			var errs, values [n]float64
			normal := expr.Input("xi", p.Dim)
			start, err := expr.Compile(p.RandomStart(normal), normal)
			if err != nil {
				t.Fatal(err)
			}
			x, xi := make([]float64, n*p.Dim), make([]float64, n*p.Dim)
			stream := random.Stream{Key: random.Key(99, 1)}
			stream.Normals(xi, 1)
			if err := start.Eval(n, x, xi); err != nil {
				t.Fatal(err)
			}
			for i := range n {
				row := x[i*p.Dim : (i+1)*p.Dim]
				values[i], _ = exactly(t, p, 0, row)
				errs[i] = math.Pow(r.Solution.Trained(row)-values[i], 2)
			}
			square, std := stat.MeanStdDev(errs[:], nil)
			spread := stat.StdDev(values[:], nil)
			t.Logf("%s, %s: rms error %.4g, estimated %.4g, at most %.4g; step %.4g, bias %.4g; u varies by %.4g",
				p.Name, network.Name(), math.Sqrt(square), r.RegionError, r.RegionErrorBound, r.DiscretizationError, r.NetworkBias, spread)
			got, noisy := math.Pow(r.RegionError, 2), (math.Pow(r.RegionErrorBound, 2)-math.Pow(r.RegionError, 2))/oneSided
			other := r.DiscretizationError
			if !math.IsNaN(r.NetworkBias) { // hidden by the time step
				other += math.Abs(r.NetworkBias)
			}
			other *= 2*math.Sqrt(square) + other
			if !(math.Abs(got-square) <= 5*math.Hypot(std/math.Sqrt(n), noisy)+other) {
				t.Errorf("%s, %s: mean square error %g ± %g, estimated %g ± %g", p.Name, network.Name(), square, std/math.Sqrt(n), got, noisy)
			}
			if !(r.RegionErrorBound < 0.3*spread) {
				t.Errorf("%s, %s: root mean square error below %g, while u varies by %g", p.Name, network.Name(), r.RegionErrorBound, spread)
			}
			want, _ := exactly(t, p, 0, p.Start)
			if !(math.Abs(r.Value-want) <= 5*r.StdErr+r.DiscretizationError) {
				t.Errorf("%s, %s: %g ± %g, want %g", p.Name, network.Name(), r.Value, r.StdErr, want)
			}
		}
	}
}

// TestOrderOfPoints: what is known of a point does not depend on the points before it.
func TestOrderOfPoints(t *testing.T) {
	p := box(heat(3), 0.5)
	points := [][]float64{p.Start, {0.1, 0.2, 0.3}, {0, 0, 1}}
	at := func(order []int) (all [3][]float64) {
		tr, err := bsde.Init(t.Context(), p, Method{Network: network.Shared{Hidden: []int{4}}}, &bsde.Settings{Steps: 6, Iterations: 1, StartPaths: 64, Precision: "float64"})
		if err != nil {
			t.Fatal(err)
		}
		defer tr.Close()
		tr.Step(t.Context())
		for _, i := range order {
			e, err := tr.Solution().At(t.Context(), 0, points[i], 64)
			if err != nil {
				t.Fatal(err)
			}
			all[i] = append([]float64{e.Value, e.StdErr}, e.Gradient...)
		}
		return all
	}
	if one, other := at([]int{0, 1, 2}), at([]int{2, 1, 0}); !reflect.DeepEqual(one, other) {
		t.Errorf("%v in one order, %v in the other", one, other)
	}
}
