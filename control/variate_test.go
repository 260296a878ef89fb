package control

import (
	"math"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
	"gonum.org/v1/gonum/stat"
)

// TestVariateIsExact: for a = −x on dX = a dt + dW with quadratic costs V_n = p_n x² + c_n, and with
// Q_n = 2 p_{n+1} √h the cost less the variate is V_0(x0) on every path, to rounding.
func TestVariateIsExact(t *testing.T) {
	const n, h = 4, 0.25
	d, err := walk().Discretise(n)
	if err != nil {
		t.Fatal(err)
	}
	p, c, q := 1.0, 0.0, make([][]float64, n)
	for k := n - 1; k >= 0; k-- {
		q[k] = []float64{2 * p * math.Sqrt(h)}
		p, c = h+(1-h)*(1-h)*p, c+p*h
	}
	v, err := d.Variate(q)
	if err != nil {
		t.Fatal(err)
	}
	linear := PolicyFunc(func(_ int, _ float64, x, a []float64) { a[0] = -x[0] })
	o, err := Simulate(t.Context(), d, linear, Simulation{Paths: 1000, Variate: v})
	if err != nil {
		t.Fatal(err)
	}
	for i, cost := range o.Pairs {
		if got := cost - o.Followed[i]; math.Abs(got-p-c) > 1e-12*math.Abs(cost) {
			t.Fatalf("pair %d: %.15g, want %.15g", i, got, p+c)
		}
	}
}

// TestVariateHasNoMean: whatever Q_n is, within 5 standard errors; for a policy that jumps, noise that is
// correlated, a function of w, or of a state beyond the reach of actions.
func TestVariateHasNoMean(t *testing.T) {
	base := func() Problem {
		p := walk()
		p.StateDim, p.ActionDim, p.Start = 2, 2, []float64{1, 0.5}
		p.Drift = func(t, x, a expr.Value) expr.Value { return x.Sin().Add(a.Mul(x.Cos())).Sub(t) }
		p.RunningCost = func(_, _, a expr.Value) expr.Value { return a.NormSq() }
		p.TerminalCost = func(x expr.Value) expr.Value { return x.NormSq() }
		p.Diffusion = pde.Dense{{0.5, 0.1}, {-0.2, 0.4}}
		return p
	}
	for name, change := range map[string]func(p *Problem){
		"correlated": func(*Problem) {},
		"of w": func(p *Problem) {
			p.Diffusion, p.Noise = nil, func(_, _, _, dw expr.Value) expr.Value { return dw.Exp().AddConst(-1).Mul(dw) }
		},
		"exogenous": func(p *Problem) {
			p.Diffusion, p.NoiseDim = nil, 1
			p.Drift = func(_, x, a expr.Value) expr.Value { return expr.Concat(a.At(0).Sub(x.At(1)), expr.Const(0)) }
			p.Noise = func(_, x, _, dw expr.Value) expr.Value { return expr.Concat(expr.Const(0), x.At(1).Mul(dw)) }
		},
	} {
		p := base()
		change(&p)
		d, err := p.Discretise(4)
		if err != nil {
			t.Fatal(err)
		}
		if additive, err := d.AdditiveNoise(); !additive || err != nil {
			t.Fatal(name, additive, err)
		}
		var q [][]float64
		for n := range 4 {
			row := make([]float64, d.Noises()*2)
			for i := range row {
				row[i] = math.Sin(float64(3*n + i))
			}
			q = append(q, row)
		}
		v, err := d.Variate(q)
		if err != nil {
			t.Fatal(err)
		}
		jumping := PolicyFunc(func(n int, _ float64, x, a []float64) { a[0], a[1] = math.Floor(3*x[0]), x[0]*x[1] })
		o, err := Simulate(t.Context(), d, jumping, Simulation{Paths: 20000, Variate: v})
		if err != nil {
			t.Fatal(err)
		}
		mean, std := stat.MeanStdDev(o.Followed, nil)
		if stderr := std / math.Sqrt(float64(len(o.Followed))); math.Abs(mean) > 5*stderr || stderr == 0 {
			t.Errorf("noise %s: mean %g ± %g, want 0", name, mean, stderr)
		}
	}
}

// TestFinerNoise: one step of a walk with the noise of four shorter ones is where those four end.
func TestFinerNoise(t *testing.T) {
	p := walk()
	p.RunningCost = nil
	p.TerminalCost = func(x expr.Value) expr.Value { return x }
	ends := func(steps, finer int) []float64 {
		d, err := p.Discretise(steps)
		if err != nil {
			t.Fatal(err)
		}
		o, err := Simulate(t.Context(), d, steady, Simulation{Paths: 64, Finer: finer})
		if err != nil {
			t.Fatal(err)
		}
		return o.Costs
	}
	long, short := ends(2, 4), ends(8, 1)
	for i, v := range long {
		if math.Abs(v-short[i]) > 1e-12 {
			t.Fatalf("path %d ends at %g and %g", i, v, short[i])
		}
	}
}
