package estimate_test

import (
	"testing"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/pde"
)

// gain is the field Z = c∘x with a vector c of parameters.
type gain struct{}

func (gain) Z(g *autodiff.Graph, _ int, x autodiff.Node) autodiff.Node {
	return g.Mul(x, g.Param("c", 1, x.Cols, 1, autodiff.Fill(0)))
}

// TestNewTrained: a field of somebody else's, with parameters in float32 that move after the
// solution was made. u = ‖x‖² + d(T − t) has Z = 2x.
func TestNewTrained(t *testing.T) {
	const d = 3
	p := pde.Problem{
		Name: "heat", Dim: d, Horizon: 1, Start: []float64{0.5, -0.5, 1}, Diffusion: pde.Scalar(1),
		Terminal: func(x expr.Value) expr.Value { return x.NormSq() },
	}
	layout := &autodiff.Layout{}
	g := autodiff.NewGraph[float32](layout, false)
	gain{}.Z(g, 0, g.Input("x", 1, d))
	params := make([]float32, layout.Size())
	s, err := estimate.NewTrained(t.Context(), p, estimate.Trained[float32]{
		Field: gain{}, Layout: layout, Params: params, Y0: func() float64 { return 4 },
	}, estimate.Config{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	ratio := func(c float32) float64 {
		for i := range params {
			params[i] = c
		}
		e, err := s.At(t.Context(), 0, p.Start, 4096)
		if err != nil {
			t.Fatal(err)
		}
		if want := 1.5 + d; e.Value < want-5*e.StdErr || e.Value > want+5*e.StdErr || e.Trained != 4 {
			t.Errorf("c = %g: %g ± %g, as trained %g, want %g and 4", c, e.Value, e.StdErr, e.Trained, want)
		}
		return e.ResidualRatio
	}
	if none, right := ratio(0), ratio(2); none < 0.9 || right > 0.4 {
		t.Errorf("residual ratio %g for c = 0 and %g for the right c", none, right)
	}
}
