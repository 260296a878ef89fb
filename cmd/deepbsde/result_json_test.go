package main

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deepbsde/deepbsde/bsde"
)

// keys are those of a JSON object in the order in which they stand.
func keys(t *testing.T, object string) []string {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(object))
	if token, err := d.Token(); err != nil || token != json.Delim('{') {
		t.Fatalf("%q does not begin with an object: %v", object, err)
	}
	var names []string
	for d.More() {
		name, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, name.(string))
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.Token(); err != nil {
		t.Fatal(err)
	}
	if rest := strings.TrimSpace(object[d.InputOffset():]); rest != "" {
		t.Fatalf("%q after the object", rest)
	}
	return names
}

func TestSolveJSON(t *testing.T) {
	out := runWith(t, func(c call) (*bsde.Result, error) {
		r := fakeResult(c)
		r.Gradient = []float64{0.5, -0.25}
		return r, nil
	}, strings.Fields("solve --json hjb --dim 2 --set lambda=2 --time-limit 90s --hidden 8,9 --controlled")...)
	if out.status != 0 || strings.Count(out.stdout, "\n") != 1 {
		t.Fatalf("got %+v", out)
	}
	want := strings.Fields(`problem kind dim method network value error ci95 trust stderr gradient gradient_stderr
		gradient_discretization_error gradient_network_bias discretization_error
		network_bias network_error residual_ratio trained_value iterations paths seconds status seed precision workers
		reference relative_error verdict parameters settings`)
	if got := keys(t, out.stdout); !slices.Equal(got, want) {
		t.Errorf("fields %v\nwant %v", got, want)
	}
	var got struct {
		Kind       string
		Value      float64
		Trust      string
		Verdict    string
		CI95       [2]float64
		Gradient   []float64
		Seconds    float64
		Status     string
		Parameters map[string]float64
		Reference  struct{ Value float64 }
		Error      float64 `json:"relative_error"`
		Settings   struct {
			TimeLimit  string `json:"time_limit"`
			Hidden     []int
			Controlled bool
			Steps      int
		}
	}
	if err := json.Unmarshal([]byte(out.stdout), &got); err != nil {
		t.Fatal(err)
	}
	s := got.Settings
	switch {
	case got.Kind != "pde", got.Value != 4.5899, got.CI95[0] != 4.5899-0.0021, got.Trust != "yes", got.Verdict != "disagrees", got.Seconds != 4.2,
		got.Status != "iteration-limit", !slices.Equal(got.Gradient, []float64{0.5, -0.25}),
		got.Parameters["lambda"] != 2, got.Parameters["horizon"] != 1,
		math.Abs(got.Error-math.Abs(got.Value/got.Reference.Value-1)) > 1e-12,
		s.TimeLimit != "1m30s", !slices.Equal(s.Hidden, []int{8, 9}), !s.Controlled, s.Steps != 20:
		t.Errorf("got %+v", got)
	}
	if d, err := time.ParseDuration(s.TimeLimit); err != nil || d != 90*time.Second {
		t.Errorf("time_limit %q does not read back: %v", s.TimeLimit, err)
	}
}

// Numbers that are not known are absent, neither zero nor NaN.
func TestSolveJSONUnknownNumbers(t *testing.T) {
	nan := math.NaN()
	out := runWith(t, func(c call) (*bsde.Result, error) {
		r := fakeResult(c)
		r.Value, r.Error, r.StdErr, r.CI95, r.Gradient, r.GradientStdErr = nan, nan, nan, [2]float64{nan, nan}, nil, nil
		r.GradientDiscretization, r.GradientNetworkBias = nan, nan
		r.DiscretizationError, r.NetworkBias, r.NetworkError, r.ResidualRatio, r.Trained = nan, nan, nan, math.Inf(1), nan
		return r, nil
	}, strings.Fields("solve default-risk --dim 3 --json")...)
	want := strings.Fields(`problem kind dim method network trust iterations paths seconds status seed precision workers
		parameters settings`)
	if got := keys(t, out.stdout); !slices.Equal(got, want) {
		t.Errorf("fields %v\nwant %v", got, want)
	}
	if strings.Contains(out.stdout, "time_limit") {
		t.Errorf("a time limit of none is printed: %s", out.stdout)
	}
	zero := runWith(t, func(c call) (*bsde.Result, error) {
		r := fakeResult(c)
		r.NetworkBias, r.Value = 0, 0
		return r, nil
	}, strings.Fields("solve hjb --json")...)
	if got := keys(t, zero.stdout); !slices.Contains(got, "network_bias") || !slices.Contains(got, "value") {
		t.Errorf("a known zero is absent: %v", got)
	}
}

// TestSolveJSONBounds: what brackets the value, or why nothing does.
func TestSolveJSONBounds(t *testing.T) {
	for want, change := range map[string]func(*bsde.Result){
		`"lower":4.58,"upper":4.6,`:   func(r *bsde.Result) { r.Lower, r.Upper = 4.58, 4.6 },
		`"no_bounds":"f is neither",`: func(r *bsde.Result) { r.NoBounds = "f is neither" },
	} {
		out := runWith(t, func(c call) (*bsde.Result, error) {
			r := fakeResult(c)
			change(r)
			return r, nil
		}, "solve", "hjb", "--json")
		if out.status != 0 || !strings.Contains(out.stdout, want) {
			t.Errorf("status %d, no %s in %s", out.status, want, out.stdout)
		}
		var kept bsde.Result
		if err := json.Unmarshal([]byte(out.stdout), &kept); err != nil || !kept.Trusted() || kept.Error != 0.0021 || !(kept.CI95[1] > kept.Value) {
			t.Errorf("%v, read back as %+v", err, kept.Estimate)
		}
	}
}
