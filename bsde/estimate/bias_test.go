package estimate

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde/internal/race"
	"github.com/deepbsde/deepbsde/pde"
)

// engineOf is the engine of a field, with a pool for the test.
func engineOf(t *testing.T, p pde.Problem, f Field) *engine[float64] {
	t.Helper()
	s := solution(t, p, f, nil)
	t.Cleanup(s.core.borrow())
	return s.core.(*engine[float64])
}

// plain is the estimate without any correction for the network, with the levels.
func plain(t *testing.T, e *engine[float64], paths int) (*pilot, *levels) {
	t.Helper()
	p, err := e.pilot(t.Context(), e.Origin, pilotPaths)
	if err != nil {
		t.Fatal(err)
	}
	l := &levels{y0: p.r.y0, free: e.StepFree()}
	for stride := 1; stride <= 4; stride *= 2 {
		r, err := e.residuals(context.Background(), p.from, stride, paths, p.r.y0, nil, nil)
		if err != nil || !l.add(r, e.Origin.MeanStep(stride)) {
			t.Fatalf("stride %d: %v, slope %g", stride, err, r.slope)
		}
	}
	return p, l
}

// bent is the equation of u = sin(Σx/√d + t), with a generator that is given as what it adds to
// the solution's: 0 there.
func bent(d int, more func(y, u, z, zs expr.Value) expr.Value) (p pde.Problem, z func(t, x expr.Value) expr.Value) {
	phase := func(t, x expr.Value) expr.Value { return x.Sum().Scale(1 / math.Sqrt(float64(d))).Add(t) }
	z = func(t, x expr.Value) expr.Value {
		return phase(t, x).Cos().Scale(1 / math.Sqrt(float64(d))).Broadcast(d)
	}
	return pde.Problem{
		Name: "bent", Dim: d, Horizon: 1, Start: make([]float64, d), Diffusion: pde.Scalar(1),
		Generator: func(t, x, y, zv expr.Value) expr.Value {
			s := phase(t, x)
			return s.Sin().Scale(0.5).Sub(s.Cos()).Add(more(y, s.Sin(), zv, z(t, x)))
		},
		Terminal: func(x expr.Value) expr.Value { return phase(expr.Const(1), x).Sin() },
		Exact:    func(t, x expr.Value) expr.Value { return phase(t, x).Sin() },
	}, z
}

// TestNetworkBias: for a Z that is wrong by a third, the estimated bias is the distance of the
// plain estimate from the solution, within 4 standard errors of both, the time step's error
// and a fifth for what is of third order; and what is stated covers it.
func TestNetworkBias(t *testing.T) {
	race.Skip(t)
	for _, c := range []struct {
		name string
		d    int
		more func(y, u, z, zs expr.Value) expr.Value

		kinked bool // second differences as wide as the error see more than the error does
	}{
		{"curved in y", 4, func(y, u, _, _ expr.Value) expr.Value { return y.Sub(u).Square().Scale(0.5) }, false},
		{"curved in z", 1, func(_, _, z, zs expr.Value) expr.Value { return z.Sub(zs).Square().Sum().Scale(-0.4) }, false},
		{"product", 4, func(y, u, z, zs expr.Value) expr.Value { return y.Sub(u).Mul(z.Sub(zs).Sum()).Scale(0.7) }, false},
		{"kinked in y", 2, func(y, u, _, _ expr.Value) expr.Value { return y.Sub(u).Abs() }, true},
	} {
		p, z := bent(c.d, c.more)
		e := engineOf(t, p, Formula{At: func(t, x expr.Value) expr.Value { return z(t, x).Scale(0.67).Add(x.Scale(0.05)) }})
		pi, l := plain(t, e, 32768)
		at := l.limit()
		b, err := e.networkBias(pi.from, pi.r.y0, l.runs[0], branches(len(l.runs[0].delta)))
		if err != nil {
			t.Fatal(err)
		}
		off := at.value // u(0, 0) = 0
		size, _ := b.within(l.runs[0].std())
		t.Logf("%s: off by %.4f ± %.4f (step %.4f), bias %.4f ± %.4f, at most %.4f", c.name, off, at.stderr, at.step, b.mean, b.stderr, size)
		if within := 4*math.Hypot(at.stderr, b.stderr) + at.step + 0.2*math.Abs(off); !c.kinked && !(math.Abs(off-b.mean) <= within) {
			t.Errorf("%s: off by %g ± %g, and the estimated bias is %g ± %g", c.name, off, at.stderr, b.mean, b.stderr)
		}
		if stated := size + part*at.stderr + at.step; !(math.Abs(off) <= stated) || stated > 0.08 {
			t.Errorf("%s: off by %g, stated %g", c.name, off, stated)
		}
	}
}

