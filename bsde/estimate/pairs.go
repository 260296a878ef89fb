package estimate

import (
	"math"

	"github.com/deepbsde/deepbsde/bsde/internal/walk"
	"gonum.org/v1/gonum/stat"
)

// pairChunks is the number of chunks of states from which paths go on twice.
const pairChunks = 64

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
	reach        float64 // what it may be in the worst of the shapes that were tried
}

// networkBias measures the bias by nested pairs: from a state of a controlled path at a random
// time two paths go on with independent noise. Their mismatches δ₁, δ₂ seen from there have
// the mean η, and δΔW/h over the first step the mean ε, so that
//
//	δ₁δ₂ → η²,   δ₁δ₂ ΔW₂/h → ηε,   δ₁δ₂ ΔW₁ΔW₂ᵀ/h² → εεᵀ
//
// without a bias up to second order, and second differences of f in the directions of ΔW are
// what they are multiplied by. In many dimensions the last one is all noise: then the error of
// Z is spread over the components in three ways, see spread, with the variance of the
// mismatch, and the largest is what counts.
func (e *engine[T]) networkBias(from *walk.Origin, y0 float64, r *residuals) (*bias, error) {
	if !e.Eq.Bent {
		return &bias{}, nil
	}
	parts := make([]*pairs[T], pairChunks)
	errs := make([]error, pairChunks)
	e.pool.Run(pairChunks, func(c int) {
		w := e.team.Take()
		defer func() { e.team.Give(w) }()
		parts[c] = &pairs[T]{e: e, from: from, w: w, std: r.std(), chunk: c}
		errs[c] = parts[c].walk(y0)
	})
	var product, square []float64
	var spread [shapes]float64
	for c, p := range parts {
		if errs[c] != nil {
			return nil, errs[c]
		}
		product, square = append(product, p.product...), append(square, p.square...)
		for i, v := range p.spread {
			spread[i] += v / pairChunks
		}
	}
	b := &bias{}
	mean, std := stat.MeanStdDev(product, nil)
	b.mean, b.stderr = mean, std/math.Sqrt(float64(len(product)))
	if !e.Eq.Curved {
		b.reach = math.Abs(b.mean)
		return b, nil
	}
	reach := 0.0
	for _, v := range spread {
		reach = math.Max(reach, math.Abs(v))
	}
	mean, std = stat.MeanStdDev(square, nil)
	if std /= math.Sqrt(float64(len(square))); 2*std < reach {
		b.mean, b.stderr = b.mean+mean, math.Hypot(b.stderr, std)
		b.reach = math.Abs(b.mean)
		return b, nil
	}
	b.mean += spread[isotropic]
	b.reach = math.Abs(b.mean-spread[isotropic]) + reach
	return b, nil
}
