package bench

import (
	"encoding/json"
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/bsde/verdict"
)

// Run is one finished training, a line of the store.
type Run struct {
	Problem     string       `json:"problem"`
	Of          string       `json:"of,omitempty"` // the identity of a member that is not the problem's default
	Preset      string       `json:"preset"`
	Network     string       `json:"network"`
	Method      string       `json:"method,omitempty"` // that gave the answer; absent of earlier versions, which tried no other than the first
	Version     string       `json:"version"`          // as the command version prints it
	Settings    Settings     `json:"settings"`
	Status      string       `json:"status"`
	Value       *float64     `json:"value,omitempty"` // the final estimate; absent where training diverged
	Error       *float64     `json:"error,omitempty"` // of it, all errors together, 95 %; absent where not known
	Trust       string       `json:"trust,omitempty"` // yes or no; absent of a policy, and of earlier versions
	StdErr      *float64     `json:"stderr,omitempty"`
	Seconds     float64      `json:"seconds"`                     // of the whole run
	Processor   *float64     `json:"processor_seconds,omitempty"` // of all cores; absent where not known, and of earlier versions
	Checkpoints []Checkpoint `json:"checkpoints"`

	key string // see Store.of
}

// Checkpoint is the state of training after so many gradient steps.
type Checkpoint struct {
	Iteration int     `json:"iteration"`
	Value     float64 `json:"value"`   // Y0 of the optimiser
	Seconds   float64 `json:"seconds"` // since the start of training
}

// claim is what the run says of u, nil of a run without a value.
func (b *Run) claim() *verdict.Claim {
	if b.Value == nil {
		return nil
	}
	c := verdict.Claim{Value: *b.Value, Error: math.NaN(), Doubt: b.Trust != "yes"}
	if b.Error != nil {
		c.Error = *b.Error
	}
	return &c
}

// at is the checkpoint after the given number of steps, nil where there is none.
func (b *Run) at(iteration int) *Checkpoint {
	for i := range b.Checkpoints {
		if b.Checkpoints[i].Iteration == iteration {
			return &b.Checkpoints[i]
		}
	}
	return nil
}

// Settings are those of a run: the text that the program wrote, and what the tables show
// of it.
type Settings struct {
	Text                       json.RawMessage
	Steps, Iterations, Workers int
}

// MarshalJSON is the text.
func (s Settings) MarshalJSON() ([]byte, error) { return s.Text, nil }

// UnmarshalJSON keeps the text.
func (s *Settings) UnmarshalJSON(text []byte) error {
	var shown struct {
		Steps      int `json:"steps"`
		Iterations int `json:"iterations"`
		Workers    int `json:"workers"`
	}
	if err := json.Unmarshal(text, &shown); err != nil {
		return err
	}
	*s = Settings{slices.Clone(text), shown.Steps, shown.Iterations, shown.Workers}
	return nil
}