// TestLogMeanExp: where ∂²f/∂z² is a multiple of the identity the value has no network bias,
// whatever Z, and no time step error where f depends on z alone: f = c‖z‖²/2 and
// g = b·x give u = b·x + ½|b|²(1 + c)… with X = x + W, u(0, 0) = ½ c |b|² T.
func TestLogMeanExp(t *testing.T) {
	race.Skip(t)
	for _, c := range []float64{-2, 1.5} {
		p := pde.Problem{
			Name: "quadratic", Dim: 3, Horizon: 0.5, Start: make([]float64, 3), Diffusion: pde.Scalar(1),
			Generator: func(_, _, _, z expr.Value) expr.Value { return z.NormSq().Scale(c / 2) },
			Terminal:  func(x expr.Value) expr.Value { return x.Sum().Scale(0.6) },
		}
		s := solution(t, p, Formula{At: func(_, x expr.Value) expr.Value { return x.Sin().Scale(0.3).AddConst(0.2) }}, nil)
		e, err := s.At(t.Context(), 0, p.Start, 65536)
		if err != nil {
			t.Fatal(err)
		}
		want := 0.5 * c * 3 * 0.36 * 0.5
		if !(math.Abs(e.Value-want) <= 5*e.StdErr) || e.DiscretizationError != 0 || e.NetworkError != 0 || !e.Trusted() || !(e.Error < 0.02) {
			t.Errorf("c = %g: %g ± %g, %v, want %g", c, e.Value, e.Error, e.Reasons, want)
		}
		if !(e.Lower <= want && want <= e.Upper) {
			t.Errorf("c = %g: bounds %g and %g, want %g between", c, e.Lower, e.Upper, want)
		}
	}
}

// TestBracket: f = y − y³ and g without noise but for what a wrong Z adds: the bracket holds
// the solution, and is narrow, as that Z is not taken.
func TestBracket(t *testing.T) {
	p := pde.Problem{
		Name: "logistic", Dim: 2, Horizon: 1, Start: make([]float64, 2), Diffusion: pde.Scalar(1),
		Generator: func(_, _, y, _ expr.Value) expr.Value { return y.Sub(y.PowConst(3)) },
		Terminal:  func(x expr.Value) expr.Value { return x.Sum().Scale(0).AddConst(0.4) },
	}
	// y′ = −(y − y³), y(1) = 0.4: y² = 1/(1 + (1/0.16 − 1) e^{−2(1−t)}).
	want := 1 / math.Sqrt(1+(1/0.16-1)*math.Exp(-2))
	for _, noise := range []float64{0.2, 0.05, 0} {
		s := solution(t, p, Formula{At: func(_, x expr.Value) expr.Value { return x.Scale(0).AddConst(noise) }}, nil)
		e, err := s.At(t.Context(), 0, p.Start, 8192)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("noise %g: %.4f … %.4f, %.4f ± %.4f, want %.4f", noise, e.Lower, e.Upper, e.Value, e.Error, want)
		if !(e.Lower <= want && want <= e.Upper) || e.Upper-e.Lower > 0.02 {
			t.Errorf("noise %g: %g … %g, want %g between", noise, e.Lower, e.Upper, want)
		}
	}
}

// TestLogMeanExpCoverage: for exponents with the laws of normal and of skewed numbers, of any variance
// that is let through, the logarithm of the mean of exponentials is within its 97.5 % interval in
// 90 % or more of the samples, and where few paths carry it, it is refused.
func TestLogMeanExpCoverage(t *testing.T) {
	race.Skip(t)
	const n, samples = 16384, 100
	for _, skew := range []float64{0, 0.05} {
		for _, variance := range []float64{0.1, 0.5, 1, 1.5, 2, 4} {
			s, covered, given := math.Sqrt(variance), 0, 0
			truth := -s*skew - 0.5*math.Log(1-2*s*skew) + variance/(2*(1-2*s*skew)) // of s(ξ + skew(ξ² − 1))
			for sample := range uint64(samples) {
				r := rand.New(rand.NewPCG(sample, 1))
				delta := make([]float64, n)
				for i := range delta {
					x := r.NormFloat64()
					delta[i] = -s * (x + skew*(x*x-1))
				}
				l := &levels{runs: []*residuals{{delta: delta, slope: 1}}, step: []float64{1}, free: true}
				at, few := l.logMeanExp(1, true)
				if few != "" {
					continue
				}
				given++
				if math.Abs(at.value-truth) <= part*at.stderr {
					covered++
				}
			}
			if covered*10 < given*9 || variance <= 0.5 && given < samples || variance >= 4 && given > samples/10 {
				t.Errorf("skew %g, variance %g: %d of %d samples give a value, %d of them hold %g", skew, variance, given, samples, covered, truth)
			}
		}
	}
}
