package walk

import (
	"context"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/bsde/internal/equation"
)

// ChunkRows is the number of paths that a worker simulates at a time. No random
// number depends on it; sums over paths are made by chunks, so that their order
// does not depend on the number of workers.
const ChunkRows = 32

// Chunks is the number of chunks of so many paths.
func Chunks(paths int) int { return (paths + ChunkRows - 1) / ChunkRows }

// ManyDimensions is where paths take so long that defaults are smaller.
const ManyDimensions = 2000

// Fewer is how many paths do in a dimension where so many do in up to 1000: half as many with each doubling, so
// that they take as long, and an eighth at least. They give scales, fits and decisions, whose errors are measured
// on other paths.
func Fewer(paths, dim int) int {
	for cut := 1; cut < 8 && dim >= ManyDimensions; cut *= 2 {
		paths, dim = paths/2, dim/2
	}
	return paths
}

// Walker simulates paths under a field as it is, step by step: it knows Z,
// and where asked the control v = ∂f/∂z, at every state. Each worker has one.
type Walker[T autodiff.Float] struct {
	Steer     bool      // whether Walk follows the control
	Corrected bool      // whether steps of Y are of the trapezoidal rule, see Model.SecondOrder
	X         []float64 // rows×d: the states
	G         []float64 // rows: g(X_T)

	// Tilt, if not 0, is c of a mean of exponentials that is wanted, see tilt. Tilted are the logarithms
	// of the weights of the paths since Begin.
	Tilt   float64
	Tilted []float64
	V      []T // rows×d: the control of the last step, where there is one

	m       *Model[T]
	serial  *autodiff.Pool
	steps   map[int][]Function[T] // Z of each step by stride; with Γ where the field has one
	control *autodiff.Program[T]  // v = ∂f/∂z; nil where f does not depend on z
	at      [equation.InZ + 1][]T // its inputs t, x, y and z, nil where v does not depend on one
	u0      Function[T]           // u(0, ·) as trained, where the start is random

	noise       Noise
	from        *Origin
	next, shift []float64    // rows×d: next state, increment with the control's drift
	z, more     []float64    // rows×d: Z, further increments
	extra       []float64    // rows×d, nil where the transition needs none
	f, near     []float64    // rows: f, then Z·ΔW; values close to y
	gamma, pure []float64    // rows×(d+terms of Directions): Γ, and rows×d: the increment without the control; nil without Γ
	along       []float64    // what Directions make of one increment
	span        float64      // the length of the step
	growth      []float64    // rows: what Z and Γ add to Y in the step
	Bent        []float64    // rows: what Γ has added to Y since Begin; nil without Γ
	Gained      []float64    // rows: see gain
	pureGrowth  []float64    // rows: growth without what the control adds
	logs        []float64    // rows: logarithms of the weights, nil where they are not wanted
	slopes      []float64    // rows: ∂f/∂y·h of the step, where logs are wanted
	y           []float64    // rows, the values along the paths
	linear      linear       // of walks about a fitted u
	now         [1]float64   // t as an operand, and y as the only set of values,
	values      [1][]float64 // kept here because they would be allocated in every step
}

