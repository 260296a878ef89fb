package main

import (
	"math"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/words"
	"github.com/deepbsde/deepbsde/pde"
)

// jsonReference is a pde.Reference in JSON.
type jsonReference struct {
	Value  *float64 `json:"value,omitempty"`
	StdErr *float64 `json:"stderr,omitempty"`
	Method string   `json:"method,omitempty"`
	Source string   `json:"source,omitempty"`
}

func newJSONReference(r *pde.Reference) *jsonReference {
	if r == nil {
		return nil
	}
	return &jsonReference{words.Number(r.Value), words.Number(r.StdErr), r.Method, r.Source}
}

// jsonResult is the object that solve --json prints.
type jsonResult struct {
	Problem             string             `json:"problem"`
	Kind                string             `json:"kind"`
	Dim                 int                `json:"dim"`
	Method              string             `json:"method"`
	Network             string             `json:"network"`
	Value               *float64           `json:"value,omitempty"`
	StdErr              *float64           `json:"stderr,omitempty"`
	CI95                []float64          `json:"ci95,omitempty"`
	Gradient            []float64          `json:"gradient,omitempty"`
	GradientStdErr      []float64          `json:"gradient_stderr,omitempty"`
	GradientStep        *float64           `json:"gradient_discretization_error,omitempty"`
	GradientBias        *float64           `json:"gradient_network_bias,omitempty"`
	DiscretizationError *float64           `json:"discretization_error,omitempty"`
	NetworkBias         *float64           `json:"network_bias,omitempty"`
	ResidualRatio       *float64           `json:"residual_ratio,omitempty"`
	TrainedValue        *float64           `json:"trained_value,omitempty"`
	RegionError         *float64           `json:"region_error,omitempty"`
	RegionErrorBound    *float64           `json:"region_error_bound,omitempty"`
	Reference           *jsonReference     `json:"reference,omitempty"`
	RelativeError       *float64           `json:"relative_error,omitempty"`
	Iterations          int                `json:"iterations"`
	Paths               int                `json:"paths,omitempty"`
	Seconds             float64            `json:"seconds"`
	Status              string             `json:"status"`
	Seed                uint64             `json:"seed"`
	Precision           string             `json:"precision"`
	Workers             int                `json:"workers"`
	Parameters          map[string]float64 `json:"parameters"`
	Settings            jsonSettings       `json:"settings"`
}

func newJSONResult(m *member, r *bsde.Result) jsonResult {
	return jsonResult{
		Problem: r.Problem, Kind: "pde", Dim: r.Dim, Method: r.Method.Name(), Network: r.Method.Network.Name(),
		Value: words.Number(r.Value), StdErr: words.Number(r.StdErr),
		CI95: words.Finite(r.CI95[:]), Gradient: words.Finite(r.Gradient), GradientStdErr: words.Finite(r.GradientStdErr),
		GradientStep: words.Number(r.GradientDiscretization), GradientBias: words.Number(r.GradientNetworkBias), RegionError: words.Number(r.RegionError), RegionErrorBound: words.Number(r.RegionErrorBound),
		DiscretizationError: words.Number(r.DiscretizationError), NetworkBias: words.Number(r.NetworkBias),
		ResidualRatio: words.Number(r.ResidualRatio), TrainedValue: words.Number(r.TrainedValue),
		Reference:     newJSONReference(m.problem.Reference),
		RelativeError: words.Number(relativeError(r.Value, m.problem.Reference)),
		Iterations:    r.Iterations, Paths: r.Paths, Seconds: r.Elapsed.Seconds(), Status: r.Status.String(),
		Seed: r.Settings.Seed, Precision: r.Settings.Precision, Workers: r.Settings.Workers,
		Parameters: m.parameters,
		Settings:   newJSONSettings(r.Method, r.Settings),
	}
}

// relativeError is |value − reference| / |reference|, NaN where there is none.
func relativeError(value float64, r *pde.Reference) float64 {
	if r == nil {
		return math.NaN()
	}
	return words.RelativeError(value, r.Value)
}
