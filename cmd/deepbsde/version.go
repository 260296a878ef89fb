package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

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
// Go version and the platform.
func versionLine() string {
	version := "unknown"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		version = info.Main.Version
	}
	return fmt.Sprintf("deepbsde %s %s %s/%s\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
