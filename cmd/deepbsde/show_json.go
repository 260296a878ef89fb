package main

import (
	"math"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/words"
	"github.com/deepbsde/deepbsde/pde"
)

// jsonProblem is the object that show --json prints.
type jsonProblem struct {
	Name       string                  `json:"name"`
	Kind       string                  `json:"kind"`
	Title      string                  `json:"title"`
	Dim        int                     `json:"dim"`
	DefaultDim int                     `json:"default_dim"`
	Equation   string                  `json:"equation"`
	Parameters []jsonParam             `json:"parameters"`
	Reference  *jsonReference          `json:"reference,omitempty"`
	Published  *jsonReference          `json:"published,omitempty"`
	Settings   map[string]jsonSettings `json:"settings"` // of solve, by network
	Citation   string                  `json:"citation"`
}

type jsonParam struct {
	Name    string   `json:"name"`
	Value   float64  `json:"value"`
	Default float64  `json:"default"`
	Min     *float64 `json:"min,omitempty"` // absent: none
	Max     *float64 `json:"max,omitempty"`
	Open    bool     `json:"min_excluded,omitempty"`
	Doc     string   `json:"doc"`
}

func newJSONProblem(m *member, ref *pde.Reference) jsonProblem {
	f := m.family
	j := jsonProblem{
		Name: f.Name, Kind: kindOf(f), Title: f.Title, Dim: m.dim, DefaultDim: f.Dim, Equation: f.Equation,
		Reference: newJSONReference(ref), Published: newJSONReference(f.Published),
		Settings: map[string]jsonSettings{}, Citation: f.Citation,
	}
	for _, network := range []string{"shared", "per-step"} {
		p := presetFor(m, network)
		j.Settings[network] = p.json()
	}
	for _, p := range f.Params {
		j.Parameters = append(j.Parameters, jsonParam{p.Name, m.parameters[p.Name], p.Default,
			words.Number(p.Min), words.Number(p.Max), p.Open && !math.IsInf(p.Min, 0), p.Doc})
	}
	return j
}
