package problems

import (
	"math"

	"go.yaml.in/yaml/v4"
)

// activations and schedules are those of the solver.
var (
	activations = []string{"tanh", "relu", "silu"}
	schedules   = []string{"cosine", "constant", "piecewise"}
)

// trainingKeys are called like the flags of solve.
var trainingKeys = []string{"steps", "iterations", "batch", "lr", "schedule", "boundaries", "rates", "hidden", "activation",
	"controlled", "antithetic", "loss-clip", "clip-norm", "paths"}

// training reads the settings of the networks.
func (r *reader) training(n *yaml.Node) map[string]Training {
	all := map[string]Training{}
	for _, e := range r.mapping(n, "training", []string{"shared", "per-step"}) {
		all[e.name] = r.network(e)
	}
	return all
}

func (r *reader) network(network entry) (t Training) {
	for _, e := range r.mapping(network.value, "training of "+network.name, trainingKeys) {
		r.trainingKey(e, network.name+": "+e.name, &t)
	}
	r.scheduleFits(network.value, network.name+": ", t)
	return t
}

// trainingKey reads the value of one of trainingKeys. what names it in errors.
func (r *reader) trainingKey(e entry, what string, t *Training) {
	const most = 1_000_000_000
	switch e.name {
	case "steps":
		t.Steps = r.whole(e.value, what, 1, maxStages)
	case "iterations":
		t.Iterations = r.whole(e.value, what, 1, most)
	case "batch":
		t.Batch = r.whole(e.value, what, 1, maxBatch)
	case "paths":
		t.EstimatePaths = r.whole(e.value, what, 2, most)
	case "lr":
		t.LearningRate = r.positive(e.value, what)
	case "loss-clip":
		t.LossClip = r.positiveOrNone(e.value, what)
	case "clip-norm":
		t.ClipNorm = r.positiveOrNone(e.value, what)
	case "schedule":
		t.Schedule = r.oneOf(e, what, schedules)
	case "activation":
		t.Activation = r.oneOf(e, what, activations)
	case "controlled":
		t.Uncontrolled = !r.truth(e)
	case "antithetic":
		t.Antithetic = r.truth(e)
	case "hidden":
		for _, c := range r.items(e.value, what) {
			t.Hidden = append(t.Hidden, r.whole(c, what, 1, 100_000))
		}
	case "boundaries":
		for _, c := range r.items(e.value, what) {
			t.Boundaries = append(t.Boundaries, r.whole(c, what, 1, most))
		}
		for k := 1; k < len(t.Boundaries); k++ {
			if t.Boundaries[k] <= t.Boundaries[k-1] {
				r.fail(e.value, "%s are %d and %d, want rising numbers", what, t.Boundaries[k-1], t.Boundaries[k])
			}
		}
	case "rates":
		for _, c := range r.items(e.value, what) {
			t.Rates = append(t.Rates, r.positive(c, what))
		}
	}
}

// maxBatch is that of the solver.
const maxBatch = 1 << 24

// scheduleFits checks the keys of the learning rate against one another.
func (r *reader) scheduleFits(n *yaml.Node, where string, t Training) {
	switch piecewise := t.Rates != nil || t.Boundaries != nil; {
	case piecewise && len(t.Rates) != len(t.Boundaries)+1:
		r.fail(n, "%s%d rates and %d boundaries between them, want one rate more than boundaries", where, len(t.Rates), len(t.Boundaries))
	case piecewise && t.Schedule != "" && t.Schedule != "piecewise":
		r.fail(n, "%srates and boundaries go with the schedule piecewise, not with %s", where, t.Schedule)
	case piecewise && t.LearningRate != 0:
		r.fail(n, "%slr and rates, want one of them", where)
	case t.Schedule == "piecewise" && !piecewise:
		r.fail(n, "%sthe schedule piecewise needs rates and boundaries", where)
	}
}

// positiveOrNone is a number above 0, or 0 for none.
func (r *reader) positiveOrNone(n *yaml.Node, what string) float64 {
	v := r.number(n, what)
	if r.err == nil && v < 0 {
		r.fail(n, "%s is %g, want a number above 0, or 0 for none", what, v)
	}
	return v
}

func (r *reader) positive(n *yaml.Node, what string) float64 {
	v := r.number(n, what)
	if r.err == nil && !(v > 0 && v < math.Inf(1)) {
		r.fail(n, "%s is %g, want a number above 0", what, v)
	}
	return v
}

func (r *reader) oneOf(e entry, what string, known []string) string {
	if e.value.Kind != yaml.ScalarNode || !contains(known, e.value.Value) {
		r.fail(e.value, "%s is %s%s", what, kindName(e.value), didYouMean(e.value.Value, known))
		return ""
	}
	return e.value.Value
}
