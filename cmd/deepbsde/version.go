package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/notice"
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

// versionLine is the version of the module as the Go toolchain recorded it, the
// Go version, the platform and the instruction set.
func versionLine() string {
	version := "unknown"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		version = info.Main.Version
	}
	kernels, _ := autodiff.Kernels() // an error in its choice is that of a command that computes
	return fmt.Sprintf("deepbsde %s %s %s/%s %s\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH, kernels)
}
