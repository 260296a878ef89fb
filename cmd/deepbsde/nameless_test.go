package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/saved"
)

// TestRunOfNamelessFile: the problem of a run is called as when the run began, though its
// file states no name and the copy in the folder is called otherwise. Checkpoints of
// another name are refused, so that the run could not go on.
func TestRunOfNamelessFile(t *testing.T) {
	for name, text := range map[string]string{
		"heat":  "{dim: 2, horizon: 1, diffusion: 1, terminal: normsq(x)}",
		"steer": "{dim: 2, horizon: 1, diffusion: 1, drift: a, running-cost: normsq(a), terminal-cost: normsq(x)}",
	} {
		path, dir := writeFile(t, name+".yaml", text), filepath.Join(t.TempDir(), "run")
		runReal(t, strings.Fields("solve "+path+" --out "+dir+" --iterations 2 --paths 64 --batch 8 --steps 2 --json --quiet")...)
		d, err := saved.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		m, err := d.Member(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		problem := m.Problem.Name
		if m.Control != nil {
			problem = m.Control.Problem.Name
		}
		if label := d.Label(); !strings.HasPrefix(label, name+", d = 2") {
			t.Errorf("pictures call the problem %q, want %q", label, name)
		}
		if m.Family.Name != name || m.Family.Title != name || problem != name {
			t.Errorf("the family is called %q, %q, the problem %q, want %q", m.Family.Name, m.Family.Title, problem, name)
		}
	}
}
