// Fromfile reads a problem file and replaces what the file cannot say.
//
// The file is Fisher's equation for the spread of a gene, whose carriers wander at random:
//
//	∂u/∂t + ½ s² Δu + k u (1 − u) = 0
//
// Here the gene starts in the half-space x₀ < 0, with a soft edge. Its share then depends on
// x₀ alone, so finite differences in one dimension give a reference for ten. It prints
//
//	solver              0.6927 ± 0.0002
//	finite differences  0.6927
package main

import (
	"context"
	_ "embed"
	"fmt"
	"log"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/deep"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/reference/finitedifference"
	"github.com/deepbsde/deepbsde/problems"
	"github.com/deepbsde/deepbsde/problems/file"
)

// fisher is a problem file; file.Read takes one by its path.
//
//go:embed fisher.yaml
var fisher []byte

// halfSpace is the problem of the file with a terminal function of its own, so that neither
// the file's exact solution nor its reference applies.
func halfSpace(family *problems.Family, dim int) pde.Problem {
	p, err := family.Make(dim, map[string]float64{"k": 1})
	if err != nil {
		log.Fatal(err)
	}
	p.Exact, p.Reference = nil, nil
	p.Terminal = func(x expr.Value) expr.Value { return x.At(0).Scale(-2).Sigmoid() }
	return p
}

func main() {
	family, err := file.Parse("fisher.yaml", fisher)
	if err != nil {
		log.Fatal(err)
	}
	r, err := bsde.Solve(context.Background(), halfSpace(family, 10), deep.Method{}, nil)
	if err != nil {
		log.Fatal(err)
	}
	reference, err := finitedifference.Solve(halfSpace(family, 1))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("solver              %.4f ± %.4f\n", r.Value, r.Error)
	fmt.Printf("finite differences  %.4f\n", reference.Value)
}
