package backward

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"gonum.org/v1/gonum/stat"
)

// learner trains by Adam what is fitted of a step, on the paths of a sweep. Each step begins with the network of the one
// after it. Values are in units of their standard deviation from their mean, moments in units of theirs.
type learner[T autodiff.Float] struct {
	layout *autodiff.Layout
	first  []T // the parameters before any training
	params []T // those of the step that was trained last
	serial *autodiff.Pool
	passes int

	program              *autodiff.Program[T] // of batchRows paths
	all, moments, target []T
	guesses              chan *guess[T] // of walk.ChunkRows paths, one for each worker

	mean, std float64   // of the values
	spread    []float64 // of each moment
}

// guess is what a network makes of rows of functions and moments.
type guess[T autodiff.Float] struct {
	*autodiff.Program[T]
	serial           *autodiff.Pool
	all, moments     []T
	mean, martingale []T
}

const (
	// batchRows is the number of paths in a gradient step.
	batchRows = 256
	// learningRate of Adam is this at its highest, and falls along half a cosine in each step of time.
	learningRate = 5e-3
)

func newLearner[T autodiff.Float](m *model[T], passes, workers int, seed uint64) (*learner[T], error) {
	l := &learner[T]{layout: &autodiff.Layout{}, serial: autodiff.NewPool(1), passes: passes, guesses: make(chan *guess[T], workers)}
	g := autodiff.NewGraph[T](l.layout, true)
	mean, martingale := m.guess(g, batchRows)
	delta := g.Sub(g.Input("target", batchRows, 1), g.Add(mean, martingale))
	cost := g.Loss(delta, 0)
	if err := g.Err(); err != nil {
		return nil, err
	}
	for _, v := range l.layout.Initial(seed) {
		l.first = append(l.first, T(v))
	}
	l.params = make([]T, len(l.first))
	l.spread = make([]float64, m.basis.Moments())
	p, err := autodiff.Compile[T](g, autodiff.Target{Cost: cost}, l.params, nil)
	if err != nil {
		return nil, err
	}
	l.program, l.all, l.moments, l.target = p, p.Input("all"), p.Input("moments"), p.Input("target")
	for range workers {
		g := autodiff.NewGraph[T](l.layout, false)
		mean, martingale := m.guess(g, walk.ChunkRows)
		p, err := autodiff.Compile[T](g, autodiff.Target{Outputs: []autodiff.Node{mean, martingale}}, l.params, nil)
		if err != nil {
			return nil, err
		}
		l.guesses <- &guess[T]{Program: p, serial: autodiff.NewPool(1), all: p.Input("all"), moments: p.Input("moments"), mean: p.Value(mean), martingale: p.Value(martingale)}
	}
	return l, nil
}

// guess adds the mean of rows of paths and what Z and Γ add in the step.
func (m *model[T]) guess(g *autodiff.Graph, rows int) (mean, martingale autodiff.Node) {
	out := m.heads(g, g.Input("all", rows, m.basis.all()), func(name string) string { return name })
	return out[0], g.RowDot(g.Concat(out[1:]...), g.Input("moments", rows, m.basis.Moments()))
}

// hiddenName begins the names of the hidden layers.
const hiddenName = "hidden"

// inner adds the hidden layers of the network of a step.
func (m *model[T]) inner(g *autodiff.Graph, all autodiff.Node, of func(name string) string) autodiff.Node {
	h := all
	for i := range 2 {
		h = g.Unary(expr.Unary{Fn: expr.SiLU}, g.Dense(of(fmt.Sprint(hiddenName, i+1)), h, m.width, true, autodiff.Glorot))
	}
	return h
}

// units are those of step n.
func (l *learner[T]) units(s *paths[T], n int) {
	l.mean, l.std = stat.MeanStdDev(s.value, nil)
	if !(l.std > 1e-9*math.Abs(l.mean)) {
		l.std = math.Abs(l.mean) + 1
	}
	clear(l.spread)
	for r := range s.count {
		for i, v := range s.rows[n][r*s.wide:][:len(l.spread)] {
			l.spread[i] += float64(v) * float64(v)
		}
	}
	for i, v := range l.spread {
		if l.spread[i] = math.Sqrt(v / float64(s.count)); !(l.spread[i] > 0) {
			l.spread[i] = 1
		}
	}
}

// load takes the functions and moments of a path into row r of a program's inputs.
func (l *learner[T]) load(all, moments []T, r int, row []T) {
	k, a := len(l.spread), len(row)-len(l.spread)
	copy(all[r*a:], row[k:])
	for i, v := range row[:k] {
		moments[r*k+i] = v / T(l.spread[i])
	}
}

// train makes the gradient steps of step n of a sweep, and tells whether all numbers stayed finite.
func (l *learner[T]) train(s *paths[T], n int) bool {
	adam := autodiff.NewAdam[T](l.layout)
	order := rand.New(rand.NewPCG(uint64(s.stride), uint64(n)))
	paths := order.Perm(s.count)
	steps := max(1, l.passes*s.count/batchRows)
	rate, next := autodiff.CosineRate(learningRate), 0
	for k := range steps {
		for r := range batchRows {
			if next == len(paths) {
				order.Shuffle(len(paths), func(i, j int) { paths[i], paths[j] = paths[j], paths[i] })
				next = 0
			}
			path := paths[next]
			next++
			l.load(l.all, l.moments, r, s.rows[n][path*s.wide:][:s.wide])
			l.target[r] = T((s.value[path] - l.mean) / l.std)
		}
		l.program.Run(l.serial)
		if !adam.Step(l.serial, l.params, l.program.Grads, rate(k, steps), 0) {
			return false
		}
	}
	return true
}

// predict is the mean of rows of paths from the first at step n, which was trained last, and what Z and Γ add.
func (l *learner[T]) predict(s *paths[T], n, first int) (mean, martingale []float64) {
	g := <-l.guesses
	defer func() { l.guesses <- g }()
	for r := range walk.ChunkRows {
		l.load(g.all, g.moments, r, s.rows[n][(first+r)*s.wide:][:s.wide])
	}
	g.Run(g.serial)
	for r, v := range g.mean {
		mean = append(mean, l.mean+l.std*float64(v))
		martingale = append(martingale, l.std*float64(g.martingale[r]))
	}
	return mean, martingale
}
