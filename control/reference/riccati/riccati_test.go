package riccati

import (
	"math"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/control/reference/internal/cases"
	"github.com/deepbsde/deepbsde/control/reference/linearquadratic"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// TestMultiplicativeKnownValues are the published digits, half a unit of the last one.
func TestMultiplicativeKnownValues(t *testing.T) {
	l := cases.Multiplicative(10)
	r, err := Discrete(l, 20)
	if err != nil || math.Abs(r.Value-54.276467) > 5e-7 {
		t.Errorf("20 steps: %+v, %v, want 54.276467", r, err)
	}
	c, err := Continuous(l)
	if err != nil || math.Abs(c.Value-57.134434) > 5e-7 || c.Error > 1e-8 {
		t.Errorf("continuous: %.9f ± %.2g, %v, want 57.134434", c.Value, c.Error, err)
	}
}

// TestScalarRiccati is dX = a dt + s dW with q = r = 1, g = 0: P = tanh(T−t), c =
// s² ln cosh(T−t). The value is exact to 1e-12 relative by its step tolerance and the
// few steps; in between the same.
func TestScalarRiccati(t *testing.T) {
	l := &linearquadratic.Form{B: cases.Identity(1, 1), S: cases.Identity(1, 0.7), Q: cases.Identity(1, 1), R: cases.Identity(1, 1), Start: []float64{1.3}, Horizon: 2}
	r, err := Continuous(l)
	if err != nil {
		t.Fatal(err)
	}
	want := 1.69*math.Tanh(2) + 0.49*math.Log(math.Cosh(2))
	if math.Abs(r.Value-want) > 1e-12*want || math.Abs(r.Value-want) > r.Error {
		t.Errorf("value %.15g ± %.2g, want %.15g", r.Value, r.Error, want)
	}
	for _, at := range []float64{0, 0.01, 0.3, 1, 1.77, 2} {
		k, err := r.Gain(at)
		if err != nil || math.Abs(k.At(0, 0)-math.Tanh(2-at)) > 1e-12 {
			t.Errorf("gain at %g: %v, %v, want %g", at, k, err, math.Tanh(2-at))
		}
		_, c, err := r.P(at)
		if want := 0.49 * math.Log(math.Cosh(2-at)); err != nil || math.Abs(c-want) > 1e-12 {
			t.Errorf("c(%g) = %g, %v, want %g", at, c, err, want)
		}
	}
	if _, err := r.Gain(2.1); err == nil || !strings.Contains(err.Error(), "want a time from 0 to 2") {
		t.Errorf("error %v", err)
	}
}

// TestDiscreteTendsToContinuous fits the order 1 of Euler's scheme over 6 levels.
func TestDiscreteTendsToContinuous(t *testing.T) {
	for _, l := range []*linearquadratic.Form{cases.Multiplicative(10), cases.Skew()} {
		c, err := Continuous(l)
		if err != nil {
			t.Fatal(err)
		}
		var h, e []float64
		for n := 40; n <= 1280; n *= 2 {
			r, err := Discrete(l, n)
			if err != nil {
				t.Fatal(err)
			}
			h, e = append(h, -math.Log(float64(n))), append(e, math.Log(math.Abs(r.Value-c.Value)))
		}
		if _, order := stat.LinearRegression(h, e, nil, false); math.Abs(order-1) > 0.2 {
			t.Errorf("order %.3f, want 1 ± 0.2", order)
		}
		// The gains too, by a Richardson value from the last two levels: its error is of
		// order h² ~ 1e-6 times the size of the second derivatives.
		k, _ := c.Gain(0)
		fine, _ := Discrete(l, 1280)
		coarse, _ := Discrete(l, 640)
		var extrapolated mat.Dense
		extrapolated.Scale(2, fine.Policy.Gains[0])
		extrapolated.Sub(&extrapolated, coarse.Policy.Gains[0])
		if extrapolated.Sub(&extrapolated, k); mat.Norm(&extrapolated, 2) > 1e-4*mat.Norm(k, 2) {
			t.Errorf("gain at 0 is off by %g of %g", mat.Norm(&extrapolated, 2), mat.Norm(k, 2))
		}
	}
}

// TestValueFunction: ValueAt at step 0 and the value for a fixed start are one number.
func TestValueFunction(t *testing.T) {
	l := cases.Skew()
	l.StartFactor = nil
	r, err := Discrete(l, 20)
	if err != nil || math.Abs(r.ValueAt(0, l.Start)-r.Value) > r.Error {
		t.Errorf("%g, %v, want %g", r.ValueAt(0, l.Start), err, r.Value)
	}
}

// TestNoSolution: the errors say what is missing and when.
func TestNoSolution(t *testing.T) {
	one := cases.Identity(1, 1)
	base := linearquadratic.Form{Name: "bad", B: one, Start: []float64{1}, Horizon: 2}
	negative, singular := base, base
	negative.R, negative.G = one, cases.Identity(1, -1) // P = −1/(1−(T−t)) escapes at t = 1
	if _, err := Continuous(&negative); err == nil || !strings.Contains(err.Error(), "problem bad: G: or Q is too negative: the Riccati equation has no solution before t=1;") {
		t.Errorf("error %v", err)
	}
	if _, err := Discrete(&negative, 20); err == nil || !strings.Contains(err.Error(), "R: + BᵀPB + ΣDᵀPD is not positive definite at step 9 of 20") {
		t.Errorf("error %v", err)
	}
	singular.Q = one
	if _, err := Continuous(&singular); err == nil || !strings.Contains(err.Error(), "R: + ΣDᵀPD is not positive definite (smallest eigenvalue 0) at t=2") {
		t.Errorf("error %v", err)
	}
	singular.G = one // now BᵀPB is enough on a grid: the state goes to 0 at once
	if r, err := Discrete(&singular, 20); err != nil || math.Abs(r.Policy.Gains[0].At(0, 0)-10) > 1e-12 {
		t.Errorf("cheap control: %+v, %v, want gain 1/h = 10", r, err)
	}
}
