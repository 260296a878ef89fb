package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/bsde"
)

// TestResultPrintsAsTheCommand: below its title the command prints what the result is as text
// in Go, for equations with and without a reference; a policy but for what only the
// command compares it with.
func TestResultPrintsAsTheCommand(t *testing.T) {
	file := writeFile(t, "own.yaml", "title: own\ndim: 2\nhorizon: 1\ndiffusion: 1\ngenerator: 0.1*norm(z)\nterminal: normsq(x)\n")
	wall := regexp.MustCompile(`paths in [0-9.]+ s`)
	hint := regexp.MustCompile(` +'deepbsde reference .*`)
	compared := regexp.MustCompile(`(?m)^  (reference|excess|action error) .*\n`)
	for _, name := range []string{"hjb", file, "merton"} {
		m, err := (&problemFlags{}).member(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		preset := m.Preset(m.DefaultNetwork())
		preset.Iterations, preset.Paths, preset.Steps = 5, 64, 4
		r, err := bsde.Solve(t.Context(), m.Solved(), preset.Method, &preset.Settings)
		if err != nil {
			t.Fatal(err)
		}
		out := execute(t, "solve", name, "--iterations", "5", "--paths", "64", "--steps", "4", "--quiet")
		_, printed, _ := strings.Cut(out.stdout, "\n")
		want := hint.ReplaceAllString(wall.ReplaceAllString(printed, ""), "")
		got := wall.ReplaceAllString(r.String(), "")
		if name == "merton" {
			want, got = compared.ReplaceAllString(want, ""), compared.ReplaceAllString(got, "")
		}
		if got != want {
			t.Errorf("%s: in Go\n%s\nthe command\n%s", name, got, want)
		}
	}
}
