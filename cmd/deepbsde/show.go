package main

import (
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/urfave/cli/v2"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/tables"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/words"
	"github.com/deepbsde/deepbsde/pde"
)

func (a *app) showCommand() *cli.Command {
	var f problemFlags
	var asJSON bool
	return &cli.Command{
		Name:            "show",
		Usage:           "print one problem in full: equation, parameters, reference, settings",
		UsageText:       "deepbsde show NAME|FILE [flags]",
		HideHelpCommand: true,
		OnUsageError:    onUsageError,
		Flags:           append(f.flags(), flags.Bool("json", "print one JSON object", &asJSON)),
		Action: func(c *cli.Context) error {
			name, err := oneName(c)
			if err != nil {
				return err
			}
			m, err := f.member(c.Context, name)
			if err != nil {
				return err
			}
			if asJSON {
				ref, err := m.reference(c.Context, 0)
				if err != nil {
					return err
				}
				return a.printJSON(newJSONProblem(m, ref))
			}
			text, err := showText(c.Context, m)
			if err != nil {
				return err
			}
			return a.print(text)
		},
	}
}

// showText is a problem as people read it.
func showText(ctx context.Context, m *member) (string, error) {
	ref, err := m.reference(ctx, 0)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n\n", m.family.Name, m.family.Title)
	for line := range strings.Lines(m.family.Equation) {
		b.WriteString("  " + strings.TrimRight(line, "\n") + "\n")
	}
	fmt.Fprintf(&b, "\nDimension  d = %d", m.dim)
	if m.dim != m.family.Dim {
		fmt.Fprintf(&b, " (default %d)", m.family.Dim)
	}
	b.WriteString("\nReference  ")
	if ref != nil {
		fmt.Fprintf(&b, "%s = %s, %s\n", m.unknown(), referenceDigits(ref, 0), origin(ref))
	} else {
		b.WriteString("none is known at once for this dimension and these parameters; try 'deepbsde reference'\n")
	}
	if r := m.family.Published; r != nil && r != ref {
		fmt.Fprintf(&b, "Published  %s = %s, %s, with the defaults\n", m.unknown(), referenceDigits(r, 0), origin(r))
	}
	if m.family.Citation != "" {
		fmt.Fprintf(&b, "Citation   %s\n", m.family.Citation)
	}
	fmt.Fprintf(&b, "\nParameters (--set NAME=VALUE)\n%s\n", parameterTable(m))
	fmt.Fprintf(&b, "\nSettings of solve, each with a flag of its own where it can be changed\n%s\n", trainingTable(m))
	return b.String(), nil
}

func parameterTable(m *member) string {
	t := tables.New()
	t.AppendHeader(table.Row{"name", "value", "default", "range", "meaning"})
	for _, p := range m.family.Params {
		t.AppendRow(table.Row{p.Name, words.Exact(m.parameters[p.Name]), words.Exact(p.Default), p.Range(), p.Doc})
	}
	return tables.Text(t)
}

// jsonProblem is the object that show --json prints.
type jsonProblem struct {
	Name       string                  `json:"name"`
	Kind       string                  `json:"kind"`
	Title      string                  `json:"title"`
	Dim        int                     `json:"dim"`
	DefaultDim int                     `json:"default_dim"`
	Equation   string                  `json:"equation"`
	Parameters []jsonParam             `json:"parameters"`
	Reference  *jsonReference          `json:"reference,omitempty"`
	Published  *jsonReference          `json:"published,omitempty"`
	Settings   map[string]jsonSettings `json:"settings"` // of solve, by network
	Citation   string                  `json:"citation"`
}

type jsonParam struct {
	Name    string   `json:"name"`
	Value   float64  `json:"value"`
	Default float64  `json:"default"`
	Min     *float64 `json:"min,omitempty"` // absent: none
	Max     *float64 `json:"max,omitempty"`
	Open    bool     `json:"min_excluded,omitempty"`
	Doc     string   `json:"doc"`
}

func newJSONProblem(m *member, ref *pde.Reference) jsonProblem {
	f := m.family
	j := jsonProblem{
		Name: f.Name, Kind: kindOf(f), Title: f.Title, Dim: m.dim, DefaultDim: f.Dim, Equation: f.Equation,
		Reference: newJSONReference(ref), Published: newJSONReference(f.Published),
		Settings: map[string]jsonSettings{}, Citation: f.Citation,
	}
	for _, network := range []string{"shared", "per-step"} {
		p := presetFor(m, network)
		j.Settings[network] = p.json()
	}
	for _, p := range f.Params {
		j.Parameters = append(j.Parameters, jsonParam{p.Name, m.parameters[p.Name], p.Default,
			words.Number(p.Min), words.Number(p.Max), p.Open && !math.IsInf(p.Min, 0), p.Doc})
	}
	return j
}
