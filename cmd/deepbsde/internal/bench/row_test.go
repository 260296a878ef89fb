package bench

import (
	"strings"
	"testing"
)

// ended is a run that ended in a value; an error of 0 is one that is not known.
func ended(value, err float64, trust string) *Run {
	r := &Run{Value: &value, Trust: trust, Seconds: 2}
	if err > 0 {
		r.Error = &err
	}
	return r
}

// TestProcessor: the mean over the runs with a value, unknown where one of them does not know it.
func TestProcessor(t *testing.T) {
	a, b, failed := ended(1, 0.1, "yes"), ended(1, 0.1, "yes"), &Run{}
	two, four := 2.0, 4.0
	a.Processor, b.Processor = &two, &four
	c := Cell{Runs: []*Run{a, b, failed}}
	if got := c.rows()[5].cells()[11]; got != "3.0" {
		t.Errorf("processor time %v, want 3.0", got)
	}
	b.Processor = nil
	if got := c.rows()[5].cells()[11]; got != "" {
		t.Errorf("processor time %v where one run does not know it", got)
	}
}

// TestStated: how many runs say that they can be trusted, how many were right, and what they
// and the reference come to.
func TestStated(t *testing.T) {
	runs := []*Run{ended(1.001, 0.01, "yes"), ended(1.03, 0.01, "yes"), ended(1.2, 0.5, "no"), ended(1, 0, "no"), {Seconds: 1}}
	c := Cell{Problem: "hjb", Reference: &Reference{Value: 1, StdErr: 0.001}, Runs: runs}
	row := c.rows()[5]
	if s := row.stated; s == nil || s.trusted != 2 || s.covered != 2 || s.inWords() != "1 agrees, 1 disagrees, 2 undecided" || s.error != (0.01+0.01+0.5)/3 {
		t.Errorf("%+v", row.stated)
	}
	if cells := row.cells(); cells[6] != "0.17" || cells[7] != "2 of 5" || cells[8] != "2 of 5" {
		t.Errorf("%v", cells)
	}
	if text := CSV([]Cell{c}); !strings.Contains(text, ",error,trusted,covered,agrees,disagrees,undecided,seconds,") || !strings.Contains(text, ",2,2,1,1,2,") {
		t.Errorf("%s", text)
	}
	for i, c := range []Cell{
		{Runs: []*Run{ended(1, 0, "")}, Reference: &Reference{Value: 1}}, // of an earlier version
		{Runs: []*Run{ended(1, 0.01, "yes")}},
		{Runs: []*Run{ended(1, 0, "")}, Policy: true},
		{Runs: []*Run{ended(1, 0.01, "yes")}, Reference: &Reference{Value: 1}, Policy: true},
	} {
		want := [][]any{{"unknown", "unknown", "unknown", "1 undecided"}, {"0.010", "1 of 1", "", ""}, {"unknown", "unknown", "", ""}, {"0.010", "1 of 1", "", ""}}[i]
		rows := c.rows()
		for k, cell := range rows[5].cells()[6:10] {
			if cell != want[k] {
				t.Errorf("cell %d: %v, want %v", i, rows[5].cells()[6:10], want)
				break
			}
		}
		if rows[4].stated != nil {
			t.Error("the optimiser's values state an error")
		}
	}
}
