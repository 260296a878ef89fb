package bsde

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/deepbsde/deepbsde/autodiff/safetensors"
)

// A checkpoint is the state of a run between two gradient steps, in the safetensors
// layout: all that the rest of the run depends on beside problem, method and settings.
// Random numbers are a function of the seed and the step, and need no state.

// Metadata of a checkpoint.
const (
	formatKey    = "format"
	iterationKey = "iteration"
	adamKey      = "adam_steps"
	firstLossKey = "first_loss"
	elapsedKey   = "elapsed"
	historyKey   = "history"
	modelKey     = "model"
	format       = "deepbsde checkpoint 1"
)

// ErrNoCheckpoint is the error of Save for a run that is over or has diverged.
var ErrNoCheckpoint = errors.New("bsde: a run that is over or has diverged has no checkpoint")

// Save writes a checkpoint. The error after Result or divergence is ErrNoCheckpoint.
func (t *Trainer) Save(w io.Writer) error {
	if t.closed || t.err != nil || t.status == Diverged {
		return ErrNoCheckpoint
	}
	history, err := json.Marshal(t.history)
	if err != nil {
		return err
	}
	tensors, adamSteps := t.training.State()
	return safetensors.Write(w, &safetensors.File{
		Metadata: map[string]string{
			formatKey: format, modelKey: t.training.Label(), historyKey: string(history),
			iterationKey: strconv.Itoa(t.iteration), adamKey: strconv.Itoa(adamSteps),
			firstLossKey: strconv.FormatFloat(t.firstLoss, 'g', -1, 64),
			elapsedKey:   time.Since(t.start).String(),
		},
		Tensors: tensors,
	})
}

// Restore continues the run of a checkpoint, to the same bits as if it had never
// stopped, in a trainer fresh from Init with the same problem, method and settings. A
// file that is damaged or belongs to another network is refused as a whole.
func (t *Trainer) Restore(data []byte) error {
	if t.iteration != 0 || t.closed {
		return fmt.Errorf("bsde: a checkpoint is to be restored before the first step")
	}
	f, err := safetensors.Read(data)
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	if !f.Verified {
		return errors.New("checkpoint: it has no checksum")
	}
	if got := f.Metadata[formatKey]; got != format {
		return fmt.Errorf("checkpoint: the format is %q, want %q", got, format)
	}
	if got := f.Metadata[modelKey]; got != t.training.Label() {
		return fmt.Errorf("checkpoint: it is of %s, the run is of %s", got, t.training.Label())
	}
	var s struct {
		iteration, adam int
		firstLoss       float64
		elapsed         time.Duration
		history         []Record
	}
	for _, e := range []error{
		parseInto(&s.iteration, strconv.Atoi, f, iterationKey),
		parseInto(&s.adam, strconv.Atoi, f, adamKey),
		parseInto(&s.firstLoss, func(v string) (float64, error) { return strconv.ParseFloat(v, 64) }, f, firstLossKey),
		parseInto(&s.elapsed, time.ParseDuration, f, elapsedKey),
		json.Unmarshal([]byte(f.Metadata[historyKey]), &s.history),
	} {
		if e != nil {
			return fmt.Errorf("checkpoint: %w", e)
		}
	}
	if s.iteration < 0 || s.iteration > t.set.Iterations || s.adam < 0 || len(s.history) == 0 {
		return fmt.Errorf("checkpoint: iteration %d of %d with %d records", s.iteration, t.set.Iterations, len(s.history))
	}
	for i, r := range s.history {
		if r.Iteration > s.iteration || i > 0 && r.Iteration <= s.history[i-1].Iteration {
			return fmt.Errorf("checkpoint: a record of iteration %d among those up to %d", r.Iteration, s.iteration)
		}
	}
	live, _ := t.training.State()
	if err := copyTensors(live, f.Tensors); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	t.training.Resume(s.adam, s.history[len(s.history)-1])
	t.iteration, t.firstLoss, t.history = s.iteration, s.firstLoss, s.history
	t.start = time.Now().Add(-s.elapsed)
	return nil
}

func parseInto[T any](to *T, parse func(string) (T, error), f *safetensors.File, key string) (err error) {
	if *to, err = parse(f.Metadata[key]); err != nil {
		return fmt.Errorf("metadata %s: %w", key, err)
	}
	return nil
}

// copyTensors fills the live arrays from those of a file, or none of them.
func copyTensors(live, saved []safetensors.Tensor) error {
	from, wanted := map[string]safetensors.Tensor{}, map[string]bool{}
	for _, s := range saved {
		from[s.Name] = s
	}
	for _, l := range live {
		wanted[l.Name] = true
		switch s, ok := from[l.Name]; {
		case !ok:
			return fmt.Errorf("%s is missing, want it with the shape %v", l.Name, l.Shape)
		case !slices.Equal(s.Shape, l.Shape):
			return fmt.Errorf("%s has the shape %v, want %v", l.Name, s.Shape, l.Shape)
		case fmt.Sprintf("%T", s.Data) != fmt.Sprintf("%T", l.Data):
			return fmt.Errorf("%s is %T, want %T", l.Name, s.Data, l.Data)
		}
	}
	for _, s := range saved {
		if !wanted[s.Name] {
			return fmt.Errorf("%s with the shape %v does not belong to this network", s.Name, s.Shape)
		}
	}
	for _, l := range live {
		switch to := l.Data.(type) {
		case []float32:
			copy(to, from[l.Name].Data.([]float32))
		case []float64:
			copy(to, from[l.Name].Data.([]float64))
		default:
			return fmt.Errorf("%s is %T, want float32 or float64", l.Name, to)
		}
	}
	return nil
}
