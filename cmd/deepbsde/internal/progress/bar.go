package progress

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/deepbsde/deepbsde/bsde"
)

// bar is a progress bar on a terminal, a new one for each phase.
type bar struct {
	container *mpb.Progress
	label     string
	current   *mpb.Bar
	phase     string
	begin     time.Time // of the phase
	first     int       // iteration at begin

	beside atomic.Pointer[beside] // read by the goroutine that draws
}

// beside is what the text next to the bar shows.
type beside struct {
	record *bsde.Record // nil outside training
	end    time.Time    // of the phase at its present speed, zero while unknown
}

func newBar(label string, options ...mpb.ContainerOption) *bar {
	return &bar{container: mpb.New(options...), label: label}
}

// Update moves the bar.
func (b *bar) Update(p bsde.Progress) {
	if b.current == nil || p.Phase != b.phase {
		b.next(p)
	}
	var now beside
	if p.Phase == "training" {
		now.record = p.Record
	}
	if done := p.Iteration - b.first; done > 0 {
		perIteration := time.Since(b.begin) / time.Duration(done)
		now.end = time.Now().Add(perIteration * time.Duration(p.Iterations-p.Iteration))
	}
	b.beside.Store(&now)
	b.current.SetCurrent(int64(p.Iteration))
}

// next replaces the bar by that of another phase.
func (b *bar) next(p bsde.Progress) {
	if b.current != nil {
		b.current.Abort(true)
	}
	b.phase, b.begin, b.first = p.Phase, time.Now(), p.Iteration
	b.current = b.container.AddBar(int64(p.Iterations),
		mpb.BarRemoveOnComplete(),
		mpb.BarWidth(32),
		mpb.PrependDecorators(decor.Name(b.label+p.Phase)),
		mpb.AppendDecorators(
			decor.CountersNoUnit("%d/%d"),
			decor.Any(func(decor.Statistics) string { return b.beside.Load().text() }),
		),
	)
}

// Close removes the bar from the screen.
func (b *bar) Close() {
	if b.current != nil {
		b.current.Abort(true)
	}
	b.container.Wait()
}

func (s *beside) text() string {
	text := ""
	if s == nil {
		return text
	}
	if s.record != nil {
		text += "  " + state(s.record)
	}
	if !s.end.IsZero() {
		text += fmt.Sprintf("  ETA %v", max(time.Until(s.end), 0).Round(time.Second))
	}
	return text
}
