package autodiff

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"unsafe"

	"github.com/deepbsde/deepbsde/autodiff/machine"
)

// Layout describes the flat vector in which the trained parameters of a model
// lie, and a second one for the states that are kept but not trained (the
// running statistics of batch normalisation). Several graphs of one model, for
// training and for inference, share a layout.
type Layout struct {
	params []Param
	states []Param
}

// Param is one parameter matrix of a layout, row-major from Offset on.
type Param struct {
	Name       string
	Rows, Cols int
	Offset     int
	Rate       float64 // multiple of the learning rate, 1 for most
	Init       Init
}

// Size is the number of entries.
func (p Param) Size() int { return p.Rows * p.Cols }

// Init makes the start value of entry i of a parameter from a random stream of
// its own.
type Init func(rng *rand.Rand, p Param, i int) float64

// Fill starts every entry at c.
func Fill(c float64) Init { return func(*rand.Rand, Param, int) float64 { return c } }

// Normal starts at independent normal numbers.
func Normal(mean, std float64) Init {
	return func(rng *rand.Rand, _ Param, _ int) float64 { return mean + std*rng.NormFloat64() }
}

// Uniform starts at independent numbers from [lo, hi).
func Uniform(lo, hi float64) Init {
	return func(rng *rand.Rand, _ Param, _ int) float64 { return lo + (hi-lo)*rng.Float64() }
}

// Glorot starts a weight matrix (rows: inputs, columns: outputs) at normal
// numbers of variance 2/(rows+columns).
//
// Source: Glorot, Bengio (2010), equation 12.
func Glorot(rng *rand.Rand, p Param, _ int) float64 {
	return math.Sqrt(2/float64(p.Rows+p.Cols)) * rng.NormFloat64()
}

// He starts a weight matrix at normal numbers of variance 2/rows, for ReLU-like
// activations.
//
// Source: He, Zhang, Ren, Sun (2015), equation 10.
func He(rng *rand.Rand, p Param, _ int) float64 {
	return math.Sqrt(2/float64(p.Rows)) * rng.NormFloat64()
}

// Params lists the trained parameters in the order of the flat vector.
func (l *Layout) Params() []Param { return append([]Param(nil), l.params...) }

// States lists the untrained ones in the order of their flat vector.
func (l *Layout) States() []Param { return append([]Param(nil), l.states...) }

// Size is the length of the flat vector of the trained parameters.
func (l *Layout) Size() int { return total(l.params) }

// Fits is an error where the machine has no room for the parameters in precision T with what
// training has beside them: values, gradients, two moments, and the start in float64.
func Fits[T Float](l *Layout) error {
	entries := 0.0
	for _, p := range slices.Concat(l.params, l.states) {
		entries += float64(p.Rows) * float64(p.Cols)
	}
	return machine.Fits(machine.Part{What: "the parameters of the network (hidden)", Bytes: entries * float64(4*unsafe.Sizeof(*new(T))+8)})
}

// covers is an error where the flat vectors, of the given lengths, were made before the
// last parameters were added: a graph must not ask for one that an earlier graph of the
// model, from which the vectors are, did not have.
func (l *Layout) covers(params, states int) error {
	for _, p := range l.params {
		if p.Offset+p.Size() > params {
			return fmt.Errorf("autodiff: parameter %s was not asked for when the parameters were made", p.Name)
		}
	}
	for _, p := range l.states {
		if p.Offset+p.Size() > states {
			return fmt.Errorf("autodiff: state %s was not asked for when the states were made", p.Name)
		}
	}
	return nil
}

func total(ps []Param) int {
	if len(ps) == 0 {
		return 0
	}
	last := ps[len(ps)-1]
	return last.Offset + last.Size()
}

// Initial is the start of the flat vector of the trained parameters: every
// parameter has a random stream of its own, given by seed and name.
func (l *Layout) Initial(seed uint64) []float64 { return initial(l.params, seed) }

// InitialState is the start of the states.
func (l *Layout) InitialState() []float64 { return initial(l.states, 0) }

func initial(ps []Param, seed uint64) []float64 {
	v := make([]float64, total(ps))
	for _, p := range ps {
		h := fnv.New64a()
		h.Write([]byte(p.Name))
		rng := rand.New(rand.NewPCG(seed, h.Sum64()))
		for i := range p.Size() {
			v[p.Offset+i] = p.Init(rng, p, i)
		}
	}
	return v
}

// add puts a parameter into a list, or finds it there with the same shape.
func add(list *[]Param, p Param) (Param, error) {
	for _, have := range *list {
		if have.Name == p.Name {
			if have.Rows != p.Rows || have.Cols != p.Cols {
				return have, fmt.Errorf("autodiff: parameter %s is %d×%d, wanted %d×%d", p.Name, have.Rows, have.Cols, p.Rows, p.Cols)
			}
			return have, nil
		}
	}
	p.Offset = total(*list)
	*list = append(*list, p)
	return p, nil
}
