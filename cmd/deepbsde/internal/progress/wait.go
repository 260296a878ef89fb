package progress

import (
	"fmt"
	"io"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// Patience is how long a work without steps may take before Wait says what it is. Tests
// shorten it.
var Patience = time.Second

// Wait says what is computed where that takes long and has no steps to count: on a terminal
// with the time since, elsewhere in a line; nothing when quiet. The function that it returns
// ends that.
func Wait(w io.Writer, quiet bool, label string) (end func()) {
	if quiet {
		return func() {}
	}
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		select {
		case <-stop:
		case <-time.After(Patience):
			show(w, label, stop)
		}
	}()
	return func() {
		close(stop)
		<-done
	}
}

// show shows the label until stop.
func show(w io.Writer, label string, stop <-chan struct{}) {
	if !FitsBar(w) {
		fmt.Fprintln(w, label)
		return
	}
	container := mpb.New(mpb.WithOutput(w))
	waiting := container.New(1, mpb.NopStyle(), mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.Name(label+"  "), decor.Elapsed(decor.ET_STYLE_GO)))
	<-stop
	waiting.Abort(true)
	container.Wait()
}
