package main

import (
	"context"

	"github.com/deepbsde/deepbsde/bsde/verdict"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/member"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/report"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/tables"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/problems"
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/urfave/cli/v2"
)

func (a *app) problemsCommand() *cli.Command {
	var asJSON bool
	return &cli.Command{
		Name:            "problems",
		Usage:           "list the named problems with their reference values",
		UsageText:       "deepbsde problems [flags]",
		HideHelpCommand: true,
		OnUsageError:    onUsageError,
		Flags:           []cli.Flag{flags.Bool("json", "print one JSON object", &asJSON)},
		Action: func(c *cli.Context) error {
			if err := noNames(c); err != nil {
				return err
			}
			rows, err := listProblems(c.Context)
			if err != nil {
				return err
			}
			if asJSON {
				return a.printJSON(struct {
					Problems []problemRow `json:"problems"`
				}{rows})
			}
			return a.print(problemTable(rows))
		},
	}
}

// problemRow is one problem of the list.
type problemRow struct {
	Name      string            `json:"name"`
	Kind      string            `json:"kind"`
	Dim       int               `json:"dim"`
	Title     string            `json:"title"`
	Reference *report.Reference `json:"reference,omitempty"`

	reference *pde.Reference
}

// listProblems makes every problem with its defaults.
func listProblems(ctx context.Context) ([]problemRow, error) {
	var rows []problemRow
	for _, f := range problems.All() {
		var none problemFlags
		m, err := none.member(ctx, f.Name)
		if err != nil {
			return nil, err
		}
		ref, err := m.Reference(ctx)
		if err != nil {
			return nil, err
		}
		rows = append(rows, problemRow{f.Name, member.KindOf(f), m.Dim, f.Title, report.JSONReference(ref), ref})
	}
	return rows, nil
}

// problemTable is the list as people read it.
func problemTable(rows []problemRow) string {
	t := tables.New()
	t.SetColumnConfigs([]table.ColumnConfig{
		{Number: 2, Align: text.AlignRight},
		{Number: 3, WidthMax: 44, WidthMaxEnforcer: text.WrapSoft},
		{Number: 5, WidthMax: 36, WidthMaxEnforcer: text.WrapSoft},
	})
	t.AppendHeader(table.Row{"NAME", "d", "PROBLEM", "VALUE", "SOURCE OF THE VALUE"})
	for _, r := range rows {
		value, source := "unknown", ""
		if r.reference != nil {
			value, source = verdict.Digits(r.reference, 0), r.reference.Method+", "+r.reference.Source
		}
		t.AppendRow(table.Row{r.Name, r.Dim, r.Title, value, source})
	}
	return tables.Text(t) + "\n\nDimensions and values are the defaults: u(0, x0) of an equation, the optimal cost or reward of a\ncontrol problem. 'deepbsde show NAME' prints a problem in full.\n"
}
