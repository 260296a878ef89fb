package run

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/deep"
	"github.com/deepbsde/deepbsde/bsde/network"
)

// TestWarmStart: a run begins where another one has ended, goes on to the same bits wherever it
// was stopped, and refuses the parameters of another network.
func TestWarmStart(t *testing.T) {
	from := small(t, 7)
	set := bsde.Settings{Steps: 4, Iterations: 12, Batch: 16, Paths: 128, StartPaths: 64, ValidationPaths: 16, Seed: 8}
	begun := func(m bsde.Method) (*Run, *bsde.Trainer, error) {
		source := Source{Problem: "hjb", Dim: 2, Parameters: map[string]float64{"lambda": 1.2}, From: from}
		p, err := source.problem(m)
		if err != nil {
			t.Fatal(err)
		}
		trainer, err := bsde.Init(t.Context(), p, m, &set)
		if err != nil {
			t.Fatal(err)
		}
		if err := from.Warm(trainer); err != nil {
			trainer.Close()
			return nil, nil, err
		}
		r, err := Create(filepath.Join(t.TempDir(), "warm"), source, trainer)
		return r, trainer, err
	}
	whole, trainer, err := begun(deep.Method{Network: network.Shared{}})
	if err != nil {
		t.Fatal(err)
	}
	last, err := from.History()
	if err != nil {
		t.Fatal(err)
	}
	cold, end := last[0].Loss, last[len(last)-1].Loss
	if first := trainer.History()[0].Loss; !(first < (cold+end)/2) { // it knows more than half of what was learned for a near λ
		t.Errorf("the first loss is %v, that of a cold start %v, after training %v", first, cold, end)
	}
	want, err := whole.complete(t.Context(), trainer, nil)
	if err != nil {
		t.Fatal(err)
	}
	whole.Close()
	killed, trainer, err := begun(deep.Method{Network: network.Shared{}}) // before its first step
	if err != nil {
		t.Fatal(err)
	}
	trainer.Close()
	killed.Close()
	got, err := Resume(t.Context(), killed.Path(), nil)
	if err != nil || got.Value != want.Value || got.Trained != want.Trained {
		t.Errorf("resumed %v, %v, want %v", got, err, want)
	}
	if err := os.Remove(killed.File(ManifestFile)); err != nil { // as one that was killed in Create
		t.Fatal(err)
	}
	os.Remove(killed.File(ResultFile))
	os.Remove(killed.File(TextFile))
	if err := Vacant(killed.Path()); err != nil {
		t.Error(err)
	}
	var wrong *Error
	if _, _, err := begun(deep.Method{Network: network.Shared{Hidden: []int{5}}}); !errors.As(err, &wrong) {
		t.Errorf("another network: %v", err)
	}
}
