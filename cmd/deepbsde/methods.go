package main

import (
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/tables"
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/urfave/cli/v2"
)

func (a *app) methodsCommand() *cli.Command {
	var asJSON bool
	return &cli.Command{
		Name:            "methods",
		Usage:           "print which method can solve problems with which features",
		UsageText:       "deepbsde methods [flags]",
		Description:     "A method solves a problem if it can handle all of its features.",
		HideHelpCommand: true,
		OnUsageError:    onUsageError,
		Flags:           []cli.Flag{flags.Bool("json", "print one JSON object", &asJSON)},
		Action: func(c *cli.Context) error {
			if err := noNames(c); err != nil {
				return err
			}
			if asJSON {
				methods := map[string]map[bsde.Feature]string{}
				for _, m := range bsde.Methods() {
					methods[m.Name()] = m.Supports()
				}
				return a.printJSON(struct {
					Features []bsde.Feature                     `json:"features"`
					Methods  map[string]map[bsde.Feature]string `json:"methods"` // features that are not there are not supported
				}{bsde.Features(), methods})
			}
			return a.print(methodTable())
		},
	}
}

// methodTable is the table as people read it.
func methodTable() string {
	t := tables.New()
	header := table.Row{"FEATURE"}
	for _, m := range bsde.Methods() {
		header = append(header, m.Name())
	}
	t.AppendHeader(header)
	for _, f := range bsde.Features() {
		row := table.Row{string(f)}
		for _, m := range bsde.Methods() {
			how, can := m.Supports()[f]
			switch {
			case !can:
				how = "no"
			case how == "":
				how = "yes"
			default:
				how = "yes, " + how
			}
			row = append(row, how)
		}
		t.AppendRow(row)
	}
	return tables.Text(t) + "\n\nf of y, f of z: the generator of the equation depends on u, on σᵀ∇u; f not scaled: f(t, x, c·y, c·z) is not proved to be c f(t, x, y, z).\n"
}
