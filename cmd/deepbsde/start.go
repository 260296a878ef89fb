package main

import (
	"errors"
	"strings"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
)

// startDomain is a region around x0 in which the paths of training start.
type startDomain struct {
	kind string  // "box" or "normal"
	size float64 // half the side of the box, or the standard deviation
}

// parseStart reads box:W or normal:S.
func parseStart(s string) (startDomain, error) {
	wrong := errors.New("want box:W for starts within W of x0 in each component, or normal:S for a standard deviation S")
	kind, size, ok := strings.Cut(s, ":")
	if !ok || kind != "box" && kind != "normal" {
		return startDomain{}, wrong
	}
	x, err := positive(size)
	if err != nil {
		return startDomain{}, wrong
	}
	return startDomain{kind, x}, nil
}

// String is what parseStart reads.
func (d startDomain) String() string { return d.kind + ":" + full(d.size) }

// around makes paths start in the region.
func (d startDomain) around(p *pde.Problem) {
	x0 := expr.Vector(p.Start)
	p.RandomStart = func(xi expr.Value) expr.Value {
		if d.kind == "box" {
			xi = xi.NormCDF().AddConst(-0.5).Scale(2)
		}
		return xi.Scale(d.size).Add(x0)
	}
}
