package main

import (
	"fmt"
	"io"
	"os"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/cwriter"

	"github.com/deepbsde/deepbsde/bsde"
)

// progress shows how a run goes. Its methods are called by one goroutine.
type progress interface {
	update(bsde.Progress)
	close() // takes away what must not stay on the screen
}

// newProgress is a bar on a terminal, lines elsewhere, nothing when quiet.
func newProgress(w io.Writer, quiet bool) progress {
	switch {
	case quiet:
		return silent{}
	case fitsBar(w):
		return newBar(mpb.WithOutput(w))
	}
	return &lines{w: w, last: -1}
}

// fitsBar tells whether w is a terminal that can move its cursor and has room
// for a bar.
func fitsBar(w io.Writer) bool {
	if os.Getenv("TERM") == "dumb" {
		return false
	}
	width, height, err := cwriter.New(w).GetTermSize()
	return err == nil && width >= 40 && height >= 2
}

type silent struct{}

func (silent) update(bsde.Progress) {}
func (silent) close()               {}

// lines is one line for each record of the history and for each phase.
type lines struct {
	w     io.Writer
	last  int // iteration of the last line
	phase string
}

func (l *lines) update(p bsde.Progress) {
	if p.Phase != "training" {
		if p.Phase != l.phase {
			fmt.Fprintf(l.w, "%s on %d paths\n", p.Phase, p.Iterations)
		}
		l.phase = p.Phase
		return
	}
	if r := p.Record; r != nil && r.Iteration > l.last {
		l.last = r.Iteration
		fmt.Fprintf(l.w, "iteration %d/%d  %s  %s\n", r.Iteration, p.Iterations, state(r), seconds(r.Elapsed))
	}
}

func (l *lines) close() {}

// state is the part of a record that bar and lines have in common.
func state(r *bsde.Record) string {
	return fmt.Sprintf("loss %.3g  Y0 %.5g", r.Loss, r.Value)
}
