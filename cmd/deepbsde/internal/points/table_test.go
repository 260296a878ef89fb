package points

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"strings"
	"testing"
)

// evaluation is a trusted point, one that is not, and one without a value.
func evaluation() *Evaluation {
	nan := math.NaN()
	unknown := &Value{Time: 0.5, State: []float64{9, 9}, Value: nan, Error: nan, CI95: [2]float64{nan, nan}, Trust: "no", Reasons: []string{"no fixed point"},
		Lower: nan, Upper: nan, StdErr: nan, Step: nan, Network: nan, Bias: nan, Trained: nan, Exact: nan, GradientStep: nan, GradientBias: nan}
	good, doubtful := *unknown, *unknown
	good.State, good.Value, good.Error, good.CI95, good.Trust, good.Reasons = []float64{0, 0}, 15.3812, 0.087, [2]float64{15.2942, 15.4682}, "yes", nil
	good.Lower, good.Upper, good.StdErr, good.Step, good.Network, good.Bias, good.Exact, good.Paths = 15.3019, 15.4481, 0.03, 0.02, 0.01, -0.003, 15.37, 4096
	doubtful.State, doubtful.Value, doubtful.StdErr, doubtful.Step = []float64{1, 2}, 3.25, 0.5, 0.1
	doubtful.Reasons = []string{"no fixed point: not in 30 steps", "few paths decide: 3 of 4096"}
	return &Evaluation{Title: "T", Identity: "hjb, d = 2", Unknown: "u(t, x)", Start: []float64{0, 0}, Values: []*Value{&good, &doubtful, unknown}}
}

func TestTable(t *testing.T) {
	e := evaluation()
	text := strings.Join(strings.Fields(e.Table("text")), " ")
	for _, want := range []string{
		"t x u(t, x) error trust bounds std error time step network exact",
		"0.5 x0 15.381 0.087 yes 15.301 … 15.449 0.030 0.020 0.010 15.3700",
		"0.5 (1, 2) 3.25 unknown no 0.50 0.10 unknown",
		"0.5 all 9 unknown unknown no unknown unknown",
		"Not trustworthy at t = 0.5, x = (1, 2): no fixed point: not in 30 steps; and so at 1 more Not trustworthy at t = 0.5, x = (1, 2): few paths decide: 3 of 4096 Error is",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if e.Untrusted() != 2 || strings.Contains(text, "NaN") || strings.Count(text, "no fixed point") != 1 {
		t.Errorf("%d points are not trusted\n%s", e.Untrusted(), text)
	}
}

// TestPolicyTable: what a policy costs has no error but that of sampling, and no trust.
func TestPolicyTable(t *testing.T) {
	e := evaluation()
	e.Policy, e.Unknown, e.Values = true, "optimal cost", e.Values[:1]
	p := e.Values[0]
	p.Error, p.Trust, p.Lower, p.Upper, p.Action = math.NaN(), "", math.NaN(), math.NaN(), []float64{1}
	text := e.Table("text")
	for _, word := range []string{"unknown", "trust", "bounds", "network", "time step"} {
		if strings.Contains(text, word) {
			t.Errorf("%q in\n%s", word, text)
		}
	}
	if e.Untrusted() != 0 {
		t.Error("the cost of a policy is not trusted")
	}
}

func TestFormats(t *testing.T) {
	rows, err := csv.NewReader(strings.NewReader(evaluation().Table("csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := map[string][]string{}
	for i, name := range rows[0] {
		for _, row := range rows[1:] {
			column[name] = append(column[name], row[i])
		}
	}
	for name, want := range map[string]string{"value": "15.3812 3.25 ", "error": "0.087  ", "trust": "yes no no", "lower": "15.3019  ", "upper": "15.4481  ",
		"stderr": "0.03 0.5 ", "network_error": "0.01  ", "network_bias": "-0.003  "} {
		if got := strings.Join(column[name], " "); got != want {
			t.Errorf("CSV: %s is %q, want %q", name, got, want)
		}
	}
	text, err := json.Marshal(evaluation().JSON())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"value":15.3812,"error":0.087,"ci95":[15.2942,15.4682],"trust":"yes","lower":15.3019,"upper":15.4481,"stderr":0.03,"discretization_error":0.02,"network_error":0.01,"network_bias":-0.003,`,
		`"value":3.25,"trust":"no","reasons":["no fixed point: not in 30 steps","few paths decide: 3 of 4096"],"stderr":0.5,`,
		`{"t":0.5,"x":[9,9],"trust":"no","reasons":["no fixed point"]}`,
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
}
