package colehopf

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/reference/internal/known"
)

// TestMonteCarloSaysWhatItSees: the share of the weights that count, and the blind spot.
func TestMonteCarloSaysWhatItSees(t *testing.T) {
	ref, err := MonteCarlo(context.Background(), known.Hopf(10, 1), 1, pde.Sampling{Paths: 4096, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"effective sample size", "the largest 0.1 % of the weights carry", "would not show"} {
		if !strings.Contains(ref.Source, want) {
			t.Errorf("%q: no %q", ref.Source, want)
		}
	}
}

// TestMonteCarloRefusesHeavyWeights: g = −c x², σ = 1, λ = 1, T = 1 has the value
// ½ ln(1−2c), and weights of infinite variance for c ≥ ¼.
func TestMonteCarloRefusesHeavyWeights(t *testing.T) {
	for _, c := range []float64{0.05, 0.1, 0.15, 0.35, 0.45} {
		p := pde.Problem{
			Name: "heavy", Dim: 1, Horizon: 1, Start: []float64{0}, Diffusion: pde.Scalar(1),
			Generator: func(_, _, _, z expr.Value) expr.Value { return z.NormSq().Scale(-0.5) },
			Terminal:  func(x expr.Value) expr.Value { return x.NormSq().Scale(-c) },
		}
		for seed := range uint64(5) {
			ref, err := MonteCarlo(context.Background(), p, 1, pde.Sampling{Paths: 1 << 15, Seed: seed})
			if c < 0.25 {
				known.Sampled(t, ref, err, math.Log(1-2*c)/2, 0.1)
			} else if err == nil {
				t.Errorf("c=%g: %+v, want an error", c, ref)
			}
		}
	}
}

// TestMonteCarloNoPathSawIt: a claim that no path reaches.
func TestMonteCarloNoPathSawIt(t *testing.T) {
	p := known.Hopf(2, 1)
	p.Terminal = func(x expr.Value) expr.Value { return x.At(0).AddConst(-10).Relu() }
	if ref, err := MonteCarlo(context.Background(), p, 1, pde.Sampling{Paths: 4096, Seed: 1}); err == nil || !strings.Contains(err.Error(), "none came to where it changes") {
		t.Errorf("%+v, %v, want an error", ref, err)
	}
}
