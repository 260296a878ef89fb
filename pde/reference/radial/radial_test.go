package radial

import (
	"math"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/reference/internal/known"
	"github.com/deepbsde/deepbsde/pde/reference/internal/symmetric"
)

// TestConverges fits the order of the finite differences, 2 ± 0.2.
func TestConverges(t *testing.T) {
	p := known.Decay(10)
	p.Terminal = func(x expr.Value) expr.Value { return x.NormSq().Scale(-0.5).Exp() }
	// E exp(−‖√2 W_T‖²/2) = (1+2T)^{−d/2}, times e^{−T}.
	want := math.Exp(-0.5) * math.Pow(2, -5)
	r, _, err := symmetric.New(&p)
	if err != nil {
		t.Fatal(err)
	}
	var sx, sy, sxx, sxy float64
	const levels = 4
	for k := range levels {
		v, err := solver{r}.finiteDifference(p.Horizon, solver{r}.outer(p.Horizon), 100<<k, 25<<k)
		if err != nil {
			t.Fatal(err)
		}
		x, y := float64(k)*math.Ln2, math.Log(math.Abs(v-want))
		sx, sy, sxx, sxy = sx+x, sy+y, sxx+x*x, sxy+x*y
	}
	if order := -(levels*sxy - sx*sy) / (levels*sxx - sx*sx); math.Abs(order-2) > 0.2 {
		t.Errorf("order %.2f, want 2", order)
	}
	ref, err := Solve(p)
	if err != nil || !(math.Abs(ref.Value-want) <= ref.StdErr+1e-13) {
		t.Errorf("value %+v, %v, want %g within the stated error", ref, err, want)
	}
}

// TestKinkAtOrigin: g = ‖x‖ and a peak, for which the Crank–Nicolson scheme alone
// oscillates at r = 0, where the coefficient (d−1)/r is large. E‖X_T‖ = √(2s²T) Γ((d+1)/2)/Γ(d/2).
func TestKinkAtOrigin(t *testing.T) {
	for _, d := range []int{1, 3, 100} {
		p := known.Heat(d)
		p.Exact, p.Terminal = nil, func(x expr.Value) expr.Value { return x.Norm() }
		above, _ := math.Lgamma(float64(d+1) / 2)
		below, _ := math.Lgamma(float64(d) / 2)
		want := math.Sqrt2 * math.Exp(above-below)
		ref, err := Solve(p)
		if err != nil || !(math.Abs(ref.Value-want) <= 1e-6*want) || !(ref.StdErr <= 1e-6*want) {
			t.Errorf("d=%d: %+v, %v, want %.10g", d, ref, err, want)
		}
	}
	peak := known.Heat(2)
	peak.Exact, peak.Terminal = nil, func(x expr.Value) expr.Value { return x.NormSq().Scale(-1e4).Exp() }
	ref, err := Solve(peak)
	if want := 1 / (1 + 2e4); err != nil || !(math.Abs(ref.Value-want) <= 0.05*want) {
		t.Errorf("peak: %+v, %v, want %g", ref, err, want)
	}
}

// TestWithoutNoise is v′ = −f(v) at the start, 0 or not: e^{−T}·‖x0‖² + 1 − e^{−T}.
func TestWithoutNoise(t *testing.T) {
	for _, c := range []float64{0, 1.5} {
		p := known.Decay(3)
		p.Diffusion, p.Start = pde.Scalar(0), []float64{c, 0, 0}
		p.Generator = func(_, _, y, _ expr.Value) expr.Value { return y.Neg().AddConst(1) }
		ref, err := Solve(p)
		want := math.Exp(-p.Horizon)*c*c - math.Expm1(-p.Horizon)
		if err != nil || !(math.Abs(ref.Value-want) <= ref.StdErr+1e-13) {
			t.Errorf("from %g: %+v, %v, want %g", c, ref, err, want)
		}
	}
}

func TestRefusesByName(t *testing.T) {
	drift, full, skew, other := known.Decay(3), known.Decay(3), known.Decay(3), known.Decay(3)
	drift.Drift = pde.LinearDrift(1)
	full.Diffusion = pde.Geometric(1)
	skew.Terminal = func(x expr.Value) expr.Value { return x.At(0) }
	other.Generator = func(_, x, y, _ expr.Value) expr.Value { return x.NormSq().Sub(y) }
	// 0 on the axes, or on one side of them, where a lazy check would look.
	inX, inZ, half, far := known.Decay(3), known.Decay(3), known.Decay(3), known.Decay(100)
	inX.Generator = func(_, x, _, _ expr.Value) expr.Value { return x.At(1) }
	inZ.Generator = func(_, _, _, z expr.Value) expr.Value { return z.At(0) }
	half.Generator = func(_, _, _, z expr.Value) expr.Value { return z.Sum().Neg().Relu() }
	far.Start[0], far.Terminal = 10, func(x expr.Value) expr.Value { return x.NormSq().Add(x.At(0).AddConst(-8).Relu()) }
	// A claim that no path of a sample reaches.
	rare := known.Decay(5)
	rare.Terminal = func(x expr.Value) expr.Value { return x.At(0).AddConst(-7).Relu() }
	late := known.Decay(5) // a source where no path of a sample comes
	late.Generator = func(_, x, y, _ expr.Value) expr.Value { return x.At(0).AddConst(-6).Relu().Sub(y) }
	for _, c := range []struct {
		p    pde.Problem
		want string
	}{
		{rare, "needs a radial terminal function"}, {late, "needs a generator of t and y alone"}, {drift, "needs drift 0"}, {full, "needs σ = s·I"}, {skew, "needs a radial terminal function"}, {other, "needs a generator of t and y alone"},
		{inX, "needs a generator of t and y alone"}, {inZ, "needs a generator of t and y alone"}, {half, "needs a generator of t and y alone"}, {far, "needs a radial terminal function"},
	} {
		if _, err := Solve(c.p); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one containing %q", err, c.want)
		}
	}
}

// TestLooksAtTheValues: 0·x and 0·z are in the form, and found to be nothing.
func TestLooksAtTheValues(t *testing.T) {
	p := known.Decay(3)
	want := math.Exp(-p.Horizon) * 6 * p.Horizon
	p.Generator = func(_, x, y, z expr.Value) expr.Value { return x.Sum().Add(z.Sum()).Scale(0).Sub(y) }
	if ref, err := Solve(p); err != nil || !(math.Abs(ref.Value-want) <= ref.StdErr+1e-9) {
		t.Errorf("%+v, %v, want %g", ref, err, want)
	}
}
