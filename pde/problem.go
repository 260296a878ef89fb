package pde

import (
	"fmt"

	"github.com/deepbsde/deepbsde/autodiff/expr"
)

// Problem is a semilinear parabolic equation with a terminal condition, and the
// point (0, Start) at which its solution is wanted. It is a plain struct:
// copying it and changing a field makes a new problem.
type Problem struct {
	Name    string    // for messages and results
	Dim     int       // d ≥ 1, number of components of x and of the noise
	Horizon float64   // T > 0
	Start   []float64 // x0, d components

	// RandomStart makes the paths of training start from random states, as a function
	// of d standard normal numbers ξ of width d: UniformStart, NormalStart or one of your
	// own. One training then gives u(0,·) on the region that they cover. nil: all start
	// from Start, where the reported value is taken in both cases.
	RandomStart func(xi expr.Value) expr.Value

	// Drift is μ; nil means 0.
	Drift Drift

	// Diffusion is σ, as an action on the noise. It is required.
	Diffusion Diffusion

	// Generator is f(t, x, y, z) with z = σᵀ∇u; t and y have width 1, x and z
	// width d, the result has width 1. nil means 0.
	Generator func(t, x, y, z expr.Value) expr.Value

	// Terminal is g(x), width 1. It is required.
	Terminal func(x expr.Value) expr.Value

	// Obstacle is Φ(t, x), width 1: what the holder gets who exercises at t. u is then the value of the
	// best rule, u ≥ Φ at the dates of exercise (optimal stopping, a reflected equation); at T the holder
	// gets g. nil: there is no early exercise.
	Obstacle func(t, x expr.Value) expr.Value

	// Exercise are the dates of exercise, increasing, from 0 to Horizon; 0 is a date only where it is
	// listed. nil with an Obstacle: every time step after 0 of the grid that it is solved on.
	Exercise []float64

	// Exact is the solution u(t, x), width 1, where a closed form is known;
	// else nil.
	Exact func(t, x expr.Value) expr.Value

	// Reference is the value u(0, Start) to compare with, or nil.
	Reference *Reference

	// StateNames say what the components of x are, with their units, for tables and
	// plots; nil: x[0], x[1] and so on.
	StateNames []string
}

// Reference is a value of u(0, x0) that was not found by the method under test.
type Reference struct {
	Value  float64 // u(0, x0)
	StdErr float64 // standard error or stated accuracy, in the units of Value; 0 where exact to all digits, or not stated in a publication
	Method string  // how it was computed, such as "closed form" or "multilevel Picard"
	Source string  // the paper, table or command that gave it
	Bound  Bound   // whether the value is only a bound, in the mean
	Cost   int64   // evaluations of f and g together, 0 where not counted

	// Lower < Upper is an interval that holds the value with 95 % confidence, where that
	// is all that is known: Value is then only its middle. 0, 0: none.
	Lower, Upper float64
}

// Interval tells whether an interval is all that is known of the value.
func (r *Reference) Interval() bool { return r.Lower < r.Upper }

// Bound tells on which side of u(0, x0) the mean of a reference lies.
type Bound int

// The sides: Neither for an estimate whose error StdErr covers.
const (
	Neither Bound = 0
	Lower   Bound = -1
	Upper   Bound = 1
)

// DriftOrZero is μ, ConstantDrift(0) where Drift is nil.
func (p *Problem) DriftOrZero() Drift {
	if p.Drift == nil {
		return ConstantDrift(0)
	}
	return p.Drift
}

// GeneratorAt is f(t, x, y, z), 0 where Generator is nil.
func (p *Problem) GeneratorAt(t, x, y, z expr.Value) expr.Value {
	if p.Generator == nil {
		return expr.Const(0)
	}
	return p.Generator(t, x, y, z)
}

// Kind is "pde": what kind of problem this is, for results and saved runs.
func (Problem) Kind() string { return "pde" }

// Numbered is StateNames of blocks, so many components each under one of the names: price[0],
// price[1], …; price where a block is one component.
func Numbered(each int, names ...string) (list []string) {
	for _, name := range names {
		if each == 1 {
			list = append(list, name)
			continue
		}
		for k := range each {
			list = append(list, fmt.Sprintf("%s[%d]", name, k))
		}
	}
	return list
}
