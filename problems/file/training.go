package file

import (
	"math"

	"github.com/deepbsde/deepbsde/pde/grid"
	"github.com/deepbsde/deepbsde/problems"
	"github.com/deepbsde/deepbsde/problems/file/internal/source"
	"go.yaml.in/yaml/v4"
)

// activations and schedules are those of the solver.
var (
	activations = []string{"tanh", "relu", "silu"}
	schedules   = []string{"cosine", "constant", "piecewise"}
)

// trainingKeys are called like the flags of solve.
var trainingKeys = []string{"grid", "steps", "iterations", "batch", "lr", "schedule", "boundaries", "rates", "hidden", "activation",
	"controlled", "antithetic", "loss-clip", "clip-norm", "paths"}

// training reads the settings of the networks.
func (r *reader) training(n *yaml.Node) map[string]problems.Training {
	all := map[string]problems.Training{}
	for _, e := range r.Mapping(n, "training", []string{"features", "shared", "per-step"}) {
		all[e.Name] = r.network(e)
	}
	return all
}

func (r *reader) network(network source.Entry) (t problems.Training) {
	for _, e := range r.Mapping(network.Value, "training of "+network.Name, trainingKeys) {
		r.trainingKey(e, network.Name+": "+e.Name, &t)
	}
	r.scheduleFits(network.Value, network.Name+": ", t)
	return t
}

// trainingKey reads the value of one of trainingKeys. what names it in errors.
func (r *reader) trainingKey(e source.Entry, what string, t *problems.Training) {
	const most = 1_000_000_000
	switch e.Name {
	case "grid":
		t.Grid = r.OneOf(e, what, grid.Names)
	case "steps":
		t.Steps = r.Whole(e.Value, what, 1, maxStages)
	case "iterations":
		t.Iterations = r.Whole(e.Value, what, 1, most)
	case "batch":
		t.Batch = r.Whole(e.Value, what, 1, maxBatch)
	case "paths":
		t.Paths = r.Whole(e.Value, what, 2, most)
	case "lr":
		t.LearningRate = r.positive(e.Value, what)
	case "loss-clip":
		t.LossClip = r.positiveOrNone(e.Value, what)
	case "clip-norm":
		t.ClipNorm = r.positiveOrNone(e.Value, what)
	case "schedule":
		t.Schedule = r.OneOf(e, what, schedules)
	case "activation":
		t.Activation = r.OneOf(e, what, activations)
	case "controlled":
		t.Uncontrolled = !r.Truth(e)
	case "antithetic":
		t.Antithetic = r.Truth(e)
	case "hidden":
		for _, c := range r.Items(e.Value, what) {
			t.Hidden = append(t.Hidden, r.Whole(c, what, 1, maxWidth))
		}
	case "boundaries":
		for _, c := range r.Items(e.Value, what) {
			t.Boundaries = append(t.Boundaries, r.Whole(c, what, 1, most))
		}
		for k := 1; k < len(t.Boundaries); k++ {
			if t.Boundaries[k] <= t.Boundaries[k-1] {
				r.Fail(e.Value, "%s are %d and %d, want rising numbers", what, t.Boundaries[k-1], t.Boundaries[k])
			}
		}
	case "rates":
		for _, c := range r.Items(e.Value, what) {
			t.Rates = append(t.Rates, r.positive(c, what))
		}
	}
}

// maxBatch and maxWidth, of a hidden layer, are those of the solver.
const (
	maxBatch = 1 << 24
	maxWidth = 1 << 16
)

// scheduleFits checks the keys of the learning rate against one another.
func (r *reader) scheduleFits(n *yaml.Node, where string, t problems.Training) {
	switch piecewise := t.Rates != nil || t.Boundaries != nil; {
	case piecewise && len(t.Rates) != len(t.Boundaries)+1:
		r.Fail(n, "%s%d rates and %d boundaries between them, want one rate more than boundaries", where, len(t.Rates), len(t.Boundaries))
	case piecewise && t.Schedule != "" && t.Schedule != "piecewise":
		r.Fail(n, "%srates and boundaries go with the schedule piecewise, not with %s", where, t.Schedule)
	case piecewise && t.LearningRate != 0:
		r.Fail(n, "%slr and rates, want one of them", where)
	case t.Schedule == "piecewise" && !piecewise:
		r.Fail(n, "%sthe schedule piecewise needs rates and boundaries", where)
	}
}

// positiveOrNone is a number above 0, or 0 for none.
func (r *reader) positiveOrNone(n *yaml.Node, what string) float64 {
	v := r.Number(n, what)
	if r.Err == nil && v < 0 {
		r.Fail(n, "%s is %g, want a number above 0, or 0 for none", what, v)
	}
	return v
}

func (r *reader) positive(n *yaml.Node, what string) float64 {
	v := r.Number(n, what)
	if r.Err == nil && !(v > 0 && v < math.Inf(1)) {
		r.Fail(n, "%s is %g, want a number above 0", what, v)
	}
	return v
}
