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
	want := strings.Fields(`problem kind dim method network value stderr ci95 gradient gradient_stderr
		gradient_discretization_error gradient_network_bias discretization_error
		network_bias residual_ratio trained_value iterations paths seconds status seed precision workers
		reference relative_error parameters settings`)
	if got := keys(t, out.stdout); !slices.Equal(got, want) {
		t.Errorf("fields %v\nwant %v", got, want)
	}
	var got struct {
		Kind       string
		Value      float64
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
	case got.Kind != "pde", got.Value != 4.5899, got.CI95[0] != 4.5899-1.96*0.00042, got.Seconds != 4.2,
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
		r.Value, r.StdErr, r.CI95, r.Gradient, r.GradientStdErr = nan, nan, [2]float64{nan, nan}, nil, nil
		r.GradientDiscretization, r.GradientNetworkBias = nan, nan
		r.DiscretizationError, r.NetworkBias, r.ResidualRatio, r.Trained = nan, nan, math.Inf(1), nan
		return r, nil
	}, strings.Fields("solve default-risk --dim 3 --json")...)
	want := strings.Fields(`problem kind dim method network iterations paths seconds status seed precision workers
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
