package problems

import "github.com/deepbsde/deepbsde/pde"

// families are the equations in the order of the literature and the control problems.
var families = []*Family{
	allenCahn, hjb, defaultRisk, diffRates, burgers, quadraticGradient, reactionDiffusion,
	logistic, logisticGradient, dbdpCosine, dbdpUnbounded,
	maxCall, geometricPut, americanPut, productPut, fairGame,
	lqr, lqrMultiplicative, optimalExecution, energyStorage, merton, hjbControl,
}

// All lists the families: the equations, then the control problems.
func All() []*Family { return append([]*Family(nil), families...) }

// Equations lists the families of equations.
func Equations() []*Family { return filter(false) }

// Controls lists the families of control problems.
func Controls() []*Family { return filter(true) }

func filter(control bool) (list []*Family) {
	for _, f := range families {
		if f.IsControl() == control {
			list = append(list, f)
		}
	}
	return list
}

// Find is the family with the given name, or an *UnknownError.
func Find(name string) (*Family, error) {
	known := make([]string, len(families))
	for i, f := range families {
		if f.Name == name {
			return f, nil
		}
		known[i] = f.Name
	}
	return nil, &UnknownError{"problem", name, known}
}

const (
	hanE2016 = "Han, E (2016), arXiv:1611.07422"
	hje2018  = "Han, Jentzen, E (2018), PNAS 115(34)"
	ehj2017  = "E, Han, Jentzen (2017), Commun. Math. Stat. 5(4)"
)

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
