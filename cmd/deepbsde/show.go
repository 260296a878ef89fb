package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"github.com/deepbsde/deepbsde/bsde/verdict"
	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/member"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/report"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/tables"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/urfave/cli/v2"
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
				ref, err := m.Reference(c.Context)
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
func showText(ctx context.Context, m *member.Member) (string, error) {
	ref, err := m.Reference(ctx)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n\n", m.Family.Name, m.Family.Title)
	for line := range strings.Lines(m.Family.Equation) {
		b.WriteString("  " + strings.TrimRight(line, "\n") + "\n")
	}
	fmt.Fprintf(&b, "\nDimension  d = %d", m.Dim)
	if m.Dim != m.Family.Dim {
		fmt.Fprintf(&b, " (default %d)", m.Family.Dim)
	}
	b.WriteString("\n")
	for _, n := range []struct {
		what string
		list []string
	}{{"States", m.StateNames()}, {"Actions", m.ActionNames()}} {
		if n.list != nil {
			fmt.Fprintf(&b, "%-9s  %s\n", n.what, strings.Join(n.list, "; "))
		}
	}
	b.WriteString("Reference  ")
	if ref != nil {
		fmt.Fprintf(&b, "%s = %s, %s\n", m.Unknown(), verdict.Digits(ref, 0), verdict.Origin(ref))
	} else {
		b.WriteString("none is known at once for this dimension and these parameters")
		if command := m.ReferenceCommand(); command != "" {
			b.WriteString("; try '" + command + "'")
		}
		b.WriteString("\n")
	}
	if r := m.Family.Published; r != nil && r != ref {
		fmt.Fprintf(&b, "Published  %s = %s, %s, with the defaults\n", m.Unknown(), verdict.Digits(r, 0), verdict.Origin(r))
	}
	if m.Family.Citation != "" {
		fmt.Fprintf(&b, "Citation   %s\n", m.Family.Citation)
	}
	fmt.Fprintf(&b, "\nParameters (--set NAME=VALUE)\n%s\n", parameterTable(m))
	fmt.Fprintf(&b, "\nSettings of solve, each with a flag of its own where it can be changed\n%s\n", m.TrainingTable())
	return b.String(), nil
}

func parameterTable(m *member.Member) string {
	t := tables.New()
	t.AppendHeader(table.Row{"name", "value", "default", "range", "meaning"})
	for _, p := range m.Family.Params {
		t.AppendRow(table.Row{p.Name, words.Exact(m.Parameters[p.Name]), words.Exact(p.Default), p.Range(), p.Doc})
	}
	return tables.Text(t)
}

// jsonProblem is the object that show --json prints.
type jsonProblem struct {
	Name       string                     `json:"name"`
	Kind       string                     `json:"kind"`
	Title      string                     `json:"title"`
	Dim        int                        `json:"dim"`
	DefaultDim int                        `json:"default_dim"`
	States     []string                   `json:"state_names,omitempty"`
	Actions    []string                   `json:"action_names,omitempty"`
	Equation   string                     `json:"equation"`
	Parameters []jsonParam                `json:"parameters"`
	Reference  *report.Reference          `json:"reference,omitempty"`
	Published  *report.Reference          `json:"published,omitempty"`
	Settings   map[string]json.RawMessage `json:"settings"` // of solve, by network
	Citation   string                     `json:"citation"`
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

func newJSONProblem(m *member.Member, ref *pde.Reference) jsonProblem {
	f := m.Family
	j := jsonProblem{
		Name: f.Name, Kind: member.KindOf(f), Title: f.Title, Dim: m.Dim, DefaultDim: f.Dim, States: m.StateNames(), Actions: m.ActionNames(), Equation: f.Equation,
		Reference: report.JSONReference(ref), Published: report.JSONReference(f.Published),
		Settings: map[string]json.RawMessage{}, Citation: f.Citation,
	}
	for _, network := range m.Networks() {
		p := m.Preset(network)
		j.Settings[network] = p.JSON()
	}
	for _, p := range f.Params {
		j.Parameters = append(j.Parameters, jsonParam{p.Name, m.Parameters[p.Name], p.Default,
			words.Number(p.Min), words.Number(p.Max), p.Open && !math.IsInf(p.Min, 0), p.Doc})
	}
	return j
}
