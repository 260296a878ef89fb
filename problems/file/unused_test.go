package file

import (
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/problems"
)

// TestUnused: names that stand in no formula are told, texts and keys are no formulas.
func TestUnused(t *testing.T) {
	const head = "title: r and R\ndim: 2\nhorizon: 1\nparameters: {r: {value: 1, doc: R is another}, R: 2}\ndefine: {c: r*2, b: c + 1}\nmatrices: {L: [[1, 0], [0, 1]]}\n"
	for text, want := range map[string]string{
		head + "diffusion: 1\nterminal: sum(x)\n":                                     "no formula has the names R, b and L",
		head + "diffusion: L\nterminal: R*sum(x)\n":                                   "no formula has the name b",
		head + "diffusion: 1\ndrift: L*(c*x)\nterminal-cost: R + b*sum(x)\n":          "",
		head + "diffusion: {volatility: b, correlation: 0}\nterminal: R + sum(L*x)\n": "",
	} {
		f, err := Parse("a.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		list, err := f.Check(t.Context(), 0, nil)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, c := range list {
			if c.What == "unused" {
				got += c.Result
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	for _, f := range problems.All() {
		if list := readNamed(t, f.Name).Definition.Unused(); list != nil {
			t.Errorf("%s: %s", f.Name, strings.Join(list, " "))
		}
	}
}
