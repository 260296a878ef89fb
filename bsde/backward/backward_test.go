package backward_test

import (
	"bytes"
	"fmt"
	"math"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/backward"
	"github.com/deepbsde/deepbsde/bsde/internal/race"
	"github.com/deepbsde/deepbsde/pde"
)

// mixing is an equation whose generator has all its inputs.
func mixing() pde.Problem {
	return pde.Problem{
		Name: "mixing", Dim: 3, Horizon: 0.5, Start: []float64{0.1, -0.2, 0.3}, Diffusion: pde.Diagonal{0.5, 1, 0.7},
		Generator: func(t, x, y, z expr.Value) expr.Value {
			return z.NormSq().Scale(-0.3).Add(y.Sin().Mul(t)).Add(x.Mean())
		},
		Terminal: func(x expr.Value) expr.Value { return x.NormSq() },
	}
}

// reaction is u_t + Δu + k(u − u³) = 0 with a u(T, ·) that is between 0 and ½: u goes to 1 in a time of 1/k.
func reaction(k float64) pde.Problem {
	return pde.Problem{
		Name: "reaction", Dim: 4, Horizon: 0.4, Start: make([]float64, 4), Diffusion: pde.Scalar(math.Sqrt2),
		Generator: func(_, _, y, _ expr.Value) expr.Value { return y.Sub(y.PowConst(3)).Scale(k) },
		Terminal:  func(x expr.Value) expr.Value { return x.NormSq().Scale(0.4).AddConst(2).Inv() },
	}
}

// begin makes a trainer.
func begin(t *testing.T, p bsde.Problem, m backward.Method, s bsde.Settings) *bsde.Trainer {
	t.Helper()
	tr, err := bsde.Init(t.Context(), p, m, &s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tr.Close)
	return tr
}

