package main

import (
	"math"

	"github.com/deepbsde/deepbsde/problems"
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
	Training   map[string]jsonTraining `json:"training"` // by network
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

func newJSONProblem(m *member) jsonProblem {
	f := m.family
	j := jsonProblem{
		Name: f.Name, Kind: "pde", Title: f.Title, Dim: m.problem.Dim, DefaultDim: f.Dim, Equation: f.Equation,
		Reference: newJSONReference(m.problem.Reference), Published: newJSONReference(f.Published),
		Training: map[string]jsonTraining{}, Citation: f.Citation,
	}
	for _, network := range []string{"shared", "per-step"} {
		j.Training[network] = newJSONTraining(f.Training[network])
	}
	for _, p := range f.Params {
		j.Parameters = append(j.Parameters, jsonParam{p.Name, m.parameters[p.Name], p.Default,
			number(p.Min), number(p.Max), p.Open && !math.IsInf(p.Min, 0), p.Doc})
	}
	return j
}

// jsonTraining is problems.Training in JSON; what is absent is the solver's
// default.
type jsonTraining struct {
	Steps         int       `json:"steps,omitempty"`
	Iterations    int       `json:"iterations,omitempty"`
	Batch         int       `json:"batch,omitempty"`
	LearningRate  float64   `json:"learning_rate,omitempty"`
	Schedule      string    `json:"schedule,omitempty"`
	Boundaries    []int     `json:"boundaries,omitempty"`
	Rates         []float64 `json:"rates,omitempty"`
	Hidden        []int     `json:"hidden,omitempty"`
	Activation    string    `json:"activation,omitempty"`
	Controlled    bool      `json:"controlled"`
	LossClip      float64   `json:"loss_clip,omitempty"`
	ClipNorm      float64   `json:"clip_norm,omitempty"`
	EstimatePaths int       `json:"estimate_paths,omitempty"`
}

func newJSONTraining(t problems.Training) jsonTraining {
	return jsonTraining{
		Steps: t.Steps, Iterations: t.Iterations, Batch: t.Batch,
		LearningRate: t.LearningRate, Schedule: t.Schedule, Boundaries: t.Boundaries, Rates: t.Rates,
		Hidden: t.Hidden, Activation: t.Activation, Controlled: !t.Uncontrolled,
		LossClip: t.LossClip, ClipNorm: t.ClipNorm, EstimatePaths: t.EstimatePaths,
	}
}
