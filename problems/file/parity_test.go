package file

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/problems"
)

// readNamed reads the file of a named problem.
func readNamed(t *testing.T, name string) *problems.Family {
	t.Helper()
	text, err := Of(name)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Parse(name+".yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// sameBits evaluates two expressions in the same inputs at random points and compares
// every bit.
func sameBits(t *testing.T, what string, scale float64, in []expr.Value, got, want expr.Value) {
	t.Helper()
	const rows = 20
	g, err := expr.Compile(got, in...)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	w, err := expr.Compile(want, in...)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if g.Width() != w.Width() {
		t.Fatalf("%s: width %d, want %d", what, g.Width(), w.Width())
	}
	rng := rand.New(rand.NewPCG(7, 11))
	points := make([][]float64, len(in))
	for k, v := range in {
		points[k] = make([]float64, rows*v.Width())
		for i := range points[k] {
			points[k][i] = scale * rng.NormFloat64()
			if v.Width() == 1 && k == 0 { // t
				points[k][i] = 0.2 * rng.Float64()
			}
		}
	}
	a, b := make([]float64, rows*g.Width()), make([]float64, rows*g.Width())
	if err := g.Eval(rows, a, points...); err != nil {
		t.Fatal(err)
	}
	if err := w.Eval(rows, b, points...); err != nil {
		t.Fatal(err)
	}
	for i := range a {
		if a[i] != b[i] && !(math.IsNaN(a[i]) && math.IsNaN(b[i])) {
			t.Errorf("%s: component %d is %v from the file, %v from the named problem", what, i, a[i], b[i])
			return
		}
	}
}

// TestFilesOfEquations: the file of a named equation is that equation, to the bit, for
// several dimensions and parameters.
func TestFilesOfEquations(t *testing.T) {
	tested := 0
	for _, named := range problems.Equations() {
		f := readNamed(t, named.Name)
		tested++
		compareFamilies(t, f, named)
		for _, dim := range []int{1, 3, named.Dim} {
			for _, factor := range []float64{1, 1.25} {
				set := map[string]float64{}
				for _, p := range named.Params {
					set[p.Name] = math.Min(p.Default*factor, p.Max)
					if p.Name == "dates" {
						set[p.Name] = math.Round(set[p.Name])
					}
				}
				want, err := named.Make(dim, set)
				if err != nil {
					t.Fatal(err)
				}
				got, err := f.Make(dim, set)
				if err != nil {
					t.Fatal(err)
				}
				compareEquations(t, named.Name, got, want)
			}
		}
	}
	if tested != 16 {
		t.Errorf("%d equations have files, want 16", tested)
	}
}

func compareFamilies(t *testing.T, got, want *problems.Family) {
	t.Helper()
	if got.Name != want.Name || got.Title != want.Title || got.Equation != want.Equation || got.Dim != want.Dim || !reflect.DeepEqual(got.Training, want.Training) {
		t.Errorf("the file of %s has\n%+v\nwant\n%+v", want.Name, got, want)
	}
	if len(got.Params) != len(want.Params) {
		t.Fatalf("the file of %s has the parameters\n%+v, want\n%+v", want.Name, got.Params, want.Params)
	}
	for i, p := range want.Params {
		q := got.Params[i]
		if q.Default != p.Default || q.Min != p.Min || q.Max != p.Max || q.Open != p.Open || i > 0 && q.Doc != p.Doc {
			t.Errorf("the file of %s has the parameter\n%+v, want\n%+v", want.Name, q, p)
		}
	}
}

func compareEquations(t *testing.T, name string, got, want pde.Problem) {
	t.Helper()
	d := want.Dim
	x0, x, y, z := expr.Input("t", 1), expr.Input("x", d), expr.Input("y", 1), expr.Input("z", d)
	in := []expr.Value{x0, x, y, z}
	if got.Dim != d || got.Horizon != want.Horizon || !reflect.DeepEqual(got.Start, want.Start) ||
		!reflect.DeepEqual(got.Drift, want.Drift) || !reflect.DeepEqual(got.Diffusion, want.Diffusion) {
		t.Errorf("%s d=%d: drift %v, diffusion %v, start %v, horizon %g; want %v, %v, %v, %g", name, d,
			got.Drift, got.Diffusion, got.Start[0], got.Horizon, want.Drift, want.Diffusion, want.Start[0], want.Horizon)
	}
	scale := 1 + want.Start[0]
	sameBits(t, name+" generator", scale, in, got.GeneratorAt(x0, x, y, z), want.GeneratorAt(x0, x, y, z))
	if (got.Obstacle == nil) != (want.Obstacle == nil) || !reflect.DeepEqual(got.Exercise, want.Exercise) {
		t.Fatalf("%s: dates of exercise %v, want %v", name, got.Exercise, want.Exercise)
	}
	if want.Obstacle != nil {
		sameBits(t, name+" obstacle", scale, in, got.Obstacle(x0, x), want.Obstacle(x0, x))
	}
	sameBits(t, name+" terminal", scale, in, got.Terminal(x), want.Terminal(x))
	if (got.Exact == nil) != (want.Exact == nil) {
		t.Fatalf("%s: exact solution", name)
	}
	if want.Exact != nil {
		sameBits(t, name+" exact", scale, in, got.Exact(x0, x), want.Exact(x0, x))
		if got.Reference.Value != want.Reference.Value {
			t.Errorf("%s: reference %v, want %v", name, got.Reference, want.Reference)
		}
	}
}

// TestFilesOfControlProblems: the same, to the bit, for several dimensions and
// parameters. What two files cannot have by the same name is left at its default: names
// with a hyphen, and the number of stages.
func TestFilesOfControlProblems(t *testing.T) {
	tested := 0
	for _, named := range problems.Controls() {
		f := readNamed(t, named.Name)
		tested++
		if f.Title != named.Title || f.Equation != named.Equation || f.Dim != named.Dim || !reflect.DeepEqual(f.Training, named.Training) {
			t.Errorf("%s: the file has %+v", named.Name, f)
		}
		dims := []int{1, 2, 3, named.Dim}
		if named.Name == "energy-storage" {
			dims = []int{3}
		}
		for _, dim := range dims {
			for _, factor := range []float64{1, 1.25} {
				set := map[string]float64{}
				for _, p := range named.Params {
					if isParameter(f, p.Name) && p.Name != "stages" {
						set[p.Name] = math.Min(p.Default*factor, p.Max)
					}
				}
				want, err := named.MakeControl(dim, set)
				if err != nil {
					t.Fatal(err)
				}
				got, err := f.MakeControl(dim, set)
				if err != nil {
					t.Fatal(err)
				}
				compareControls(t, fmt.Sprintf("%s, d=%d, %v", named.Name, dim, set), got, want)
			}
		}
	}
	if tested != 6 {
		t.Errorf("%d control problems have files, want 6", tested)
	}
}

func compareControls(t *testing.T, name string, got, want *problems.Control) {
	t.Helper()
	g, err := got.Problem.Discretise(20)
	if err != nil {
		t.Fatal(err)
	}
	w, err := want.Problem.Discretise(20)
	if err != nil {
		t.Fatal(err)
	}
	p := want.Problem
	if !reflect.DeepEqual(got.Problem.Start, p.Start) || g.Steps != w.Steps || g.Grid.Length(0) != w.Grid.Length(0) || g.Maximize != w.Maximize || !slices.Equal(g.StateNames, w.StateNames) || !slices.Equal(g.ActionNames, w.ActionNames) || g.Noises() != w.Noises() {
		t.Errorf("%s: start %v, %d steps of %g; want %v, %d of %g", name, got.Problem.Start, g.Steps, g.Grid.Length(0), p.Start, w.Steps, w.Grid.Length(0))
	}
	tt, x, a, n := expr.Input("t", 1), expr.Input("x", p.StateDim), expr.Input("a", p.ActionDim), expr.Input("w", w.Noises())
	in := []expr.Value{tt, x, a, n}
	for what, pair := range map[string][2]expr.Value{
		"next state": {g.Next(0, tt, x, a, n), w.Next(0, tt, x, a, n)}, "cost": {g.Cost(0, tt, x, a), w.Cost(0, tt, x, a)},
		"final cost": {g.Final(x), w.Final(x)}, "action": {g.Admit(tt, x, a), w.Admit(tt, x, a)},
	} {
		sameBits(t, name+": "+what, 1, in, pair[0], pair[1])
	}
	if !reflect.DeepEqual(got.Problem.ActionScale, p.ActionScale) {
		t.Errorf("%s: action scale %v, want %v", name, got.Problem.ActionScale, p.ActionScale)
	}
}
