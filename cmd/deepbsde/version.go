package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/deepbsde/deepbsde/autodiff"
	"github.com/urfave/cli/v2"
)

func (a *app) versionCommand() *cli.Command {
	return &cli.Command{
		Name:            "version",
		Usage:           "print the version",
		UsageText:       "deepbsde version",
		HideHelpCommand: true,
		OnUsageError:    onUsageError,
		Action: func(c *cli.Context) error {
			if err := noNames(c); err != nil {
				return err
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
