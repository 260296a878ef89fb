package colehopf

import (
	"math"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde/reference/internal/known"
)

// TestQuadratureAgainstClosedForm uses g = ½‖x‖²: E exp(−λ·½s²T‖ξ‖²) =
// (1+λs²T)^{−d/2}, so u = (d/2λ) ln(1+λs²T).
func TestQuadratureAgainstClosedForm(t *testing.T) {
	for _, d := range []int{1, 3, 100, 10000} {
		for _, lambda := range []float64{0.1, 1, 50} {
			p := known.Heat(d)
			p.Exact = nil
			p.Generator = func(_, _, _, z expr.Value) expr.Value { return z.NormSq().Scale(-lambda / 2) }
			p.Terminal = func(x expr.Value) expr.Value { return x.NormSq().Scale(0.5) }
			ref, err := Quadrature(p, lambda)
			want := float64(d) / (2 * lambda) * math.Log1p(lambda*2*p.Horizon)
			if err != nil || !(math.Abs(ref.Value-want) <= 1e-10*want) {
				t.Errorf("d=%d λ=%g: %+v, %v, want %.12g", d, lambda, ref, err, want)
			}
		}
	}
}

func TestQuadratureRefusesByName(t *testing.T) {
	if _, err := Quadrature(known.Decay(3), 1); err == nil || !strings.Contains(err.Error(), "f = −λ‖z‖²/2") {
		t.Errorf("a generator −y passes as quadratic: %v", err)
	}
	along := known.Decay(3)
	along.Generator = func(_, _, _, z expr.Value) expr.Value { return z.At(2).Square().Scale(-0.5) }
	if _, err := Quadrature(along, 1); err == nil || !strings.Contains(err.Error(), "f = −λ‖z‖²/2") {
		t.Errorf("a generator of one component of z passes as quadratic in all: %v", err)
	}
}
