// Package experiment chooses what bench runs: the named problems with the settings of the papers and of this program,
// files, and the members of the tables of papers. It does not train.
package experiment

import (
	"bytes"
	"context"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/bench"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/member"
	"github.com/deepbsde/deepbsde/pde"
)

// Experiment is one problem with one set of settings, and what its table is.
type Experiment struct {
	Member *member.Member
	bench.Cell
	Value *pde.Reference // nil for none
}

// of is a member with the settings that its problem has for a network.
func of(ctx context.Context, m *member.Member, preset, network string) (Experiment, error) {
	p := m.Preset(network)
	ref, err := m.ReferenceFor(ctx, p.Settings)
	if err != nil {
		return Experiment{}, err
	}
	cell := bench.Cell{Problem: m.Family.Name, Dim: m.Dim, Identity: m.Identity(), Preset: preset, Network: network, Method: p.Method.Name(), Policy: m.Control != nil}
	if ref != nil {
		cell.Reference = &bench.Reference{Value: ref.Value, StdErr: ref.StdErr}
	}
	return Experiment{m, cell, ref}, nil
}

// Run is the record of a run with all but its results, and its settings.
func (c *Experiment) Run(seed uint64, workers int, version string) (*bench.Run, bsde.Settings, error) {
	p := c.Member.Preset(c.Network)
	p.Seed = seed
	if workers > 0 {
		p.Workers = workers
	}
	text := p.JSON()
	settings := bench.Settings{Text: text, Steps: p.Steps, Iterations: p.Iterations, Workers: p.Workers}
	run := &bench.Run{Problem: c.Problem, Preset: c.Preset, Network: c.Network, Version: version, Settings: settings}
	if c.Stated != nil {
		run.Of = c.Identity
	}
	return run, p.Settings, nil
}

// Find is the record of a run in the store. Earlier versions kept controlled as it was asked
// for, true, where f does not depend on z and it does nothing. They tried no other method: an answer
// without trust is made again.
func (c *Experiment) Find(store *bench.Store, want *bench.Run) *bench.Run {
	have := store.Find(want)
	if have == nil && !c.Member.Family.Training[c.Network].Uncontrolled {
		earlier := *want
		earlier.Settings.Text = bytes.Replace(want.Settings.Text, []byte(`"controlled":false`), []byte(`"controlled":true`), 1)
		have = store.Find(&earlier)
	}
	if have != nil && have.Method == "" && have.Trust != "yes" && c.Network == c.Member.DefaultNetwork() && len(c.Member.Others()) > 0 {
		return nil
	}
	return have
}
