// Package progress shows on standard error how a run goes: a bar on a terminal, lines
// elsewhere.
package progress

import (
	"fmt"
	"io"
	"os"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/cwriter"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/words"
)

// Display shows how a run goes. Its methods are called by one goroutine.
type Display interface {
	Update(bsde.Progress)
	Close() // takes away what must not stay on the screen
}

// New is a bar on a terminal, lines elsewhere, nothing when quiet; label, unless it is empty,
// says of which run.
func New(w io.Writer, quiet bool, label string) Display {
	if label != "" {
		label += ": "
	}
	switch {
	case quiet:
		return Silent{}
	case FitsBar(w):
		return newBar(label, mpb.WithOutput(w))
	}
	return &lines{w: w, label: label, last: -1}
}

// FitsBar tells whether w is a terminal that can move its cursor and has room
// for a bar.
func FitsBar(w io.Writer) bool {
	if os.Getenv("TERM") == "dumb" {
		return false
	}
	width, height, err := cwriter.New(w).GetTermSize()
	return err == nil && width >= 40 && height >= 2
}

// Silent shows nothing.
type Silent struct{}

// Update does nothing.
func (Silent) Update(bsde.Progress) {}

// Close does nothing.
func (Silent) Close() {}

// lines is one line for each record of the history and for each phase.
type lines struct {
	w     io.Writer
	label string
	last  int // iteration of the last line
	phase string
}

// Update prints a line where there is something new to say.
func (l *lines) Update(p bsde.Progress) {
	if p.Phase != "training" {
		if p.Phase != l.phase {
			fmt.Fprintf(l.w, "%s%s on %d paths\n", l.label, p.Phase, p.Iterations)
		}
		l.phase = p.Phase
		return
	}
	if r := p.Record; r != nil && r.Iteration > l.last {
		l.last = r.Iteration
		fmt.Fprintf(l.w, "%siteration %d/%d  %s  %s\n", l.label, r.Iteration, p.Iterations, state(r), words.Seconds(r.Elapsed))
	}
}

// Close does nothing: the lines stay.
func (l *lines) Close() {}

// state is the part of a record that bar and lines have in common.
func state(r *bsde.Record) string {
	return fmt.Sprintf("loss %.3g  Y0 %.5g", r.Loss, r.Value)
}
