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
	const most = 1_000_000_000
	for _, e := range r.mapping(network.value, "training of "+network.name, trainingKeys) {
		what := network.name + ": " + e.name
		switch e.name {
		case "steps":
			t.Steps = r.whole(e.value, what, 1, maxStages)
		case "iterations":
			t.Iterations = r.whole(e.value, what, 1, most)
		case "batch":
			t.Batch = r.whole(e.value, what, 1, most)
		case "paths":
			t.EstimatePaths = r.whole(e.value, what, 2, most)
		case "lr":
			t.LearningRate = r.positive(e.value, what)
		case "loss-clip":
			t.LossClip = r.positive(e.value, what)
		case "clip-norm":
			t.ClipNorm = r.positive(e.value, what)
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
	if (t.Rates != nil || t.Boundaries != nil) && len(t.Rates) != len(t.Boundaries)+1 {
		r.fail(network.value, "%s has %d rates and %d boundaries between them, want one rate more than boundaries", network.name, len(t.Rates), len(t.Boundaries))
	}
	if t.Schedule == "piecewise" && t.Rates == nil {
		r.fail(network.value, "%s: the schedule piecewise needs rates and boundaries", network.name)
	}
	return t
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