func newWalker[T autodiff.Float](m *Model[T]) (*Walker[T], error) {
	d := m.Eq.Dim
	w := &Walker[T]{
		m: m, Steer: true, serial: autodiff.NewPool(1),
		X: make([]float64, ChunkRows*d), next: make([]float64, ChunkRows*d),
		shift: make([]float64, ChunkRows*d), z: make([]float64, ChunkRows*d), more: make([]float64, ChunkRows*d),
		f: make([]float64, ChunkRows), near: make([]float64, ChunkRows), slopes: make([]float64, ChunkRows), y: make([]float64, ChunkRows), G: make([]float64, ChunkRows),
		growth: make([]float64, ChunkRows), Gained: make([]float64, ChunkRows), pureGrowth: make([]float64, ChunkRows), steps: map[int][]Function[T]{},
	}
	if m.Bend != nil {
		w.along = make([]float64, m.Directions.Terms())
		w.Tilted = make([]float64, ChunkRows)
		w.gamma, w.pure, w.Bent = make([]float64, ChunkRows*(d+len(w.along))), make([]float64, ChunkRows*d), make([]float64, ChunkRows)
	}
	if m.Linearised() {
		w.linear = newLinear()
	}
	if m.Eq.Move.Extra > 0 {
		w.extra = make([]float64, ChunkRows*d)
	}
	for k := range m.Grid.Steps() {
		if _, err := w.program(1, k); err != nil {
			return nil, err
		}
	}
	if m.Eq.Random != nil && m.U0 != nil {
		var err error
		g := m.Graph(false)
		if w.u0, err = Compile(nil, g, d, m.Params, m.States, func(x autodiff.Node) []autodiff.Node { return []autodiff.Node{m.U0(g, x)} }); err != nil {
			return nil, err
		}
	}
	if m.Eq.UsesZ {
		return w, w.compileControl()
	}
	return w, nil
}

// program is that for Z, and Γ, of step k on walks of the given stride; it is made when it is first
// asked for.
func (w *Walker[T]) program(stride, k int) (*Function[T], error) {
	m := w.m
	if m.Bend == nil {
		stride = 1 // Z is the same on all
	}
	if w.steps[stride] == nil {
		w.steps[stride] = make([]Function[T], m.Grid.Steps())
	}
	f := &w.steps[stride][k]
	if f.Program != nil {
		return f, nil
	}
	var err error
	g := m.Graph(false)
	*f, err = Compile(nil, g, m.Eq.Dim, m.Params, m.States, func(x autodiff.Node) []autodiff.Node {
		if m.Bend == nil {
			return []autodiff.Node{m.Field.Z(g, k, x)}
		}
		if m.Linearised() {
			z, gamma, mean := m.Fitted(g, k, stride, x)
			return []autodiff.Node{z, gamma, mean}
		}
		z, gamma := m.Bend(g, k, stride, x)
		return []autodiff.Node{z, gamma}
	})
	return f, err
}

// compileControl makes the program for v = ∂f/∂z(t, x, y, z).
func (w *Walker[T]) compileControl() error {
	d := w.m.Eq.Dim
	g := w.m.Graph(false)
	z := g.Input("z", ChunkRows, d)
	e := g.Embed(w.m.Eq.FList)
	e.BindInputs(g.Input("t", 1, 1), g.Input("x", ChunkRows, d), g.Input("y", ChunkRows, 1), z)
	v := g.Gradient(g.Sum(e.Result()), z)[0]
	p, err := autodiff.Compile(g, autodiff.Target{Outputs: []autodiff.Node{v}}, w.m.Params, w.m.States)
	if err != nil {
		return err
	}
	w.control, w.V = p, p.Value(v)
	for i, name := range []string{equation.InT: "t", equation.InX: "x", equation.InY: "y", equation.InZ: "z"} {
		w.at[i] = p.Input(name)
	}
	return nil
}

// Rows is the number of paths that Begin was asked for.
func (w *Walker[T]) Rows() int { return w.noise.rows }

// Steered tells whether paths follow the control, so that the increments that an observer sees have V in them.
func (w *Walker[T]) Steered() bool { return w.Steer && w.control != nil }

// Team is the walkers of a model, one for each worker.
type Team[T autodiff.Float] struct {
	Size int
	free chan *Walker[T]
}

// NewTeam makes a walker for each worker.
func NewTeam[T autodiff.Float](ctx context.Context, m *Model[T], workers int) (*Team[T], error) {
	t := &Team[T]{Size: workers, free: make(chan *Walker[T], workers)}
	for range workers {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		w, err := newWalker(m)
		if err != nil {
			return nil, err
		}
		t.free <- w
	}
	return t, nil
}

// Take is a walker that nobody else uses; it waits for one.
func (t *Team[T]) Take() *Walker[T] { return <-t.free }

// Give returns a walker.
func (t *Team[T]) Give(w *Walker[T]) { t.free <- w }
