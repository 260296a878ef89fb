package experiment

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/bench"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/member"
	"github.com/deepbsde/deepbsde/problems"
	"github.com/deepbsde/deepbsde/problems/published"
)

// presets are the settings that bench runs, each with the network it belongs to; "" is the
// default one.
var presets = []struct{ name, network string }{{"paper", "per-step"}, {"default", ""}}

// Choice is what is asked for; a Table stands alone.
type Choice struct {
	Names    []string // of problems; none for all without early exercise
	Settings string   // paper, default or both
	Files    string   // a folder of problem files to run as well, "" for none
	Table    string   // of a paper, or all of them; "" for none
}

// Experiments lists what is to be run.
func (c Choice) Experiments(ctx context.Context) (list []Experiment, err error) {
	if c.Table != "" {
		return c.beside(ctx)
	}
	names := slices.Clone(c.Names)
	all := len(names) == 0
	if all {
		for _, family := range problems.All() {
			names = append(names, family.Name)
		}
	}
	named := len(names)
	if c.Files != "" {
		paths, err := filepath.Glob(filepath.Join(c.Files, "*.yaml"))
		if err == nil && len(paths) == 0 {
			err = &member.Error{Err: fmt.Errorf("--files %s: no file there ends in .yaml", c.Files)}
		}
		if err != nil {
			return nil, err
		}
		names = append(names, paths...)
	}
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			return nil, &member.Error{Err: fmt.Errorf("%s is named twice", name)}
		}
		m, err := member.Named(ctx, name, 0, nil)
		if err != nil {
			return nil, err
		}
		early := m.Control == nil && m.Problem.Obstacle != nil // whose papers have other methods
		if all && early {
			continue
		}
		for _, p := range presets {
			if which := c.Settings; which == "both" || which == p.name {
				_, published := m.Family.Training[p.network]
				if p.name == "paper" && (m.Control != nil || !published || i >= named) {
					continue // the control papers' settings are not published, no paper has the files, and others have other methods
				}
				cell, err := of(ctx, m, p.name, cmp.Or(p.network, m.DefaultNetwork()))
				if err != nil {
					return nil, err
				}
				cell.Place, cell.File = i, i >= named
				if r := m.Family.PublishedRun; r != nil {
					cell.Published = &bench.Published{Iterations: r.Iterations, Error: r.Error, StdDev: r.StdDev, Seconds: r.Seconds}
				}
				list = append(list, cell)
			}
		}
	}
	if len(list) == 0 {
		return nil, &member.Error{Err: fmt.Errorf("nothing to run: the paper's settings are known for equations alone, not for %s", strings.Join(names, " and "))}
	}
	return list, nil
}

// beside lists the members that the tables of papers are about.
func (c Choice) beside(ctx context.Context) (list []Experiment, err error) {
	all, err := published.All()
	if err != nil {
		return nil, err
	}
	for i, t := range all {
		if c.Table != t.Name && c.Table != "all" {
			continue
		}
		for _, row := range t.Rows {
			m, err := member.Named(ctx, row.Problem, row.Dim, row.Set)
			if err != nil {
				return nil, err
			}
			cell, err := of(ctx, m, "default", m.DefaultNetwork())
			if err != nil {
				return nil, err
			}
			cell.Place = i
			cell.Stated = &bench.Stated{Table: t.Name, Title: t.Title, Notes: t.Notes, Columns: t.Columns, Cells: row.Cells}
			list = append(list, cell)
		}
	}
	return list, nil
}
