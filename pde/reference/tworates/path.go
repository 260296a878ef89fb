package tworates

import (
	"context"
	"math"
	"slices"

	"github.com/deepbsde/deepbsde/autodiff/random"
	"github.com/deepbsde/deepbsde/pde"
	"gonum.org/v1/gonum/integrate/quad"
)

// path computes bounds of a claim on one path at a time.
type path struct {
	Claim
	ctx     context.Context // once it has ended, a value means nothing
	horizon float64
	start   []float64 // logarithms
	steps   int
	stream  random.Stream
	logM    []float64 // ln of the stocks with rate 0
	dw      []float64
	nodes   []float64 // of the integral, standard interval
	weights []float64
	a, b    []float64 // coefficients of the penalty
}

// quadNodes is the number of nodes between two kinks of g.
const quadNodes = 12

func newPath(ctx context.Context, m Claim, p *pde.Problem, steps int) *path {
	r := &path{
		Claim: m, ctx: ctx, horizon: p.Horizon, steps: steps, start: make([]float64, p.Dim),
		logM: make([]float64, p.Dim), dw: make([]float64, p.Dim),
		nodes: make([]float64, quadNodes), weights: make([]float64, quadNodes),
		a: make([]float64, steps), b: make([]float64, steps),
	}
	for i, x := range p.Start {
		r.start[i] = math.Log(x)
	}
	quad.Legendre{}.FixedLocations(r.nodes, r.weights, 0, 1)
	return r
}

// begin goes back to the start, next moves the stocks by one step, for which dw is
// already drawn.
func (r *path) begin() { copy(r.logM, r.start) }

func (r *path) draw(n int) {
	r.stream.Step = uint32(n)
	r.stream.Normals(r.dw, math.Sqrt(r.horizon/float64(r.steps)))
}

func (r *path) next() {
	trend := -0.5 * r.Sigma * r.Sigma * r.horizon / float64(r.steps)
	for i, w := range r.dw {
		r.logM[i] += trend + r.Sigma*w
	}
}

// policy is the value of the path under the rate policy less its martingale.
func (r *path) policy() float64 {
	h := r.horizon / float64(r.steps)
	integral, martingale := 0.0, 0.0
	r.begin()
	for n := range r.steps {
		if r.ctx.Err() != nil {
			return 0
		}
		r.draw(n)
		value, invested, increment := r.constantRate(float64(n)*h, integral)
		martingale += math.Exp(-integral) * increment
		if invested > value {
			integral += r.Borrow * h
		} else {
			integral += r.Lend * h
		}
		r.next()
	}
	return math.Exp(-integral)*r.payoff(math.Exp(integral+slices.Max(r.logM))) - martingale
}

// dual is the largest penalised value of the path.
func (r *path) dual() float64 {
	h, width := r.horizon/float64(r.steps), r.Borrow-r.Lend
	fixed := 0.0
	r.begin()
	for n := range r.steps {
		if r.ctx.Err() != nil {
			return 0
		}
		r.draw(n)
		t := float64(n) * h
		discount := math.Exp(-r.Lend * t)
		_, _, least := r.constantRate(t, r.Lend*t)
		r.b[n] = 0
		if n > 0 && width > 0 {
			_, _, most := r.constantRate(t, r.Borrow*t)
			r.b[n] = discount * (most*math.Exp(-width*t) - least) / (width * t)
		}
		fixed += discount * least
		r.next()
	}
	// Σ S_n B_n = Σ c_k γ_k for the increments c_k of S, each from 0 to width·h.
	gamma := r.a
	sum := 0.0
	for k := r.steps - 1; k >= 0; k-- {
		gamma[k] = sum
		sum += r.b[k]
	}
	slices.Sort(gamma)
	return r.largest(slices.Max(r.logM), gamma, width*h) - fixed
}

