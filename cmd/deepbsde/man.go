package main

import (
	"strings"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/manual"
	"github.com/urfave/cli/v2"
)

func (a *app) manCommand() *cli.Command {
	return &cli.Command{
		Name:      "man",
		Usage:     "print the manual page",
		UsageText: "deepbsde man > deepbsde.1",
		Description: "The page is made from the commands and flags themselves. 'deepbsde man | man -l -' shows it\n" +
			"where man takes -l; 'make install' puts it where man looks.",
		HideHelpCommand: true,
		OnUsageError:    onUsageError,
		Action: func(c *cli.Context) error {
			if err := noNames(c); err != nil {
				return err
			}
			return a.print(manual.Page(c.App, strings.Join(strings.Fields(versionLine())[:2], " ")))
		},
	}
}
