package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/deepbsde/deepbsde/problems/file"
	"github.com/urfave/cli/v2"
)

func (a *app) importCommand() *cli.Command {
	return &cli.Command{
		Name:      "import",
		Usage:     "turn a configuration of the reference implementation into a settings file",
		UsageText: "deepbsde import FILE.json > settings.yaml",
		Description: "Reads a configuration of github.com/frankhan91/DeepBSDE. The first line of what it prints is the\n" +
			"command that solves the same problem with the same settings; comments say where each setting comes\n" +
			"from and what is left out.",
		HideHelpCommand: true,
		OnUsageError:    onUsageError,
		Action: func(c *cli.Context) error {
			path, err := oneFile(c, "configuration in JSON")
			if err != nil {
				return err
			}
			i, err := file.ReadConfiguration(path)
			if err != nil {
				return &exitError{status: exitUsage, err: err}
			}
			base := filepath.Base(path)
			title := strings.TrimSuffix(base, filepath.Ext(base))
			remarks := append([]string{
				solveCommandLine(i.Family.Name, i.Family, i.Dim, i.Set, title+".yaml"),
				"",
				fmt.Sprintf("From %q, a configuration of github.com/frankhan91/DeepBSDE.", base),
			}, i.Remarks...)
			return a.print(string(i.Settings.Text(remarks, i.Notes)))
		},
	}
}

// oneFile is the only path on the command line of c, of such a file.
func oneFile(c *cli.Context, what string) (string, error) {
	switch paths := c.Args().Slice(); {
	case len(paths) == 0:
		return "", usage(c, "%s needs the FILE of a %s", c.Command.Name, what)
	case len(paths) > 1:
		return "", usage(c, "%s takes one FILE, got %q and %q", c.Command.Name, paths[0], paths[1])
	default:
		return paths[0], nil
	}
}
