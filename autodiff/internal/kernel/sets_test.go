package kernel

import (
	"slices"
	"testing"
)

func TestSets(t *testing.T) {
	names := Sets()
	if names[len(names)-1] != "generic" {
		t.Errorf("sets %v do not end with the generic one", names)
	}
	forSets(t, func(t *testing.T) {
		if !slices.Contains(names, Active()) {
			t.Errorf("%q is active, not one of %v", Active(), names)
		}
	})
	old := Active()
	if err := Use("mmx"); err == nil {
		t.Error("an unknown set was accepted")
	}
	if Active() != old {
		t.Error("a failed Use changed the set")
	}
}

func TestShortSlicesPanic(t *testing.T) {
	x := make([]float64, 11)
	for name, f := range map[string]func(){
		"A":                 func() { GemmNN(3, 2, 4, x, 4, x, 2, nil, x, 2, false) },
		"C":                 func() { GemmTN(4, 4, 2, x, 4, x, 4, x, 4, false) },
		"leading dimension": func() { GemmNT(2, 2, 4, x, 3, x, 4, x, 2, false) },
		"bias":              func() { GemmNN(2, 2, 2, x, 2, x, 2, x[:1], x, 2, false) },
		"x":                 func() { Tanh(x, x[:10]) },
		"narrow":            func() { Narrow(x, x[:10]) },
		"widen":             func() { Widen(x, x[:10]) },
		"rows":              func() { ColSum(3, 4, x, x) },
		"empty batch":       func() { ColMeanInvStd(0, 4, x, 1, x, x) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}
