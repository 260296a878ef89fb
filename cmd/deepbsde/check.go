package main

import (
	"fmt"
	"strings"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/member"
	"github.com/urfave/cli/v2"
)

func (a *app) checkCommand() *cli.Command {
	var f problemFlags
	return &cli.Command{
		Name:      "check",
		Usage:     "check a problem file without training",
		UsageText: "deepbsde check FILE [flags]",
		Description: "Checks the file and what it describes: formulas and shapes, values at the start and on simulated\n" +
			"paths, and the exact solution, if there is one, put into the equation. For a mistake it prints the\n" +
			"place in the file and ends with status 2.",
		HideHelpCommand: true,
		OnUsageError:    onUsageError,
		Flags:           f.flags(),
		Action: func(c *cli.Context) error {
			name, err := oneName(c)
			if err != nil {
				return err
			}
			family, err := member.Find(name)
			if err != nil {
				return err
			}
			list, err := family.Check(c.Context, f.dim.Value, f.set)
			if err != nil {
				if c.Context.Err() != nil {
					return c.Context.Err()
				}
				return &exitError{status: exitUsage, err: err}
			}
			var b strings.Builder
			fmt.Fprintf(&b, "%s: %s\n", family.Name, family.Title)
			for _, l := range list {
				fmt.Fprintf(&b, "  %-10s %s\n", l.What, l.Result)
			}
			b.WriteString("ok\n")
			return a.print(b.String())
		},
	}
}
