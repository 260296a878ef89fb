package flow

import (
	"math"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde/internal/equation"
	"github.com/deepbsde/deepbsde/pde"
)

// TestFlow: Φ_h of y − y³ is that of the closed form, increasing, also where a step is long beside 1/|f′|, and the
// sum of a convex and a concave part.
func TestFlow(t *testing.T) {
	eq, err := equation.New(pde.Problem{
		Name: "bistable", Dim: 1, Horizon: 1, Start: []float64{0}, Diffusion: pde.Scalar(1),
		Generator: func(_, _, y, _ expr.Value) expr.Value { return y.Sub(y.PowConst(3)) },
		Terminal:  func(x expr.Value) expr.Value { return x.Sum().Sigmoid() },
	})
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(eq, 0.1, 1.3)
	if s == nil || err != nil {
		t.Fatal(s, err)
	}
	for _, h := range []float64{0.01, 0.3, 5} {
		f, err := s.flow(h)
		if f == nil || err != nil {
			t.Fatal(f, err)
		}
		c, before := s.curve(f), math.Inf(-1)
		for i, y := range s.points() {
			want := y * math.Exp(h) / math.Sqrt(1+y*y*math.Expm1(2*h))
			if got := y + f[i]; math.Abs(got-want) > 1e-5 || got < before {
				t.Fatalf("h = %g: %g becomes %g, want %g, and not less than %g", h, y, got, want, before)
			}
			before = y + f[i]
			if i > 1 {
				bend := c.bent[i] - 2*c.bent[i-1] + c.bent[i-2]
				if rest := f[i] - 2*f[i-1] + f[i-2] - bend; bend < -1e-12 || rest > 1e-12 {
					t.Fatalf("h = %g, y = %g: second differences %g and %g", h, y, bend, rest)
				}
			}
		}
	}
}
