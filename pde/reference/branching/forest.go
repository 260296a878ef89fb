package branching

import (
	"math"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/pde/reference/internal/paths"
)

// leafBatch is the number of leaves at which g is evaluated together.
const leafBatch = 128

// forest grows the trees of a number of paths, one after the other.
type forest struct {
	law   *law
	tr    *pde.Transition
	g     *expr.Func
	start []float64
	s     *pde.Sampling
	cost  int64   // evaluations of g
	top   float64 // the largest |g| of them

	values  []float64  // of a path, the product of the factors so far
	waiting []particle // that have not lived yet
	free    [][]float64
	leaves  []float64 // positions at T, g to be evaluated
	owner   []int     // the path of a leaf
	out     []float64
	noise   []float64
}

// particle is where one is born, and how long before T.
type particle struct {
	left float64
	x    []float64
}

func newForest(law *law, tr *pde.Transition, g *expr.Func, start []float64, s *pde.Sampling) *forest {
	d := len(start)
	return &forest{
		law: law, tr: tr, g: g, start: start, s: s,
		out: make([]float64, leafBatch), noise: make([]float64, 2+d*(1+tr.Extra)),
		leaves: make([]float64, 0, (leafBatch+1)*d), // one more for a particle that dies
	}
}

// grow returns the weights of the paths first … first+n−1. The particle that lives as
// number i of a path, depth first, takes the numbers of Step i of the path's stream: two
// for its life, then those of its motion.
func (f *forest) grow(first, n int) ([]float64, error) {
	f.values, f.cost, f.top = make([]float64, n), 0, 0
	for path := range n {
		f.values[path] = 1
		f.bear(f.law.horizon, f.start)
		stream := paths.Stream(*f.s, paths.ForBranching, first+path)
		for ; len(f.waiting) > 0; stream.Step++ {
			stream.Normals(f.noise, 1)
			if err := f.live(path); err != nil {
				return nil, err
			}
		}
	}
	return f.values, f.flush()
}

// bear adds a particle at x.
func (f *forest) bear(left float64, x []float64) {
	if len(f.free) == 0 {
		f.free = append(f.free, make([]float64, len(x)))
	}
	k := len(f.free) - 1
	copy(f.free[k], x)
	f.waiting = append(f.waiting, particle{left, f.free[k]})
	f.free = f.free[:k]
}

// live moves the last particle to its death or to T.
func (f *forest) live(path int) error {
	k := len(f.waiting) - 1
	p := f.waiting[k]
	f.waiting = f.waiting[:k]
	left, offspring, factor := f.law.life(p.left, uniform(f.noise[0]), uniform(f.noise[1]))
	f.values[path] *= factor
	d, at := len(p.x), len(f.leaves)
	f.leaves = append(f.leaves, p.x...) // where it moves to
	if h := p.left - left; h > 0 && offspring != 0 {
		dw := f.noise[2 : 2+d]
		for j := range dw {
			dw[j] *= math.Sqrt(h)
		}
		if err := f.tr.Step(f.law.horizon-p.left, h, 1, p.x, dw, f.noise[2+d:], f.leaves[at:]); err != nil {
			return err
		}
	}
	f.free = append(f.free, p.x)
	if offspring < 0 {
		if f.owner = append(f.owner, path); len(f.owner) == leafBatch {
			return f.flush()
		}
		return nil
	}
	for range offspring {
		f.bear(left, f.leaves[at:])
	}
	f.leaves = f.leaves[:at]
	return nil
}

// flush multiplies the values by g at the leaves.
func (f *forest) flush() error {
	n := len(f.owner)
	err := f.g.Eval(n, f.out[:n], f.leaves)
	for i, path := range f.owner {
		f.values[path] *= f.out[i]
		f.top = math.Max(f.top, math.Abs(f.out[i]))
	}
	f.cost += int64(n)
	f.leaves, f.owner = f.leaves[:0], f.owner[:0]
	return err
}

// uniform is Φ(x), a uniform number for a normal x; never 0 for those of random.
func uniform(x float64) float64 { return 0.5 * math.Erfc(-x/math.Sqrt2) }
