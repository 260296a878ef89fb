// Basket prices a call on the mean of twenty correlated stocks whose seller may default.
//
// The stocks are geometric Brownian motions with volatilities from 15 to 34 % and the
// correlation 0.5 between every two. The seller defaults with an intensity that rises from
// 2 % to 20 % a year as the option comes to be worth more (wrong-way risk), and the buyer
// then recovers the share δ of its value, so that the equation is nonlinear,
//
//	∂u/∂t + r x·∇u + ½ Tr(σσᵀ∇²u) − (1−δ) Q(u) u − r u = 0,   u(T,x) = max(x̄ − K, 0)
//
// (Duffie, Schroder, Skiadas 1996). The price without default comes from simulation, that
// with default from the solver and from multilevel Picard approximation, which shares
// nothing with it but the problem; ± is a standard error. It prints
//
//	without default  8.589 ± 0.026
//	with default     8.031 ± 0.008, time step ± 0.030
//	Picard           7.998 ± 0.026
package main

import (
	"context"
	"fmt"
	"log"
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/deep"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/reference/montecarlo"
	"github.com/deepbsde/deepbsde/pde/reference/picard"
)

const (
	spot, strike = 100.0, 100.0
	rate         = 0.03
	correlation  = 0.5
	recovery     = 0.4        // δ
	low, high    = 0.02, 0.20 // intensity of default up to the value cheap and from dear on
	cheap, dear  = 5.0, 25.0
)

// volatility is the matrix diag(v)·L with LLᵀ the correlation matrix. For equal
// correlations the Cholesky factor is known row by row.
func volatility(dim int) [][]float64 {
	a := make([][]float64, dim)
	rest := 1.0 // variance of a stock that the noises so far do not explain
	for j := range dim {
		diagonal := math.Sqrt(rest)
		below := diagonal - (1-correlation)/diagonal
		for i := j; i < dim; i++ {
			if a[i] == nil {
				a[i] = make([]float64, dim)
			}
			v := 0.15 + 0.2*float64(i)/float64(dim)
			a[i][j] = v * below
			if i == j {
				a[i][j] = v * diagonal
			}
		}
		rest -= below * below
	}
	return a
}

// basket is the option on dim stocks, with default or without.
func basket(dim int, risky bool) pde.Problem {
	start := make([]float64, dim)
	for i := range start {
		start[i] = spot
	}
	return pde.Problem{
		Name: "basket", Dim: dim, Horizon: 1, Start: start,
		Drift:     pde.LinearDrift(rate),
		Diffusion: pde.CorrelatedGeometric(volatility(dim)),
		Generator: func(_, _, y, _ expr.Value) expr.Value {
			if !risky {
				return y.Scale(-rate)
			}
			share := y.AddConst(-cheap).Scale(1 / (dear - cheap)).Max(expr.Const(0)).Min(expr.Const(1))
			intensity := share.Scale(high - low).AddConst(low)
			return intensity.Scale(1 - recovery).AddConst(rate).Mul(y).Neg()
		},
		Terminal: func(x expr.Value) expr.Value { return x.Mean().AddConst(-strike).Relu() },
	}
}

func main() {
	ctx := context.Background()
	riskless, err := montecarlo.Solve(ctx, basket(20, false), pde.Sampling{Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	r, err := bsde.Solve(ctx, basket(20, true), deep.Method{}, &bsde.Settings{Iterations: 500, Paths: 1 << 16, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	reference, err := picard.Solve(ctx, basket(20, true), picard.Multilevel{Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("without default  %.3f ± %.3f\n", riskless.Value, riskless.StdErr)
	fmt.Printf("with default     %.3f ± %.3f, time step ± %.3f\n", r.Value, r.StdErr, r.DiscretizationError)
	fmt.Printf("Picard           %.3f ± %.3f\n", reference.Value, reference.StdErr)
}
