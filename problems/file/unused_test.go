package problems

import (
	"strings"
	"testing"
)

// TestUnused: names that stand in no formula are told, texts and keys are no formulas.
func TestUnused(t *testing.T) {
	const head = "title: r and R\ndim: 2\nhorizon: 1\nparameters: {r: {value: 1, doc: R is another}, R: 2}\ndefine: {a: r*2, b: a + 1}\nmatrices: {L: [[1, 0], [0, 1]]}\n"
	for text, want := range map[string]string{
		head + "diffusion: 1\nterminal: sum(x)\n":                                 "no formula has the names R, b and L",
		head + "diffusion: L\nterminal: R*sum(x)\n":                               "no formula has the name b",
		head + "diffusion: 1\ndrift: L*a\nterminal-cost: R + b*sum(x)\n":          "", // L*a is a matrix times a helper
		head + "diffusion: {volatility: b, correlation: 0}\nterminal: R + L[0]\n": "",
	} {
		f := &Family{Text: []byte(text)}
		got := ""
		for _, c := range f.noteUnused(nil) {
			got += c.Result
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	for _, f := range All() {
		if list := f.unused(); list != nil {
			t.Errorf("%s: %s", f.Name, strings.Join(list, " "))
		}
	}
}
