package estimate

import (
	"math"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/autodiff/parallel/ranks"
	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"gonum.org/v1/gonum/stat"
)

// The number of chunks of states from which paths go on, see walk.Fewer, and what it is at least: the chunks are at
// times of their own.
const (
	pairChunks = 32
	leastPairs = 4
)

// bias is what an imperfect Z does to the value through the curvature of f. With
// η = Y − u and ε = Z − σᵀ∇u on controlled paths,
//
//	d(Γη) = Γ ε·dW + ½ Γ Q dt,   Q = ∂²f/∂y² η² + 2 η ∂²f/∂y∂z·ε + ε·∂²f/∂z² ε
//
// to second order, so that the mean of Γη at T is η₀ + ½ E ∫ Γ Q dt and
//
//	bias = −½ E ∫ Γ Q dt
type bias struct {
	mean, stderr float64
	spread       float64 // the part of the mean for which the error of Z was spread
	reach        float64 // what it may be in the worst of the shapes that were tried
	growth       float64 // of an error in Y between two times, where it is largest
}

// networkBias measures the bias by nested pairs: from a state of a controlled path
// paths go on with independent noise, at times that are spread over the walk. Of two of
// them the mismatches δ₁, δ₂ seen from there have the mean η, and δΔW/h over the first
// step the mean ε, so that
//
//	δ₁δ₂ → η²,   δ₁δ₂ ΔW₂/h → ηε,   δ₁δ₂ ΔW₁ΔW₂ᵀ/h² → εεᵀ
//
// without a bias up to second order, and second differences of f in the directions of ΔW are
// what they are multiplied by. In many dimensions the last one is all noise: then the error of
// Z is spread over the components in four ways, see spread. The variance of the mismatch is
// that of the error of Z in all directions together; in a single one, and how it grows in time, it
// is measured by pairs.
func (e *engine[T]) networkBias(from *walk.Origin, y0 float64, r *residuals, branches int) (*bias, error) {
	if !e.Eq.Bent {
		return &bias{growth: 1}, nil
	}
	parts := make([]*pairs[T], max(walk.Fewer(pairChunks, e.Eq.Dim), leastPairs))
	for c := range parts {
		parts[c] = &pairs[T]{e: e, all: from, std: r.std(), chunk: c, chunks: len(parts), branches: branches, c: &curvature{f: e.Eq.F}}
		parts[c].from = from.Tail(parts[c].step())
	}
	err := e.pool.Share(len(parts), func(c int) error {
		w := e.team.Take()
		defer func() { e.team.Give(w) }()
		parts[c].w = w
		return parts[c].walk(y0)
	}, ranks.Each(parts, 1))
	if err != nil {
		return nil, err
	}
	of := func(what func(p *pairs[T]) []float64) (mean, stderr float64) {
		var all []float64
		for _, p := range parts {
			all = append(all, what(p)...)
		}
		mean, std := stat.MeanStdDev(all, nil)
		return mean, std / math.Sqrt(float64(len(all)))
	}
	b := &bias{growth: e.growth(from, parts)}
	b.mean, b.stderr = of(func(p *pairs[T]) []float64 { return p.product })
	b.reach = math.Abs(b.mean)
	if !e.Eq.Curved {
		return b, nil
	}
	even, reach, power := 0.0, 0.0, spreadInTime(from, parts, r.std())
	for shape := range shapes {
		share := 1.0
		if shape != isotropic {
			mean, stderr := of(func(p *pairs[T]) []float64 { return p.sizes[shape] })
			share = math.Min(math.Max(mean+oneSided95*stderr, 0)/(r.std()*r.std()), 1)
		}
		sum := 0.0
		for _, p := range parts {
			_, v, err := p.spread(shape, math.Sqrt(share*power*math.Pow(p.passed(from), power-1)))
			if err != nil {
				return nil, err
			}
			sum += v / float64(len(parts))
			if shape == isotropic { // and evenly over time too
				if v, _, err = p.spread(shape, 1); err != nil {
					return nil, err
				}
				even += v / float64(len(parts))
			}
		}
		reach = math.Max(reach, math.Abs(sum))
	}
	if mean, stderr := of(func(p *pairs[T]) []float64 { return p.square }); math.Abs(mean)+Normal95*stderr < reach {
		b.mean, b.stderr = b.mean+mean, math.Hypot(b.stderr, stderr)
		b.reach = math.Abs(b.mean)
		return b, nil
	}
	b.mean, b.spread = b.mean+even, even
	b.reach += reach
	return b, nil
}

// growth is that of an error in Y between the two of the times of the parts, which follow one
// another, where it is largest, but for what the discount alone does.
// 1 where nothing goes forward.
func (e *engine[T]) growth(from *walk.Origin, parts []*pairs[T]) float64 {
	if e.Linearised() {
		return 1
	}
	highest, most := 0.0, 0.0
	for _, p := range parts {
		log := stat.Mean(p.logs, nil) + e.Eq.Discount*(p.from.T-from.T)
		highest = math.Max(highest, log)
		most = math.Max(most, highest-log)
	}
	return math.Exp(most)
}

// passed is the share of the walk that lies before the middle of the step from the states.
func (p *pairs[T]) passed(from *walk.Origin) float64 {
	return (p.from.T + p.from.Lengths[0]/2 - from.T) / p.span
}

// spreadInTime is the power a for which E(Γη)² grows most nearly like (t/T)^a, to the variance of
// the mismatch at T: 1 where the error of Z is the same at all times.
func spreadInTime[T autodiff.Float](from *walk.Origin, parts []*pairs[T], std float64) float64 {
	best, least := 1.0, math.Inf(1)
	for a := 0.5; a <= 6; a *= 1.1 {
		sum := 0.0
		for _, p := range parts {
			v := stat.Mean(p.squares, nil)/(std*std) - math.Pow((p.from.T-from.T)/p.span, a)
			sum += v * v
		}
		if sum < least {
			best, least = a, sum
		}
	}
	return best
}
