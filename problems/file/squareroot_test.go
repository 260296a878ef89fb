package file

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestSquareRootFiles: square-root processes in the words of a file are recognised, and
// check says so.
func TestSquareRootFiles(t *testing.T) {
	for i, c := range []struct {
		drift, diffusion string
		want             []int
	}{
		{"k*(b - x)", "s*sqrt(max(x, 1e-10))*dw", []int{0, 1}},
		{"k*(b - x)", "s*sqrt(x)*dw", []int{0, 1}},
		{"k*b - k*max(x, 0)", "s*sqrt(abs(x))*dw", []int{0, 1}},
		{"{mean-reverting: {rate: k, mean: b}}", "s*max(x, 0)^0.5*dw", []int{0, 1}},
		{`["0.03*x[0]", "k*(b - x[1])"]`, `["x[0]*sqrt(max(x[1], 0))*dw[0]", "s*sqrt(max(x[1], 0))*(0.6*dw[0] + 0.8*dw[1])"]`, []int{1}},
		{`["-0.5*x[1]", "k*(b - x[1])"]`, `[["sqrt(x[1])", 0], ["0.6*s*sqrt(x[1])", "0.8*s*sqrt(x[1])"]]`, []int{1}},
		{"k*(b - x)", "s*x*dw", nil},
		{"k*(b - x)", "s*sqrt(abs(x) + 0.01)*dw", nil},
	} {
		text := fmt.Sprintf("title: a test\nname: root%d\ndim: 2\nhorizon: 1\nstart: [0.1, 0.04]\nparameters: {k: 0.1, b: 0.1, s: 0.5}\ndrift: %s\ndiffusion: %s\nterminal: x[0]\n", i, quoted(c.drift), quoted(c.diffusion))
		f, err := Parse("root.yaml", []byte(text))
		if err != nil {
			t.Errorf("%s; %s: %v", c.drift, c.diffusion, err)
			continue
		}
		p, err := f.Make(2, nil)
		if err != nil {
			t.Fatal(err)
		}
		tr, err := p.Transition()
		if err != nil || !slices.Equal(tr.Roots, c.want) {
			t.Errorf("%s; %s: roots %v, %v, want %v", c.drift, c.diffusion, tr.Roots, err, c.want)
		}
		list, err := f.Check(context.Background(), 2, nil)
		if said := strings.Contains(fmt.Sprint(list), "square-root"); err != nil || said != (c.want != nil) {
			t.Errorf("%s; %s: check says %v, %v", c.drift, c.diffusion, list, err)
		}
	}
}

func quoted(s string) string {
	if s[0] == '[' || s[0] == '{' {
		return s
	}
	return `"` + s + `"`
}
