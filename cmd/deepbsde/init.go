package main

import (
	"github.com/deepbsde/deepbsde/problems/file"
	"github.com/urfave/cli/v2"
)

func (a *app) initCommand() *cli.Command {
	return &cli.Command{
		Name:      "init",
		Usage:     "print the problem file of a named problem, to start one's own from",
		UsageText: "deepbsde init NAME > my-problem.yaml",
		Description: "Change the file and give it to check, solve, show, reference or compare in place of a NAME.\n" +
			"docs/files.md describes the language.",
		HideHelpCommand: true,
		OnUsageError:    onUsageError,
		Action: func(c *cli.Context) error {
			name, err := oneName(c)
			if err != nil {
				return err
			}
			text, err := file.Of(name)
			if err != nil {
				return &exitError{exitUsage, err, "run 'deepbsde problems' for the list"}
			}
			return a.print(string(text))
		},
	}
}
