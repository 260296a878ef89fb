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
// Random numbers are a function of the seed and the step, and need no state. The history
// is kept beside it, as it grows without bound; a checkpoint has the number of its records.

// Metadata of a checkpoint.
const (
	formatKey    = "format"
	iterationKey = "iteration"
	adamKey      = "adam_steps"
	firstLossKey = "first_loss"
	elapsedKey   = "elapsed"
	recordsKey   = "records"
	marksKey     = "marks"
	historyKey   = "history" // of earlier versions, in the place of the records
	modelKey     = "model"
	format       = "deepbsde checkpoint 2"
	firstFormat  = "deepbsde checkpoint 1" // of earlier versions
)

// ErrNoCheckpoint is the error of Save for a run that is over or has diverged.
var ErrNoCheckpoint = errors.New("bsde: a run that is over or has diverged has no checkpoint")

// Save writes a checkpoint without the history, which Restore wants again. The marks tell
// whoever keeps it what it belongs to; nil for none. The error after Result or divergence
// is ErrNoCheckpoint.
func (t *Trainer) Save(w io.Writer, marks map[string]string) error {
	if t.closed || t.err != nil || t.status == Diverged {
		return ErrNoCheckpoint
	}
	text, err := json.Marshal(marks)
	if err != nil {
		return err
	}
	tensors, adamSteps := t.training.State()
	return safetensors.Write(w, &safetensors.File{
		Metadata: map[string]string{
			formatKey: format, modelKey: t.training.Label(), marksKey: string(text),
			recordsKey:   strconv.Itoa(len(t.history)),
			iterationKey: strconv.Itoa(t.iteration), adamKey: strconv.Itoa(adamSteps),
			firstLossKey: strconv.FormatFloat(t.firstLoss, 'g', -1, 64),
			elapsedKey:   time.Since(t.start).String(),
		},
		Tensors: tensors,
	})
}

// Checkpoint is what Save has written.
type Checkpoint struct {
	Records int               // of the history at that time
	History []Record          // of a checkpoint of an earlier version, which has it inside; else nil
	Marks   map[string]string // as they were given to Save

	model           string
	iteration, adam int
	firstLoss       float64
	elapsed         time.Duration
	tensors         []safetensors.Tensor
}

// ReadCheckpoint reads what Save has written. A file that is damaged is refused.
func ReadCheckpoint(data []byte) (*Checkpoint, error) {
	f, err := safetensors.Read(data)
	if err != nil {
		return nil, fmt.Errorf("checkpoint: %w", err)
	}
	if !f.Verified {
		return nil, errors.New("checkpoint: it has no checksum")
	}
	c := &Checkpoint{model: f.Metadata[modelKey], tensors: f.Tensors}
	wrong := []error{
		parseInto(&c.iteration, strconv.Atoi, f, iterationKey),
		parseInto(&c.adam, strconv.Atoi, f, adamKey),
		parseInto(&c.firstLoss, func(v string) (float64, error) { return strconv.ParseFloat(v, 64) }, f, firstLossKey),
		parseInto(&c.elapsed, time.ParseDuration, f, elapsedKey),
	}
	switch got := f.Metadata[formatKey]; got {
	case format:
		wrong = append(wrong, parseInto(&c.Records, strconv.Atoi, f, recordsKey), json.Unmarshal([]byte(f.Metadata[marksKey]), &c.Marks))
	case firstFormat:
		wrong = append(wrong, json.Unmarshal([]byte(f.Metadata[historyKey]), &c.History))
		c.Records = len(c.History)
	default:
		return nil, fmt.Errorf("checkpoint: the format is %q, want %q", got, format)
	}
	for _, err := range wrong {
		if err != nil {
			return nil, fmt.Errorf("checkpoint: %w", err)
		}
	}
	return c, nil
}

// Restore continues the run of a checkpoint, to the same bits as if it had never
// stopped, in a trainer fresh from Init with the same problem, method and settings. The
// history is that of the trainer when it was saved. A checkpoint that belongs to another
// network is refused as a whole.
func (t *Trainer) Restore(c *Checkpoint, history []Record) error {
	if t.iteration != 0 || t.closed {
		return fmt.Errorf("bsde: a checkpoint is to be restored before the first step")
	}
	if c.model != t.training.Label() {
		return fmt.Errorf("checkpoint: it is of %s, the run is of %s", c.model, t.training.Label())
	}
	most := max(t.set.Iterations, t.steps())
	if r, ok := t.training.(Restarting); ok {
		most = r.MostSteps()
	}
	if c.iteration < 0 || c.iteration > most || c.adam < 0 || len(history) == 0 {
		return fmt.Errorf("checkpoint: iteration %d of %d with %d records", c.iteration, most, len(history))
	}
	if len(history) != c.Records {
		return fmt.Errorf("checkpoint: a history of %d records, want the %d of the checkpoint", len(history), c.Records)
	}
	for i, r := range history {
		if r.Iteration > c.iteration || i > 0 && r.Iteration <= history[i-1].Iteration {
			return fmt.Errorf("checkpoint: a record of iteration %d among those up to %d", r.Iteration, c.iteration)
		}
	}
	live, _ := t.training.State()
	if err := copyTensors(live, c.tensors); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	t.training.Resume(c.adam, history[len(history)-1])
	t.iteration, t.firstLoss, t.history = c.iteration, c.firstLoss, slices.Clone(history)
	t.start = time.Now().Add(-c.elapsed)
	return nil
}

// WarmStart begins with the parameters of a checkpoint of another run, with the same method and
// network but another problem, seed or settings, in a trainer fresh from Init. A network of
// another shape is refused.
func (t *Trainer) WarmStart(c *Checkpoint) error {
	if t.iteration != 0 || t.closed {
		return errors.New("bsde: a warm start is to be made before the first step")
	}
	w, ok := t.training.(Warm)
	if !ok {
		return &SettingsError{"method", t.method.Name() + " has no warm start"}
	}
	if err := w.Begin(c.tensors); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	t.history = nil
	t.record()
	return t.err
}

// CheckpointSize is the most bytes that a checkpoint of the run takes.
func (t *Trainer) CheckpointSize() int64 {
	size := int64(1 << 20) // of the words around the numbers
	live, _ := t.training.State()
	for _, l := range live {
		width := 4
		if _, double := l.Data.([]float64); double {
			width = 8
		}
		entries := 1
		for _, n := range l.Shape {
			entries *= n
		}
		size += int64(width)*int64(entries) + 1024
	}
	return size
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
