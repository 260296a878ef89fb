package file

import (
	"math"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/control"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/problems"
)

// TestReferencesOfFiles: what a named problem's own methods give, the files' give as
// well, for other dimensions and parameters too.
func TestReferencesOfFiles(t *testing.T) {
	for _, c := range []struct {
		name    string
		methods []string
		set     map[string]float64
	}{
		{"lqr", []string{"riccati-discrete", "riccati"}, map[string]float64{"kappa": 0.5, "b": 2}},
		{"lqr-multiplicative", []string{"riccati-discrete", "riccati"}, map[string]float64{"sigma": 0.7}},
		{"optimal-execution", []string{"dynamic-programme"}, map[string]float64{"rho": 0.5, "horizon": 2}},
		{"hjb-control", []string{"cole-hopf"}, map[string]float64{"lambda": 20}},
	} {
		named, err := problems.Find(c.name)
		if err != nil {
			t.Fatal(err)
		}
		file := readNamed(t, c.name)
		for _, set := range []map[string]float64{nil, c.set} {
			for _, method := range c.methods {
				want := controlReference(t, named, 3, set, method)
				got := controlReference(t, file, 3, set, method)
				if !(math.Abs(got-want) <= 1e-9*math.Abs(want)) {
					t.Errorf("%s %v, %s: %.12g from the file, %.12g by name", c.name, set, method, got, want)
				}
			}
		}
	}
}

func controlReference(t *testing.T, f *problems.Family, dim int, set map[string]float64, method string) float64 {
	t.Helper()
	c, err := f.MakeControl(dim, set)
	if err != nil {
		t.Fatal(err)
	}
	d, err := c.Problem.Discretise(10)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range c.References {
		if r.Name == method {
			v, err := r.Run(t.Context(), d, pde.Sampling{})
			if err != nil {
				t.Fatalf("%s %s: %v", f.Name, method, err)
			}
			return v.Value
		}
	}
	t.Fatalf("%s has no method %s", f.Name, method)
	return 0
}

// TestColeHopfOfFiles finds λ in the generator, and refuses others.
func TestColeHopfOfFiles(t *testing.T) {
	for _, lambda := range []float64{1, 20} {
		set := map[string]float64{"lambda": lambda}
		named, err := problems.Find("hjb")
		if err != nil {
			t.Fatal(err)
		}
		want, err := named.Make(10, set)
		if err != nil {
			t.Fatal(err)
		}
		file := readNamed(t, "hjb")
		p, err := file.Make(10, set)
		if err != nil {
			t.Fatal(err)
		}
		m, err := problems.FindReferenceMethod(file.ReferenceMethods(set), "cole-hopf")
		if err != nil {
			t.Fatal(err)
		}
		r, err := m.Run(t.Context(), p, pde.Sampling{})
		if err != nil || r.Value != want.Reference.Value {
			t.Errorf("λ = %g: %v, %v, want %v", lambda, r, err, want.Reference)
		}
	}
	for generator, want := range map[string]string{"y": "f is 0", "normsq(z)*y + normsq(z)": "needs f = −λ‖z‖²/2", "sum(z)^4": "needs f = −λ‖z‖²/2"} {
		f, err := Parse("a.yaml", []byte("dim: 2\nhorizon: 1\ndiffusion: 1\nterminal: normsq(x)\ngenerator: "+generator+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		p, err := f.Make(0, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range problems.ColeHopfMethods() {
			if _, err := m.Run(t.Context(), p, pde.Sampling{Paths: 1000}); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s, %s: error %v, want %q", generator, m.Name, err, want)
			}
		}
	}
}

// TestRiccatiOfRandomStarts: the reference of a random start, which needs the mean and the
// covariance only, is the mean cost of the optimal policy; 5 standard errors.
func TestRiccatiOfRandomStarts(t *testing.T) {
	text, err := Of("lqr")
	if err != nil {
		t.Fatal(err)
	}
	atPoint := controlReference(t, readNamed(t, "lqr"), 3, nil, "riccati-discrete")
	for _, start := range []string{"{box: [0, 2]}", "{normal: [1, [0.5, 1, 2]]}"} {
		f, err := Parse("a.yaml", []byte(strings.NewReplacer("\nstart: 1\n", "\nstart: "+start+"\n", "\ndim: 100\n", "\ndim: 3\n").Replace(string(text))))
		if err != nil {
			t.Fatal(err)
		}
		c, err := f.MakeControl(3, nil)
		if err != nil {
			t.Fatal(err)
		}
		d, err := c.Problem.Discretise(10)
		if err != nil {
			t.Fatal(err)
		}
		policy, err := c.Optimal(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		o, err := control.Simulate(t.Context(), d, policy, control.Simulation{Paths: 1 << 14, Seed: 3})
		if err != nil {
			t.Fatal(err)
		}
		want := controlReference(t, f, 3, nil, "riccati-discrete")
		if !(math.Abs(o.Cost-want) <= 5*o.StdErr) || !(want-atPoint > 20*o.StdErr) {
			t.Errorf("start %s: reference %g, simulated %g ± %g; %g at the mean", start, want, o.Cost, o.StdErr, atPoint)
		}
	}
}
