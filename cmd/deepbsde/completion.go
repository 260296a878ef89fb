package main

import (
	"embed"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
)

// shellScripts ask the hidden command __complete what may follow, so that they know
// nothing of commands and flags themselves. cli's own completion is not used: it panics
// on a partial flag.
//
//go:embed completion
var shellScripts embed.FS

var shells = map[string]string{"bash": "deepbsde.bash", "zsh": "deepbsde.zsh", "fish": "deepbsde.fish", "powershell": "deepbsde.ps1"}

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
			known := slices.Sorted(maps.Keys(shells))
			if c.NArg() != 1 || shells[c.Args().First()] == "" {
				return usage(c, "completion takes the name of a shell, %s", strings.Join(known, ", "))
			}
			script, err := shellScripts.ReadFile("completion/" + shells[c.Args().First()])
			if err != nil {
				return err
			}
			return a.print(string(script))
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
			found := complete(c.App, c.Args().Slice(), current.Value)
			var b strings.Builder
			for _, w := range found.words {
				fmt.Fprintf(&b, "%s\t%s\n", w.word, w.meaning)
			}
			fmt.Fprintf(&b, ":%s\n", found.paths)
			return a.print(b.String())
		},
	}
}
