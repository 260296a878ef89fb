package main

import (
	"errors"
	"slices"
	"strings"

	"gonum.org/v1/gonum/floats"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/words"
	"github.com/deepbsde/deepbsde/pde"
)

// startDomain is a region around x0 in which the paths of training start.
type startDomain struct {
	kind string  // "box" or "normal"
	size float64 // half the side of the box, or the standard deviation
}

// parseStart reads box:W or normal:S.
func parseStart(s string) (startDomain, error) {
	wrong := errors.New("want box:W for starts within W of x0 in each component, or normal:S for a standard deviation S; other regions have a problem file with start: {box: …}, other points eval --at")
	kind, size, ok := strings.Cut(s, ":")
	if !ok || kind != "box" && kind != "normal" {
		return startDomain{}, wrong
	}
	x, err := flags.Positive(size)
	if err != nil {
		return startDomain{}, wrong
	}
	return startDomain{kind, x}, nil
}

// String is what parseStart reads.
func (d startDomain) String() string { return d.kind + ":" + words.Full(d.size) }

// around makes paths start in the region.
func (d startDomain) around(p *pde.Problem) {
	if d.kind == "normal" {
		p.RandomStart = pde.NormalStart(p.Start, []float64{d.size})
		return
	}
	lo, hi := slices.Clone(p.Start), slices.Clone(p.Start)
	floats.AddConst(-d.size, lo)
	floats.AddConst(d.size, hi)
	p.RandomStart = pde.UniformStart(lo, hi)
}
