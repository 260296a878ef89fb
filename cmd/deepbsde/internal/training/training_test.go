package training

import (
	"reflect"
	"testing"

	"github.com/deepbsde/deepbsde/bsde/deep"
	"github.com/deepbsde/deepbsde/bsde/network"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
	"github.com/deepbsde/deepbsde/problems"
)

// TestFlagsOverTraining: what is not given is the training's, what is given goes over it.
func TestFlagsOverTraining(t *testing.T) {
	tuned := problems.Training{Activation: "silu", Hidden: []int{50}, Schedule: "cosine", LearningRate: 1e-2, Paths: 9}
	var none Flags
	want := deep.Method{Network: network.Shared{Hidden: []int{50}, Activation: "silu"}}
	if m, err := none.MethodFor("deep-bsde", "shared", tuned); err != nil || !reflect.DeepEqual(m, want) {
		t.Errorf("without flags: %+v, %v, want %+v", m, err, want)
	}
	off := Flags{controlled: flags.Given(false), lr: flags.Given(3e-3)}
	if m, err := off.MethodFor("deep-bsde", "shared", tuned); err != nil || !m.(deep.Method).Uncontrolled {
		t.Errorf("--controlled=false does not turn controlled paths off: %v", err)
	}
	if s := off.Settings(tuned); s.Schedule != "cosine" || s.LearningRate != 3e-3 || s.Paths != 9 {
		t.Errorf("--lr: schedule %s at %g, %d paths, want cosine at 0.003 and 9", s.Schedule, s.LearningRate, s.Paths)
	}
	rates := problems.Training{Boundaries: []int{5}, Rates: []float64{1, 0.1}}
	if s := none.Settings(rates); s.Schedule != "piecewise" {
		t.Errorf("rates without a schedule: %q, want piecewise", s.Schedule)
	}
	if s := off.Settings(rates); s.Schedule != "constant" || s.Rates != nil {
		t.Errorf("--lr over rates: %q with %v, want constant without", s.Schedule, s.Rates)
	}
	given := Flags{grid: flags.Given("graded"), rates: flags.Given([]float64{1, 2}), boundaries: flags.Given([]int{3}), clipNorm: flags.Given(5.), every: flags.Given(7)}
	if s := given.Settings(tuned); s.Grid != "graded" || s.Schedule != "piecewise" || len(s.Rates) != 2 || s.Boundaries[0] != 3 || s.ClipNorm != 5 || s.ValidateEvery != 7 {
		t.Errorf("settings %+v", s)
	}
}
