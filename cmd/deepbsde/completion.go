package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/complete"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/manual"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/member"
	"github.com/deepbsde/deepbsde/problems"
	"github.com/urfave/cli/v2"
)

func (a *app) completionCommand() *cli.Command {
	return &cli.Command{
		Name:      "completion",
		Usage:     "print a script that completes commands, flags and names in a shell",
		UsageText: "deepbsde completion bash|zsh|fish|powershell",
		Description: "For the shell at hand, from its start file:\n" +
			"  bash:        source <(deepbsde completion bash)\n" +
			"  zsh:         source <(deepbsde completion zsh), after compinit\n" +
			"  fish:        deepbsde completion fish | source\n" +
			"  PowerShell:  deepbsde completion powershell | Out-String | Invoke-Expression",
		HideHelpCommand: true,
		OnUsageError:    onUsageError,
		Action: func(c *cli.Context) error {
			if c.NArg() != 1 || !slices.Contains(complete.Shells(), c.Args().First()) {
				return usage(c, "completion takes the name of a shell, %s", strings.Join(complete.Shells(), ", "))
			}
			script, err := complete.Script(c.Args().First())
			if err != nil {
				return err
			}
			return a.print(script)
		},
	}
}

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

// completeCommand prints what may stand in the place of the current word, one candidate
// a line with a tab before its meaning, and at the end what kind of paths it may be, if any:
// ":files", ":dirs" or ":".
func (a *app) completeCommand() *cli.Command {
	var current flags.Opt[string]
	return &cli.Command{
		Name:            "__complete",
		Hidden:          true,
		HideHelpCommand: true,
		OnUsageError:    onUsageError,
		Flags: []cli.Flag{flags.Value("current", "the `WORD` to complete", &current,
			func(s string) (string, error) { return s, nil })},
		Action: func(c *cli.Context) error {
			found := complete.Complete(c.App, namedProblems, c.Args().Slice(), current.Value)
			var b strings.Builder
			for _, w := range found.Words {
				fmt.Fprintf(&b, "%s\t%s\n", w.Word, w.Meaning)
			}
			fmt.Fprintf(&b, ":%s\n", found.Paths)
			return a.print(b.String())
		},
	}
}

// namedProblems are the problems that a word may name, and the parameters of these and of
// files.
var namedProblems = complete.Problems{
	Names: func() (list []complete.Candidate) {
		for _, f := range problems.All() {
			list = append(list, complete.Candidate{Word: f.Name, Meaning: f.Title})
		}
		return list
	},
	Parameters: func(problem string) (list []complete.Candidate) {
		family, err := member.Find(problem)
		if err != nil {
			return nil
		}
		for _, p := range family.Params {
			list = append(list, complete.Candidate{Word: p.Name, Meaning: p.Doc})
		}
		return list
	},
}
