package published

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/problems"
)

// TestTables: every line is about a member that there is; what a paper says is its exact value is that of the member,
// but where the notes say otherwise; and its lower estimates lie in its intervals.
func TestTables(t *testing.T) {
	all, err := All()
	if err != nil || len(all) != len(tables) {
		t.Fatalf("%d tables, %v", len(all), err)
	}
	for _, table := range all {
		if len(table.Rows) < 10 {
			t.Errorf("%s has %d lines", table.Name, len(table.Rows))
		}
		for _, row := range table.Rows {
			f, err := problems.Find(row.Problem)
			if err != nil {
				t.Fatal(err)
			}
			p, err := f.Make(row.Dim, row.Set)
			if err != nil {
				t.Errorf("%s: %v", table.Name, err)
				continue
			}
			for i, name := range table.Columns {
				switch name {
				case "stated solution":
					stated, err := strconv.ParseFloat(row.Cells[i], 64)
					if off := math.Abs(stated - p.Reference.Value); err != nil || (off > 1e-4) != (row.Problem == "dbdp-unbounded" && row.Dim == 5) {
						t.Errorf("%s, d = %d: stated %g, exact %g", row.Problem, row.Dim, stated, p.Reference.Value)
					}
				case "95 % interval":
					var ends [2]float64
					for k, end := range strings.Split(strings.Trim(row.Cells[i], "[]"), ",") {
						ends[k], err = strconv.ParseFloat(strings.TrimSpace(end), 64)
					}
					if lower, _ := strconv.ParseFloat(row.Cells[0], 64); err != nil || !(ends[0] < lower && lower <= ends[1]) {
						t.Errorf("%s, d = %d: lower estimate %g, interval %v, %v", row.Problem, row.Dim, lower, ends, err)
					}
				}
			}
		}
	}
}
