package main

import (
	"math"
	"testing"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/member"
)

// galleryTruths are the values of the gallery that have no closed form, each computed here
// by other means than the program's: their files state them.
var galleryTruths = map[string]func() float64{
	"default-both-sides": func() float64 {
		s := 15 * math.Sqrt((1+19*0.3)/20) // of the mean, in which everything is one-dimensional
		return heat{
			lo: 92 - 9*s*math.Sqrt(5), hi: 92 + 9*s*math.Sqrt(5), horizon: 5, variance: s * s,
			generator: func(y float64) float64 { return -0.02*y - 0.06*math.Max(y, 0) + 0.02*math.Max(-y, 0) },
			terminal:  func(m float64) float64 { return m - 92 },
		}.at(100)
	},
	"droplet": func() float64 {
		return heat{
			lo: 0, hi: 12, horizon: 0.5, variance: 1, dim: 10,
			generator: func(y float64) float64 { return y - y*y*y },
			terminal:  func(r float64) float64 { return math.Tanh((12.25 - r*r) / 7) },
		}.at(0.5 * math.Sqrt(10))
	},
	"shock":         func() float64 { return coleHopf(0.5, 0.1*math.Sqrt(20), 0.7) },
	"heston-basket": hestonBasket,
	"fishery":       fishery,
	"springs":       springs,
	"stock-keeping": func() float64 { return 10 * stockOfOneGood() },
}

// TestGalleryTruths: the files state these values, within what they say is left, and the
// reference that the program finds for springs is its own.
func TestGalleryTruths(t *testing.T) {
	for name, truth := range galleryTruths {
		m, err := member.Named(t.Context(), galleryFile(name), 0, nil)
		if err != nil {
			t.Fatal(err)
		}
		stated, err := m.Reference(t.Context())
		if err != nil || stated == nil {
			t.Errorf("%s: no reference: %v", name, err)
			continue
		}
		if got := truth(); !(math.Abs(got-stated.Value) <= 2*stated.StdErr+1e-9*math.Abs(got)) {
			t.Errorf("%s: %.10g, the file states %.10g ± %.2g", name, got, stated.Value, stated.StdErr)
		}
	}
}
