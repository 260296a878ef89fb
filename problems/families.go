package problems

import (
	"math"

	"github.com/deepbsde/deepbsde/pde"
)

// families are the equations in the order of the literature and the control problems.
var families = []*Family{
	allenCahn, hjb, defaultRisk, diffRates, burgers, quadraticGradient, reactionDiffusion,
	lqr, lqrMultiplicative, optimalExecution, energyStorage, merton, hjbControl,
}

const (
	hanE2016 = "Han, E (2016), arXiv:1611.07422"
	hje2018  = "Han, Jentzen, E (2018), PNAS 115(34)"
	ehj2017  = "E, Han, Jentzen (2017), Commun. Math. Stat. 5(4)"
)

func horizon(t float64) Param {
	return Param{Name: "horizon", Default: t, Doc: "T, the final time", Min: 0, Max: math.Inf(1), Open: true}
}

func positive(name string, value float64, doc string) Param {
	return Param{Name: name, Default: value, Doc: doc, Min: 0, Max: math.Inf(1), Open: true}
}

func notNegative(name string, value float64, doc string) Param {
	return Param{Name: name, Default: value, Doc: doc, Min: 0, Max: math.Inf(1)}
}

func anyNumber(name string, value float64, doc string) Param {
	return Param{Name: name, Default: value, Doc: doc, Min: math.Inf(-1), Max: math.Inf(1)}
}

// constantStart is a start at c in every component.
func constantStart(dim int, c float64) []float64 {
	x := make([]float64, dim)
	for i := range x {
		x[i] = c
	}
	return x
}

func published(value float64, method, source string) *pde.Reference {
	return &pde.Reference{Value: value, Method: method, Source: source}
}
