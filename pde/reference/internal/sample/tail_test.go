package sample

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// TestTrust counts over 40 seeds which samples are refused: those of infinite variance
// nearly always, those of ordinary payoffs nearly never.
func TestTrust(t *testing.T) {
	type draw func(r *rand.Rand) float64
	gaussian := func(c float64) draw {
		return func(r *rand.Rand) float64 { z := r.NormFloat64(); return math.Exp(c * z * z) }
	}
	stock := func(s float64) draw {
		return func(r *rand.Rand) float64 { return 100 * math.Exp(s*r.NormFloat64()-s*s/2) }
	}
	call := func(s, strike float64) draw {
		return func(r *rand.Rand) float64 { return math.Max(stock(s)(r)-strike, 0) }
	}
	digital := func(p float64) draw {
		return func(r *rand.Rand) float64 {
			if r.Float64() < p {
				return 1
			}
			return 0
		}
	}
	for _, c := range []struct {
		name        string
		draw        draw
		least, most int // refusals of 40
	}{
		// Tail index 1/(2c), so that the variance is infinite for c ≥ ¼.
		{"exp(.45 z²)", gaussian(0.45), 40, 40}, {"exp(.35 z²)", gaussian(0.35), 38, 40}, {"exp(.3 z²)", gaussian(0.3), 30, 40},
		{"exp(.15 z²)", gaussian(0.15), 0, 1}, {"exp(-z²)", gaussian(-1), 0, 0},
		{"stock, σ=.2", stock(0.2), 0, 0}, {"stock, σ=.6", stock(0.6), 0, 0}, {"stock, σ=1", stock(1), 0, 1},
		{"call, σ=.2", call(0.2, 100), 0, 0}, {"call, σ=.6", call(0.6, 100), 0, 0},
		{"far call, σ=.2", call(0.2, 160), 0, 1}, {"far call, σ=.6", call(0.6, 400), 0, 1},
		{"digital, ½", digital(0.5), 0, 0}, {"digital, .01", digital(0.01), 0, 0}, {"digital, .001", digital(1e-3), 0, 1},
		{"digital, 5e-5", digital(5e-5), 28, 40}, // the rest saw none: constant
		{"normal", func(r *rand.Rand) float64 { return r.NormFloat64() }, 0, 0},
		{"constant", func(*rand.Rand) float64 { return 0.1 }, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			refused, example := 0, ""
			for seed := range uint64(40) {
				r, v := rand.New(rand.NewPCG(seed, 11)), make([]float64, 1<<15)
				for i := range v {
					v[i] = c.draw(r)
				}
				if err := Trust(v); err != nil {
					refused, example = refused+1, fmt.Sprint(err)
				}
			}
			t.Logf("%d of 40 refused: %s", refused, example)
			if refused < c.least || refused > c.most {
				t.Errorf("%d of 40 refused, want %d to %d", refused, c.least, c.most)
			}
		})
	}
}
