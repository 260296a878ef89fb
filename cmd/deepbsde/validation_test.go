package main

import (
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/member"
	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"
)

// validationFiles are problems that had no part in choosing defaults: docs/results.md shows what
// the defaults make of them.
const validationFiles = "examples/validation"

// validationTruths are the values of those without a closed form, each computed by other means than
// the program's.
var validationTruths = map[string]func() float64{
	"hjb-anisotropic": func() float64 {
		// −ln E 2/(1 + Σ cᵢXᵢ²), Xᵢ of variance 2, with 1/(1 + Q) = ∫ exp(−s(1 + Q)) ds, and s = w³
		mean := quad.Fixed(func(w float64) float64 {
			s, product := w*w*w, 1.0
			for i := range 20 {
				product *= 1 + 4*s*0.1*math.Pow(100, float64(i)/19)
			}
			return 3 * w * w * 2 * math.Exp(-s) / math.Sqrt(product)
		}, 0, 3.5, 2000, nil, 0)
		return -math.Log(mean)
	},
	"ridges":          ridges,
	"riccati-coupled": coupledRiccati,
	"entropic": func() float64 {
		return math.Log(normalMean(func(w float64) float64 {
			return math.Exp(2 * math.Cos(0.1*math.Sqrt(40)+math.Sqrt(1.5)*w))
		})) / 2
	},
	"best-of-three": func() float64 { return math.Exp(-0.1) * (1 + 0.3*1.5/math.Sqrt(math.Pi)) },
	"sine-gordon": func() float64 {
		// both 0.45, the point, and 0, where the end bends, are nodes
		return heat{lo: -9, hi: 9, horizon: 1, variance: 1, generator: math.Sin, terminal: math.Abs}.at(0.45)
	},
	"steep-front": func() float64 {
		return heat{
			lo: -8, hi: 8, horizon: 1, variance: 1,
			generator: func(y float64) float64 { return -0.5 * y * y },
			terminal:  func(s float64) float64 { return math.Erfc(-10*s/math.Sqrt2) / 2 },
		}.at(0.05 * math.Sqrt(20))
	},
}

// TestValidationFiles: there are at least twelve; each passes check and states its truth.
func TestValidationFiles(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(root, validationFiles, "*.yaml"))
	if err != nil || len(paths) < 12 {
		t.Fatalf("%d files, %v", len(paths), err)
	}
	for _, path := range paths {
		if out := runWith(t, nil, "check", path); out.status != 0 || !strings.HasSuffix(out.stdout, "ok\n") {
			t.Errorf("%s: status %d, %s%s", path, out.status, out.stdout, out.stderr)
		}
		m, err := member.Named(t.Context(), path, 0, nil)
		if err != nil {
			t.Fatal(err)
		}
		stated, err := m.Reference(t.Context())
		if err != nil || stated == nil {
			t.Errorf("%s: no reference: %v", path, err)
			continue
		}
		truth := validationTruths[strings.TrimSuffix(filepath.Base(path), ".yaml")]
		if truth == nil { // its exact solution, whose residual check has computed
			continue
		}
		if got := truth(); !(math.Abs(got-stated.Value) <= 2*stated.StdErr) {
			t.Errorf("%s: %.10g, the file states %.10g ± %.2g", path, got, stated.Value, stated.StdErr)
		}
	}
}

// normalMean is E f(W), W standard normal.
func normalMean(f func(float64) float64) float64 {
	return quad.Fixed(func(w float64) float64 { return f(w) * math.Exp(-w*w/2) / math.Sqrt(2*math.Pi) }, -9, 9, 400, nil, 0)
}

