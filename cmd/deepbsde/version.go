package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/notice"
	"github.com/deepbsde/deepbsde/cmd/internal/version"
	"github.com/urfave/cli/v2"
)

func (a *app) versionCommand() *cli.Command {
	var licences bool
	return &cli.Command{
		Name:            "version",
		Usage:           "print the version",
		UsageText:       "deepbsde version [--licenses]",
		HideHelpCommand: true,
		OnUsageError:    onUsageError,
		Flags:           []cli.Flag{flags.Bool("licenses", "print the licences of all that the program is linked from", &licences)},
		Action: func(c *cli.Context) error {
			if err := noNames(c); err != nil {
				return err
			}
			if licences {
				return a.print(notice.Text)
			}
			return a.print(versionLine())
		},
	}
}

// versionLine is the version, the Go version, the platform and the instruction set.
func versionLine() string {
	kernels, _ := autodiff.Kernels() // an error in its choice is that of a command that computes
	return fmt.Sprintf("deepbsde %s %s %s/%s %s\n", versionOf(debug.ReadBuildInfo()), runtime.Version(), runtime.GOOS, runtime.GOARCH, kernels)
}

// versionOf is the version of the sources, with the commit where the program was built from one that
// is not the release itself.
func versionOf(info *debug.BuildInfo, known bool) string {
	v := version.Release
	if !known || info.Main.Version == v {
		return v
	}
	commit, modified := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			commit = "+" + s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			modified = ".modified"
		}
	}
	if commit == "" {
		return v
	}
	return v + commit + modified
}
