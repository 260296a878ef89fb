package main

import (
	"context"
	"math"
	"testing"

	"github.com/deepbsde/deepbsde/pde/reference/finitedifference"
	"github.com/deepbsde/deepbsde/pde/reference/picard"
)

// TestVolatility: the rows of the factor have the lengths v and the correlation ½, to
// rounding.
func TestVolatility(t *testing.T) {
	a := volatility(20)
	v := func(i int) float64 { return 0.15 + 0.2*float64(i)/20 }
	for i := range a {
		for j := range a {
			covariance, want := 0.0, v(i)*v(j)*correlation
			for k := range a {
				covariance += a[i][k] * a[j][k]
			}
			if i == j {
				want = v(i) * v(i)
			}
			if math.Abs(covariance-want) > 1e-15 {
				t.Errorf("covariance of stocks %d and %d: %g, want %g", i, j, covariance, want)
			}
		}
	}
}

// TestTwoStocks: for two stocks, where finite differences apply, Picard's value is within
// four of its stated errors of theirs.
func TestTwoStocks(t *testing.T) {
	grid, err := finitedifference.Solve(basket(2, true))
	if err != nil {
		t.Fatal(err)
	}
	estimate, err := picard.Solve(context.Background(), basket(2, true), picard.Multilevel{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("finite differences %g ± %g, Picard %g ± %g", grid.Value, grid.StdErr, estimate.Value, estimate.StdErr)
	if math.Abs(grid.Value-estimate.Value) > 4*math.Hypot(grid.StdErr, estimate.StdErr) || estimate.StdErr > 0.02*grid.Value {
		t.Errorf("finite differences %g ± %g, Picard %g ± %g", grid.Value, grid.StdErr, estimate.Value, estimate.StdErr)
	}
}
