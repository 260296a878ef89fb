package flags

import (
	"regexp"
	"strings"

	"github.com/urfave/cli/v2"
)

var quotedPlaceholder = regexp.MustCompile("`([^`]*)`")

// Placeholder is the word of a flag's usage that names its value, and the usage in
// plain words.
func Placeholder(usage string) (word, plain string) {
	if m := quotedPlaceholder.FindStringSubmatch(usage); m != nil {
		word = m[1]
	}
	return word, strings.ReplaceAll(usage, "`", "")
}

// IsHelp tells whether f is the flag --help.
func IsHelp(f cli.Flag) bool { return f == cli.HelpFlag }

// Find is the flag that a word of the command line names, nil for none.
func Find(flags []cli.Flag, word string) cli.Flag {
	for _, f := range flags {
		for _, name := range f.Names() {
			if name == strings.TrimLeft(word, "-") {
				return f
			}
		}
	}
	return nil
}
