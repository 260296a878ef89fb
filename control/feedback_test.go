package control

import (
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func TestFeedbackRefusesOtherShapes(t *testing.T) {
	f := &Feedback{Gains: []*mat.Dense{mat.NewDense(2, 3, nil)}}
	if err := f.Act(1, 0, 1, make([]float64, 3), make([]float64, 2)); err == nil || !strings.Contains(err.Error(), "step 1 of a policy with 1 steps") {
		t.Errorf("error %v", err)
	}
	if err := f.Act(0, 0, 2, make([]float64, 3), make([]float64, 2)); err == nil || !strings.Contains(err.Error(), "want 3 and 2 a row") {
		t.Errorf("error %v", err)
	}
}
