package sweep

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func searchOf(t *testing.T, ranges ...string) *Search {
	t.Helper()
	var r Ranges
	for _, text := range ranges {
		if err := r.Set(text); err != nil {
			t.Fatal(err)
		}
	}
	return &Search{Ranges: r, Choices: 9, Keep: 3, Budget: "900"}
}

// TestDraw: choices lie in their ranges, a logarithmic one is uniform in its logarithm, and no two
// are equal.
func TestDraw(t *testing.T) {
	s := searchOf(t, "lr=1e-4:1e-1:log", "batch=16:64", "hidden=8x8,16")
	s.Choices = 1000
	list := s.draw(7)
	if len(list) != 1000 {
		t.Fatalf("%d choices", len(list))
	}
	below := [3]int{}
	for _, c := range list {
		lr, err1 := strconv.ParseFloat(c["lr"], 64)
		batch, err2 := strconv.Atoi(c["batch"])
		if err1 != nil || err2 != nil || lr < 1e-4 || lr > 1e-1 || batch < 16 || batch > 64 {
			t.Fatal(c)
		}
		for i, is := range []bool{lr < math.Sqrt(1e-5), batch < 40, c["hidden"] == "8x8"} {
			if is {
				below[i]++
			}
		}
	}
	for i, n := range below { // 5 standard deviations of the binomial distribution, and one of 49 batches
		if math.Abs(float64(n)-500) > 80+11 {
			t.Errorf("%d of 1000 choices lie in the lower half of range %d", n, i)
		}
	}
	few := searchOf(t, "batch=2:3", "hidden=8,16")
	if list := few.draw(1); len(list) != 4 {
		t.Errorf("%d choices of 4", len(list))
	}
	if fmt.Sprint(s.draw(7)) != fmt.Sprint(list) || fmt.Sprint(s.draw(8)) == fmt.Sprint(list) {
		t.Error("the seed does not decide")
	}
}

// TestHalving: rounds have a third of the runs on three times the budget, those with the smallest trusted
// errors go on, and nothing is known before a round is done.
func TestHalving(t *testing.T) {
	d := &Definition{Axes: []Axis{{"lambda", []float64{2}}}, Seed: 5, Seeds: 1, Search: searchOf(t, "lr=1e-4:1e-1:log")}
	if n, err := d.Size(); n != 13 || err != nil {
		t.Errorf("%d runs, %v", n, err)
	}
	lr := func(c Cell) float64 { x, _ := strconv.ParseFloat(c.Settings["lr"], 64); return x }
	var rows []Row
	var budgets []string
	for cells := d.Next(nil); len(cells) > 0; cells = d.Next(rows) {
		for i, c := range cells {
			if c.Index != len(rows) || c.Set["lambda"] != 2 || c.Seed != 5 {
				t.Fatalf("run %d is %+v", len(rows), c)
			}
			if i > 0 && d.Next(rows) != nil && len(rows) != 9 && len(rows) != 12 {
				t.Errorf("%d runs are known, and there is a next round", len(rows))
			}
			if d.Best(rows) != nil {
				t.Errorf("%d runs are known, and there is a best one", len(rows))
			}
			// The best rate is the smallest: but that which is not trusted comes after all that are, and that which has no
			// error last.
			r := Row{Cell: c, Error: lr(c), Trust: "yes", Status: "iteration-limit"}
			if len(rows) < 3 {
				r.Trust, r.Error = "no", 1e-9
			}
			if len(rows) == 3 {
				r.Error = math.NaN()
			}
			rows, budgets = append(rows, r), append(budgets, c.Budget)
		}
	}
	if got := strings.Join(slices.Compact(budgets), " "); len(rows) != 13 || got != "100 300 900" {
		t.Fatalf("%d runs with the budgets %s", len(rows), got)
	}
	var rates []float64
	for _, r := range rows[4:9] {
		rates = append(rates, lr(r.Cell))
	}
	slices.Sort(rates)
	for i, r := range rows[9:12] {
		if lr(r.Cell) != rates[i] {
			t.Errorf("run %d of the second round has the rate %g, want %g", i, lr(r.Cell), rates[i])
		}
	}
	if best := d.Best(rows); best == nil || lr(best.Cell) != rates[0] {
		t.Errorf("the best is %+v", best)
	}
	rows[12].Status = Missing
	if d.Best(rows) != nil || d.Next(rows) != nil {
		t.Error("a run is missing, and there is a best one")
	}
}

// TestBudgets: the last round has all of it, whatever its unit.
func TestBudgets(t *testing.T) {
	s := searchOf(t, "lr=1:2")
	for _, c := range []struct{ budget, want string }{
		{"900", "iterations 100, iterations 300, iterations 900"},
		{"2", "iterations 1, iterations 1, iterations 2"},
		{"30s", "time-limit 3.333s, time-limit 10s, time-limit 30s"},
	} {
		s.Budget = c.budget
		var got []string
		for round := range 3 {
			flag, value, err := s.of(round+1, 3)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, flag+" "+value)
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%s: %v, want %s", c.budget, got, c.want)
		}
	}
	for _, wrong := range []string{"", "0", "-1", "1e3", "0s", "x"} {
		if s.Budget = wrong; s.Check() == nil {
			t.Errorf("the budget %q is taken", wrong)
		}
	}
}

// TestWrongRanges: what cannot be drawn from is refused, on the command line and in sweep.json.
func TestWrongRanges(t *testing.T) {
	for _, text := range []string{"lr", "=1:2", "lr=2:1", "lr=0:1:log", "lr=1:2:lin", "lr=1:2:3:4", "lr=a:b", "lr=", "activation=1:2", "paths=10:20", "activation=tanh,tanh", "none=1,2"} {
		var r Ranges
		if err := r.Set(text); err == nil {
			t.Errorf("%s is %+v", text, r)
		}
	}
	for _, text := range []string{`{"ranges":[{"name":"lr"}],"choices":9,"keep":3,"budget":"9"}`, `{"ranges":[{"name":"lr","low":1,"high":2}],"choices":9,"keep":1,"budget":"9"}`,
		`{"ranges":[],"choices":9,"keep":3,"budget":"9"}`, `{"ranges":[{"name":"lr","low":1,"high":2}],"choices":1000000,"keep":3,"budget":"9"}`} {
		root := t.TempDir()
		if err := os.WriteFile(filepath.Join(root, File), []byte(`{"format":1,"seeds":1,"search":`+text+`}`), 0o600); err != nil {
			t.Fatal(err)
		}
		if d, err := Read(root); err == nil {
			t.Errorf("%s is %+v", text, d.Search)
		}
	}
}
