package compared

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
)

var nan = math.NaN()

// solver is a row of an equation's solver.
func solver(value, err float64) Row {
	return Row{Name: "shared", Solver: true, Value: value, Error: err, Sampling: err / 4, Step: err / 4, Network: err / 4, Bias: nan, Training: nan,
		Lower: nan, Upper: nan, Trust: "yes", Seconds: 2}
}

// bound is a row of a reference that is one.
func bound(side string, value float64) Row {
	r := OfReference("policy", value, 0.001)
	r.Bound = side
	return r
}

// policy is the row of a policy that costs so much.
func policy(cost float64) Row {
	return Row{Name: "shared", Solver: true, Value: cost, Error: 0.01, Sampling: 0.005, Training: nan, Lower: nan, Upper: nan, Bound: "upper"}
}

func TestVerdict(t *testing.T) {
	c := Comparison{Best: &Best{Value: 1, StdErr: 0.002}}
	doubtful := solver(1, 0.01)
	doubtful.Trust = "no"
	continuous := OfReference("riccati", 1.1, 0)
	continuous.Continuous = true
	for _, x := range []struct {
		name string
		row  Row
		want string
	}{
		{"the reference itself", OfReference("exact", 1, 0.002), IsReference},
		{"another that is as good", OfReference("picard", 1.003, 0.002), "agrees"},
		{"another that is wrong", OfReference("picard", 1.03, 0.002), "disagrees"},
		{"published without an error", OfReference("published", 1, nan), "undecided"},
		{"solver", solver(1.005, 0.01), "agrees"},
		{"solver within the reference's error", solver(1.012, 0.009), "agrees"},
		{"solver that is wrong", solver(1.05, 0.01), "disagrees"},
		{"43 % off", solver(1.43, 0.5), "undecided"},
		{"363 % off", solver(4.63, 5), "undecided"},
		{"solver without an error", solver(1, nan), "undecided"},
		{"solver without a value", solver(nan, nan), "undecided"},
		{"solver that is not trusted", doubtful, "undecided"},
		{"lower bound below", bound("lower", 0.9), "undecided"},
		{"lower bound above", bound("lower", 1.1), "disagrees"},
		{"upper bound above", bound("upper", 1.1), "undecided"},
		{"upper bound below", bound("upper", 0.9), "disagrees"},
		{"policy as good as the optimum", policy(1.005), "agrees"},
		{"policy that is worse", policy(1.43), "undecided"},
		{"policy that is better than the optimum", policy(0.9), "disagrees"},
		{"another problem's value", continuous, ""},
		{"refused", Row{Name: "radial", Failed: errors.New("no")}, ""},
	} {
		if got := c.verdict(x.row); got != x.want {
			t.Errorf("%s: %q, want %q", x.name, got, x.want)
		}
		if got := (&Comparison{}).verdict(x.row); got != "" {
			t.Errorf("%s: %q with nothing to compare with", x.name, got)
		}
	}
}

// comparisons have a row of each kind.
func comparisons() []Comparison {
	bracketed, doubtful := solver(1.005, 0.01), solver(1.2, nan)
	bracketed.Lower, bracketed.Upper = 0.99049, 1.01051
	doubtful.Name, doubtful.Trust, doubtful.Reasons = "per-step", "no", []string{"few paths decide: 3 of 4096"}
	return []Comparison{{Problem: "hjb", Dim: 3, Identity: "hjb, d = 3", Best: &Best{Value: 1, StdErr: 0.002}, Rows: []Row{
		OfReference("exact", 1, 0.002), bound("lower", 0.9), bracketed, doubtful, {Name: "radial", Failed: errors.New("d is 3")},
	}}}
}

func TestTable(t *testing.T) {
	text := Table(comparisons(), "text")
	for _, want := range []string{
		"error", "trust", "bounds", "verdict",
		" 1.005    0.010   yes    0.990 … 1.011  0.0025    0.0025     0.0025   unknown   0.50 %          agrees ",
		" ≥ 0.9 ", " reference\n",
		" 1.2      unknown  no", "hjb: per-step is not trustworthy: few paths decide: 3 of 4096\n", "hjb: radial does not apply: d is 3\n",
	} {
		if !strings.Contains(strings.Join(strings.Fields(text), " "), strings.Join(strings.Fields(want), " ")) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "NaN") || strings.Contains(text, "onsistent") {
		t.Errorf("NaN, or a word that says too much, in\n%s", text)
	}
	unbounded := comparisons()
	unbounded[0].Rows = unbounded[0].Rows[:2]
	if text := Table(unbounded, "markdown"); strings.Contains(text, "bounds") || !strings.HasPrefix(text, "| problem | method | value | error | trust |") {
		t.Errorf("got\n%s", text)
	}
}

func TestFormats(t *testing.T) {
	rows, err := csv.NewReader(strings.NewReader(Table(comparisons(), "csv"))).ReadAll()
	if err != nil || len(rows) != 5 {
		t.Fatalf("%v, %v", rows, err)
	}
	column := map[string]string{}
	for i, name := range rows[0] {
		column[name] = rows[3][i]
	}
	for name, want := range map[string]string{"value": "1.005", "error": "0.01", "trust": "yes", "lower": "0.99049", "upper": "1.01051", "stderr": "0.0025",
		"network_error": "0.0025", "network_bias": "", "verdict": "agrees"} {
		if column[name] != want {
			t.Errorf("CSV: %s is %q, want %q", name, column[name], want)
		}
	}
	text, err := json.Marshal(JSON(comparisons()))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`{"method":"exact","solver":false,"value":1,"error":0.00392,"stderr":0.002,"relative_error":0,"verdict":"reference"}`,
		`"value":1.005,"error":0.01,"trust":"yes","lower":0.99049,"upper":1.01051,"stderr":0.0025,"discretization_error":0.0025,"network_error":0.0025,`,
		`"value":1.2,"trust":"no","reasons":["few paths decide: 3 of 4096"],"relative_error":0.`,
		`"bound":"lower"`, `"refused":"d is 3"`,
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
}

// TestSlightNumbers: an error of rounding alone is negligible, and the reference has no error
// beside itself.
func TestSlightNumbers(t *testing.T) {
	r := solver(1.001, 0.01)
	r.Network = 6.8e-19
	c := Comparison{Problem: "p", Best: &Best{Value: 1, StdErr: 0.001}, Rows: []Row{OfReference("radial", 1, 0.001), r}}
	text := Table([]Comparison{c}, "text")
	if !strings.Contains(text, "negligible") || strings.Contains(text, "e-19") || strings.Contains(text, " 0 %") || !strings.Contains(text, "0.10 %") {
		t.Error(text)
	}
}
