package main

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"
)

// usage is a usage error in the command that c runs.
func usage(c *cli.Context, format string, args ...any) error {
	return usageOf(c.Command.Name, fmt.Errorf(format, args...))
}

// usageOf is a usage error with a pointer to the command's help.
func usageOf(command string, err error) error {
	if command != "" && command != "deepbsde" {
		command += " "
	} else {
		command = ""
	}
	return &exitError{exitUsage, err, fmt.Sprintf("run 'deepbsde %s--help'", command)}
}

// onUsageError takes over the values that cli cannot parse. cli's own handler
// would print the whole help on standard output.
func onUsageError(c *cli.Context, err error, _ bool) error {
	msg := err.Error() // invalid value "x" for flag -dim: …
	msg = strings.Replace(msg, "for flag -", "for flag --", 1)
	msg = strings.Replace(msg, "boolean value", "value", 1)
	msg = strings.Replace(msg, " for -", " for flag --", 1)
	msg = strings.Replace(msg, ": parse error", ": want true or false", 1)
	return usageOf(c.Command.Name, fmt.Errorf("%s", msg))
}

// oneName is the only name on the command line of c.
func oneName(c *cli.Context) (string, error) {
	switch names := c.Args().Slice(); len(names) {
	case 0:
		return "", usage(c, "%s needs the NAME of a problem ('deepbsde problems' lists them)", c.Command.Name)
	case 1:
		return names[0], nil
	default:
		return "", usage(c, "%s takes one NAME, got %q and %q", c.Command.Name, names[0], names[1])
	}
}

// noNames is an error if there is a name on the command line of c.
func noNames(c *cli.Context) error {
	if c.Args().Present() {
		return usage(c, "%s takes no NAME, got %q", c.Command.Name, c.Args().First())
	}
	return nil
}