// largest is the maximum over S_T = Σ c_k of the discounted payoff less Σ c_k γ_k, for
// sorted γ, which are used up in order.
func (r *path) largest(logM float64, gamma []float64, each float64) float64 {
	const parts = 20 // of an increment
	base := r.Lend * r.horizon
	at := func(s float64) float64 {
		return math.Exp(-base-s) * r.payoff(math.Exp(base+s+logM))
	}
	best, cost := at(0), 0.0
	for k, g := range gamma {
		lo := float64(k) * each
		for j := 1; j <= parts; j++ {
			part := each * float64(j) / parts
			best = math.Max(best, at(lo+part)-cost-part*g)
		}
		for _, strike := range r.Strikes {
			if part := math.Log(strike) - logM - base - lo; part > 0 && part < each {
				best = math.Max(best, at(lo+part)-cost-part*g)
			}
		}
		cost += each * g
	}
	// Between the kinks the payoff is c₀ + c₁e^{−base−s}: at most |c₁|e^{−base} w²/8 above
	// its chord.
	curvature := 0.0
	for k, strike := range r.Strikes {
		curvature += math.Abs(r.Slopes[k]) * strike * math.Exp(-base)
	}
	w := each / parts
	return best + curvature*w*w/8
}

// constantRate is, for the stocks times e^integral at time t, the value at the rate
// Borrow, the money in stocks Σ x ∂V/∂x, and the increment Z·ΔW of the value. With
// a_i(y) the quantile of y for stock i, F the distribution of the largest,
//
//	V = e^{−rτ} ∫ g′(y) (1 − F(y)) dy,   Z_i = e^{−rτ} ∫ g′(y) F(y) (φ/Φ)(a_i(y)) dy / √τ
func (r *path) constantRate(t, integral float64) (value, invested, increment float64) {
	tau := r.horizon - t
	spread := r.Sigma * math.Sqrt(tau)
	shift := integral + (r.Borrow-0.5*r.Sigma*r.Sigma)*tau
	far := math.Exp(slices.Max(r.logM) + shift + 6*spread) // F is 1 beyond
	slope := 0.0
	for k, lo := range r.Strikes {
		slope += r.Slopes[k]
		hi := math.Max(far, lo)
		if k+1 < len(r.Strikes) {
			hi = math.Min(hi, r.Strikes[k+1])
		}
		if hi <= lo {
			continue
		}
		for j, node := range r.nodes {
			y, w := lo+(hi-lo)*node, (hi-lo)*r.weights[j]*slope
			level, logF, all, along := (math.Log(y)-shift)/spread, 0.0, 0.0, 0.0
			for i, x := range r.logM {
				if q := level - x/spread; q < normalTable.hi {
					l, hazard := normalTable.at(q)
					logF += l
					all += hazard
					along += hazard * r.dw[i]
				}
			}
			f := math.Exp(logF)
			value += w * (1 - f)
			invested += w * f * all
			increment += w * f * along
		}
	}
	discount := math.Exp(-r.Borrow * tau)
	return discount * value, discount * invested / spread, discount * increment / math.Sqrt(tau)
}

// normalTable has ln Φ and φ/Φ at equal distances, to be interpolated: the bounds
// hold for any function, and are hardly wider for this one.
var normalTable = newTable(-8, 6, 64)

type table struct {
	lo, hi, scale float64
	rows          [][2]float64
}

func newTable(lo, hi float64, perUnit int) *table {
	t := &table{lo: lo, hi: hi, scale: float64(perUnit)}
	for i := range int(hi-lo)*perUnit + 2 {
		q := lo + float64(i)/t.scale
		cdf := 0.5 * math.Erfc(-q/math.Sqrt2)
		t.rows = append(t.rows, [2]float64{math.Log(cdf), math.Exp(-q*q/2) / math.Sqrt(2*math.Pi) / cdf})
	}
	return t
}

func (t *table) at(q float64) (logCDF, hazard float64) {
	x := (math.Max(q, t.lo) - t.lo) * t.scale
	i := int(x)
	w := x - float64(i)
	a, b := &t.rows[i], &t.rows[i+1]
	return a[0] + w*(b[0]-a[0]), a[1] + w*(b[1]-a[1])
}