// bits are the numbers of a result in full.
func bits(t *testing.T, tr *bsde.Trainer) string {
	t.Helper()
	for tr.Step(t.Context()) {
	}
	r, err := tr.Result(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x %x %x %x %x %x", r.Value, r.Error, r.NetworkBias, r.Gradient, r.GradientStdErr, r.Trained)
}

// TestSameBits: for any number of workers, and for a run that was stopped after a sweep, with each target and fit.
func TestSameBits(t *testing.T) {
	for _, m := range []backward.Method{
		{Paths: 512}, {Paths: 512, Target: backward.Multistep}, {Paths: 512, Target: backward.Splitting},
		{Paths: 512, Fit: backward.Adam, Passes: 3}, {Paths: 512, Fit: backward.Both, Passes: 3, Target: backward.Multistep},
	} {
		s := bsde.Settings{Steps: 4, Paths: 512, StartPaths: 256, Gradient: 128, Seed: 3, Workers: 1}
		want := bits(t, begin(t, mixing(), m, s))
		s.Workers = 3
		first := begin(t, mixing(), m, s)
		first.Step(t.Context())
		var saved bytes.Buffer
		if err := first.Save(&saved, nil); err != nil {
			t.Fatal(err)
		}
		again := begin(t, mixing(), m, s)
		checkpoint, err := bsde.ReadCheckpoint(saved.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if err := again.Restore(checkpoint, first.History()); err != nil {
			t.Fatal(err)
		}
		if got := bits(t, again); got != want {
			t.Errorf("%+v: resumed with three workers %s, want %s", m, got, want)
		}
	}
}

// TestStiff: with −∂f/∂y·T = 40 the answer is right within the error that it states, and that is of use.
func TestStiff(t *testing.T) {
	race.Skip(t)
	r, err := bsde.Solve(t.Context(), reaction(50), backward.Method{Paths: 1024}, &bsde.Settings{Steps: 40, Paths: 2048, Gradient: bsde.Nothing, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	// u is 1 but for e^{−2kT}; 1 % is what makes an answer of use.
	if !r.Trusted() || !(math.Abs(r.Value-1) <= r.Error) || r.Error > 0.01 {
		t.Errorf("%g ± %g, %v, want 1 within .01", r.Value, r.Error, r.Reasons)
	}
}

// correlated is an equation that is linear in y and z and has the solution sin(a·x + t), with a σ that is no diagonal.
func correlated() (p pde.Problem, value float64, gradient []float64) {
	a, x0 := []float64{0.5, -0.3, 0.8}, []float64{0.2, 0.4, -0.1}
	l := [][]float64{{0.6, 0, 0}, {0.3, 0.5, 0}, {-0.2, 0.1, 0.7}}
	var la [3]float64 // Lᵀa
	square := 0.0
	for j := range la {
		for i := range a {
			la[j] += l[i][j] * a[i]
		}
		square += la[j] * la[j]
	}
	b := []float64{0.4, -0.2, 0.3}
	inner := 0.0
	for j, v := range b {
		inner += v * la[j]
	}
	p = pde.Problem{
		Name: "correlated", Dim: 3, Horizon: 0.5, Start: x0, Diffusion: pde.Dense(l),
		// f = 2y + b·z + s, with s for the solution
		Generator: func(t, x, y, z expr.Value) expr.Value {
			phase := x.Dot(expr.Vector(a)).Add(t)
			source := phase.Cos().Scale(-1 - inner).Add(phase.Sin().Scale(square/2 - 2))
			return y.Scale(2).Add(z.Dot(expr.Vector(b))).Add(source)
		},
		Terminal: func(x expr.Value) expr.Value { return x.Dot(expr.Vector(a)).AddConst(0.5).Sin() },
	}
	phase := 0.0
	for i := range a {
		phase += a[i] * x0[i]
	}
	for _, v := range a {
		gradient = append(gradient, v*math.Cos(phase))
	}
	return p, math.Sin(phase), gradient
}

// TestLinear: of a linear equation value and gradient are right, and no fit leaves a bias. The tolerance of the gradient is 4 of
// its standard errors and what it states for the time step.
func TestLinear(t *testing.T) {
	race.Skip(t)
	p, value, gradient := correlated()
	r, err := bsde.Solve(t.Context(), p, backward.Method{}, &bsde.Settings{Steps: 16, Paths: 8192, Seed: 2})
	if err != nil {
		t.Fatal(err)
	}
	if !r.Trusted() || r.NetworkError != 0 || !(math.Abs(r.Value-value) <= r.Error) || r.Error > 0.02 {
		t.Errorf("%g ± %g, network ± %g, %v, want %g within .02", r.Value, r.Error, r.NetworkError, r.Reasons, value)
	}
	if len(r.Gradient) != len(gradient) {
		t.Fatalf("gradient %v, want %v", r.Gradient, gradient)
	}
	for i, want := range gradient {
		if by := 4*r.GradientStdErr[i] + r.GradientDiscretization; !(math.Abs(r.Gradient[i]-want) <= by) || by > 0.1 {
			t.Errorf("component %d of the gradient: %g, want %g within %g, which is at most .1", i, r.Gradient[i], want, by)
		}
	}
}

// TestTooFewIterations: a sweep for each level is the least.
func TestTooFewIterations(t *testing.T) {
	_, err := bsde.Init(t.Context(), mixing(), backward.Method{}, &bsde.Settings{Iterations: 2})
	if want := "setting iterations: 2, want at least 3, a sweep for each level"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// TestWays: every target and fit is right within the error that it states, which is of use, on an equation whose f has y
// and z in it.
func TestWays(t *testing.T) {
	race.Skip(t)
	p, value, _ := correlated()
	for _, m := range []backward.Method{
		{Target: backward.Splitting}, {Target: backward.Multistep},
		{Fit: backward.Adam}, {Fit: backward.Adam, Target: backward.Splitting}, {Fit: backward.Both, Target: backward.Multistep},
	} {
		r, err := bsde.Solve(t.Context(), p, m, &bsde.Settings{Steps: 8, Paths: 8192, Gradient: bsde.Nothing, Seed: 2})
		if err != nil {
			t.Fatal(err)
		}
		// A fit that learnt nothing leaves all of the spread.
		if !r.Trusted() || !(math.Abs(r.Value-value) <= r.Error) || r.Error > 0.03 || r.ResidualRatio > 0.2 {
			t.Errorf("%+v: %g ± %g, ratio %g, %v, want %g within .03", m, r.Value, r.Error, r.ResidualRatio, r.Reasons, value)
		}
	}
}

// TestPathsOfOneWorker: a walker that asks for the value while it is in use does not wait for itself.
func TestPathsOfOneWorker(t *testing.T) {
	r, err := bsde.Solve(t.Context(), mixing(), backward.Method{Paths: 512}, &bsde.Settings{Steps: 4, Paths: 512, StartPaths: 256, Gradient: bsde.Nothing, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	paths, err := r.Solution.Paths(3)
	if err != nil || len(paths) != 3 || paths[0].Y[0] != r.Trained {
		t.Errorf("%d paths, %v, want 3 from %g", len(paths), err, r.Trained)
	}
}

// TestSplitting: f is taken at the end of the step. Over one step of length 1, with f = x² and g = x,
//
//	joint: x0 + x0²,   splitting: E[X_1 + X_1²] = x0 + x0² + σ²
//
// within 5 standard errors of a mean over the paths of the sweep; X_1 + X_1² has a deviation below 3.
func TestSplitting(t *testing.T) {
	const x0, sigma, paths = 0.5, 0.8, 1 << 15
	p := pde.Problem{
		Name: "source", Dim: 1, Horizon: 1, Start: []float64{x0}, Diffusion: pde.Scalar(sigma),
		Generator: func(_, x, _, _ expr.Value) expr.Value { return x.NormSq() },
		Terminal:  func(x expr.Value) expr.Value { return x.Sum() },
	}
	for target, want := range map[string]float64{backward.Joint: x0 + x0*x0, backward.Splitting: x0 + x0*x0 + sigma*sigma} {
		tr := begin(t, p, backward.Method{Target: target, Paths: paths}, bsde.Settings{Steps: 1, Paths: 256, StartPaths: 256, Gradient: bsde.Nothing, Seed: 5})
		for tr.Step(t.Context()) {
		}
		r, err := tr.Result(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if by := 5 * 3 / math.Sqrt(paths); !(math.Abs(r.Trained-want) <= by) {
			t.Errorf("%s: %g, want %g within %.2g", target, r.Trained, want, by)
		}
	}
}

// TestFitOptions: what belongs to one fit is refused with another.
func TestFitOptions(t *testing.T) {
	for want, m := range map[string]backward.Method{
		"setting fit: \"sgd\", want least-squares or adam or both":        {Fit: "sgd"},
		"setting width: 8, which belongs to the fits adam and both":       {Width: 8},
		"setting passes: 3, which belongs to the fits adam and both":      {Passes: 3},
		"setting passes: -1, want 1 to 65536":                             {Fit: backward.Adam, Passes: -1},
		"setting target: \"split\", want joint or splitting or multistep": {Target: "split"},
	} {
		if _, err := m.Resolve(mixing()); err == nil || err.Error() != want {
			t.Errorf("%+v: %v, want %s", m, err, want)
		}
	}
}
