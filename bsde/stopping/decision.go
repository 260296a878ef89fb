package stopping

import (
	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
)

// decision is the network of a date (Becker, Cheridito, Jentzen 2019), which is to exercise where its number is not below 0:
//
//	k (Φ − v)/s + N(inputs)
//
// with v the fitted continuation value, s a scale, and N a multilayer perceptron whose last layer starts at 0, so that
// the rule is that of the fitted values before it is trained. F is the logistic function of the number.
type decision struct {
	layout *autodiff.Layout
	inputs int
	hidden []int
}

func newDecision(inputs int, hidden []int) *decision {
	return &decision{layout: &autodiff.Layout{}, inputs: inputs, hidden: hidden}
}

// steepness is k at the start: F is between a quarter and three quarters within s/4 of the boundary.
const steepness = 4

// number adds the network to a graph: x rows×inputs, lead rows×1 with (Φ − v)/s.
func (d *decision) number(g *autodiff.Graph, x, lead autodiff.Node) autodiff.Node {
	h := x
	for i, width := range d.hidden {
		h = g.Unary(expr.Unary{Fn: expr.SiLU}, g.Dense(layerName(i), h, width, true, autodiff.Glorot))
	}
	own := g.Dense("output", h, 1, true, autodiff.Fill(0))
	return g.Add(g.Mul(lead, g.Param("lead", 1, 1, 1, autodiff.Fill(steepness))), own)
}

func layerName(i int) string { return "hidden" + string(rune('1'+i)) }

// decider evaluates the networks of all dates in blocks of rows, for one goroutine.
type decider struct {
	program *autodiff.Program[float32]
	serial  *autodiff.Pool
	out     []float32
	x, lead []float32
}

// decider makes one.
func (d *decision) decider(rows int) (*decider, error) {
	g := autodiff.NewGraph[float32](d.layout, false)
	out := d.number(g, g.Input("x", rows, d.inputs), g.Input("lead", rows, 1))
	p, err := autodiff.Compile[float32](g, autodiff.Target{Outputs: []autodiff.Node{out}}, make([]float32, d.layout.Size()), nil)
	if err != nil {
		return nil, err
	}
	return &decider{program: p, serial: autodiff.NewPool(1), out: p.Value(out), x: p.Input("x"), lead: p.Input("lead")}, nil
}

// decide turns Φ − v of rows of states into what the network with the given parameters sees in exercise there, in the same
// unit. x is filled in.
func (d *decider) decide(params []float32, s float64, gain []float64) {
	copy(d.program.Params, params)
	for r, v := range gain {
		d.lead[r] = float32(v / s)
	}
	d.program.Run(d.serial)
	for r := range gain {
		gain[r] = s / steepness * float64(d.out[r])
	}
}

// trainer moves the parameters of one date.
type trainer struct {
	program       *autodiff.Program[float32]
	adam          *autodiff.Adam[float32]
	x, lead, loss []float32
}

// trainRows is the number of paths in a gradient step.
const trainRows = 1024

// trainer makes one for the cost Σ loss F over the rows, loss what is lost by exercise.
func (d *decision) trainer() (*trainer, error) {
	g := autodiff.NewGraph[float32](d.layout, true)
	f := g.Unary(expr.Unary{Fn: expr.Sigmoid}, d.number(g, g.Input("x", trainRows, d.inputs), g.Input("lead", trainRows, 1)))
	cost := g.Sum(g.Mul(f, g.Input("loss", trainRows, 1)))
	if err := g.Err(); err != nil {
		return nil, err
	}
	p, err := autodiff.Compile[float32](g, autodiff.Target{Cost: cost}, make([]float32, d.layout.Size()), nil)
	if err != nil {
		return nil, err
	}
	return &trainer{program: p, adam: autodiff.NewAdam[float32](d.layout), x: p.Input("x"), lead: p.Input("lead"), loss: p.Input("loss")}, nil
}
