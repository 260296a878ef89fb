package file

import (
	"math"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/problems"
)

// TestImportedEquations: the equations that import refers to are those of the reference
// implementation, written here a second time from its equation.py in plain arithmetic,
// with the default parameters.
func TestImportedEquations(t *testing.T) {
	const (
		d, horizon, at, y = 3, 0.7, 0.25, 0.35
		tolerance         = 1e-12
	)
	x, z, dw := []float64{0.3, -0.2, 0.9}, []float64{0.5, 0.1, -0.4}, []float64{0.1, 0.2, -0.3}
	sum := func(v []float64) float64 { return v[0] + v[1] + v[2] }
	square := func(v []float64) float64 { return v[0]*v[0] + v[1]*v[1] + v[2]*v[2] }
	scaled := func(v []float64, by float64) []float64 { return []float64{by * v[0], by * v[1], by * v[2]} }
	stocks := func(v []float64) []float64 { return []float64{100 + 40*v[0], 100 + 40*v[1], 100 + 40*v[2]} }
	relu := func(s float64) float64 { return math.Max(s, 0) }
	for _, c := range []struct {
		theirs   string
		start    float64
		state    []float64
		y        float64
		drift    float64 // times the state
		sigma    float64 // times the state for stocks, else alone
		geometry bool
		f, g     float64 // at the state, g at the horizon
	}{
		{theirs: "HJBLQ", state: x, y: y, sigma: math.Sqrt2, f: -square(z) / 2, g: math.Log((1 + square(x)) / 2)},
		{theirs: "AllenCahn", state: x, y: y, sigma: math.Sqrt2, f: y - y*y*y, g: 0.5 / (1 + 0.2*square(x))},
		{theirs: "PricingDefaultRisk", start: 100, state: stocks(x), y: 61, drift: 0.02, sigma: 0.2, geometry: true,
			f: (-(1-2.0/3)*(relu(relu(61-50.0)*(0.2-0.02)/(50-70)+0.2-0.02)+0.02) - 0.02) * 61, g: 100 - 40*0.2},
		{theirs: "PricingDiffRate", start: 100, state: stocks(x), y: y, drift: 0.06, sigma: 0.2, geometry: true,
			f: -0.04*y - (0.06-0.04)*sum(z)/0.2 + (0.06-0.04)*relu(sum(z)/0.2-y), g: relu(136-120) - 2*relu(136-150)},
		{theirs: "BurgersType", state: x, y: y, sigma: d, f: (y - (2+d)/2.0/d) * sum(z), g: 1 - 1/(1+math.Exp(horizon+sum(x)/d))},
		{theirs: "QuadraticGradient", state: x, y: y, sigma: 1, g: math.Sin(math.Pow(square(x)/d, 0.4)), f: func() float64 {
			base := horizon - at + square(x)/d
			power := math.Pow(base, 0.4)
			slope := 0.4 * math.Pow(base, -0.6) * math.Cos(power)
			curve := 0.4 * (-0.6*math.Pow(base, -1.6)*math.Cos(power) - 0.4*math.Pow(base, -1.2)*math.Sin(power))
			return square(z) - 4*slope*slope*square(x)/(d*d) + slope - 0.5*(2*slope+4.0/(d*d)*square(x)*curve)
		}()},
		{theirs: "ReactionDiffusion", state: x, y: y, sigma: 1, g: 1.6 + math.Sin(sum(x)/math.Sqrt(d)),
			f: math.Min(1, math.Pow(y-1.6-math.Sin(sum(x)/math.Sqrt(d))*math.Exp((at-horizon)/2), 2))},
	} {
		name := ""
		for _, i := range imported {
			if i.theirs == c.theirs {
				name = i.ours
			}
		}
		family, err := problems.Find(name)
		if err != nil {
			t.Fatal(err)
		}
		p, err := family.Make(d, map[string]float64{"horizon": horizon})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range p.Start {
			if s != c.start {
				t.Errorf("%s starts at %v, want %g", name, p.Start, c.start)
			}
		}
		ti, xi, yi, zi, wi := expr.Input("t", 1), expr.Input("x", d), expr.Input("y", 1), expr.Input("z", d), expr.Input("w", d)
		check := func(what string, v expr.Value, want ...float64) {
			t.Helper()
			f, err := expr.Compile(v, ti, xi, yi, zi, wi)
			if err != nil {
				t.Fatalf("%s: %s: %v", name, what, err)
			}
			got := make([]float64, f.Width())
			if err := f.Eval(1, got, []float64{at}, c.state, []float64{c.y}, z, dw); err != nil {
				t.Fatal(err)
			}
			for i := range got {
				if off := math.Abs(got[i] - want[i]); !(off <= tolerance*(1+math.Abs(want[i]))) {
					t.Errorf("%s: %s is %v, there %v", name, what, got, want)
				}
			}
		}
		check("generator", p.Generator(ti, xi, yi, zi), c.f)
		check("terminal", p.Terminal(xi), c.g)
		noise := scaled(dw, c.sigma)
		if c.geometry {
			noise = []float64{c.sigma * c.state[0] * dw[0], c.sigma * c.state[1] * dw[1], c.sigma * c.state[2] * dw[2]}
		}
		check("diffusion", p.Diffusion.Mul(ti, xi, wi), noise...)
		if c.drift != 0 {
			check("drift", p.Drift.At(ti, xi), scaled(c.state, c.drift)...)
		} else if p.Drift != nil {
			t.Errorf("%s has a drift", name)
		}
	}
}