// coupledRiccati is ½xᵀPx + q of P′ = −AᵀP − PA + PΣP, q′ = −½tr ΣP, P(T) = I, by steps of order four.
func coupledRiccati() float64 {
	v := []float64{0.5, 0.7, 0.4, 0.9, 0.6, 0.8}
	a, sigma := mat.NewDense(6, 6, nil), mat.NewDense(6, 6, nil)
	for i := range v {
		for j := range v {
			sigma.Set(i, j, 0.4*v[i]*v[j])
		}
		a.Set(i, i, -1)
		sigma.Set(i, i, v[i]*v[i])
		if i < 5 {
			a.Set(i, i+1, 0.6)
		}
	}
	slope := func(p *mat.Dense) (*mat.Dense, float64) { // in T − t
		var ap, pa, sp, psp, out mat.Dense
		ap.Mul(a.T(), p)
		pa.Mul(p, a)
		sp.Mul(sigma, p)
		psp.Mul(p, &sp)
		out.Add(&ap, &pa)
		out.Sub(&out, &psp)
		return &out, mat.Trace(&sp) / 2
	}
	const steps = 500
	p, q, h := mat.NewDense(6, 6, nil), 0.0, 1.0/steps
	for i := range v {
		p.Set(i, i, 1)
	}
	moved := func(by *mat.Dense, h float64) *mat.Dense {
		var out mat.Dense
		out.Scale(h, by)
		out.Add(p, &out)
		return &out
	}
	for range steps {
		k1, q1 := slope(p)
		k2, q2 := slope(moved(k1, h/2))
		k3, q3 := slope(moved(k2, h/2))
		k4, q4 := slope(moved(k3, h))
		p = moved(k1, h/6)
		p = moved(k2, h/3)
		p = moved(k3, h/3)
		p = moved(k4, h/6)
		q += h / 6 * (q1 + 2*q2 + 2*q3 + q4)
	}
	x := mat.NewVecDense(6, []float64{1, -0.5, 0.3, 0.8, -1, 0.2})
	return mat.Inner(x, p, x)/2 + q
}

// ridges is v_τ = ½Δv + v − v³ in the three directions, by Strang's splitting, extrapolated.
func ridges() float64 {
	coarse, fine := ridgesIn(8), ridgesIn(16)
	return fine + (fine-coarse)/3
}

// ridgesIn splits into steps: the reaction is exact, and so is the heat kernel, summed over nodes that
// lie closer than its width.
func ridgesIn(steps int) float64 {
	const n, dx = 57, 0.2 // nodes from −5.6 to 5.6, which a path hardly ever leaves
	entry := func(k, j int) float64 { return 0.45 * math.Sin(float64(1+7*k+(3+k)*j*j)) }
	product, center := mat.NewSymDense(3, nil), [3]float64{}
	for k := range 3 {
		for l := k; l < 3; l++ {
			for j := range 20 {
				product.SetSym(k, l, product.At(k, l)+entry(k, j)*entry(l, j))
			}
		}
		for j := range 20 {
			center[k] += 0.2 * entry(k, j)
		}
	}
	var chol mat.Cholesky
	var low mat.TriDense
	chol.Factorize(product)
	chol.LTo(&low)
	at := func(i int) float64 { return float64(i-n/2) * dx }
	v := make([]float64, n*n*n)
	for i := range v {
		q := [3]float64{at(i / (n * n)), at(i / n % n), at(i % n)}
		for k := range 3 {
			s := center[k]
			for l := range k + 1 {
				s += low.At(k, l) * q[l]
			}
			v[i] += 0.25 * math.Tanh(s)
		}
	}
	h := 1 / float64(steps)
	react := func() {
		for i, y := range v {
			v[i] = y * math.Exp(h/2) / math.Sqrt(1+y*y*math.Expm1(h))
		}
	}
	reach := int(7 * math.Sqrt(h) / dx)
	kernel := make([]float64, 2*reach+1)
	for k := range kernel {
		s := float64(k-reach) * dx
		kernel[k] = math.Exp(-s*s/(2*h)) * dx / math.Sqrt(2*math.Pi*h)
	}
	line := make([]float64, n)
	for range steps {
		react()
		for _, stride := range []int{1, n, n * n} {
			for first := range n * n {
				lo := first/stride*stride*n + first%stride
				for i := range line {
					line[i] = 0
					for k, w := range kernel {
						line[i] += w * v[lo+stride*min(max(i+k-reach, 0), n-1)]
					}
				}
				for i, s := range line {
					v[lo+stride*i] = s
				}
			}
		}
		react()
	}
	return v[len(v)/2]
}
