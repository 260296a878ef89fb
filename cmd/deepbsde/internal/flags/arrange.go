package flags

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/deepbsde/deepbsde/problems"
)

// Arrange moves flags in front of names, because cli stops reading flags at the
// first name and takes the rest for names. It refuses what cli would ignore or
// answer in a way of its own: unknown commands and flags and missing values.
func Arrange(root *cli.App, words []string) ([]string, error) {
	flags, names, err := split("", root.Flags, words, 1)
	if err != nil || len(flags) > 0 || len(names) == 0 {
		return flags, err // --help and --version answer by themselves
	}
	command := root.Command(names[0])
	if command == nil {
		return nil, &UsageError{"", &problems.UnknownError{What: "command", Name: names[0], Known: CommandNames(root)}}
	}
	arranged := []string{command.Name}
	flags, names, err = split(command.Name, command.Flags, names[1:], -1)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(flags, isHelp) {
		return append(arranged, "--help"), nil
	}
	if command.Name == "help" {
		switch {
		case len(names) > 1:
			return nil, &UsageError{"", fmt.Errorf("help takes one COMMAND, got %q and %q", names[0], names[1])}
		case len(names) == 1 && root.Command(names[0]) == nil:
			return nil, &UsageError{"", &problems.UnknownError{What: "command", Name: names[0], Known: CommandNames(root)}}
		}
		return append(append(arranged, flags...), names...), nil
	}
	return append(append(append(arranged, flags...), "--"), names...), nil
}

func isHelp(word string) bool {
	return strings.HasPrefix(word, "-") && slices.Contains(cli.HelpFlag.Names(), strings.TrimLeft(word, "-"))
}

// split separates the flags of a command, with their values, from names. After
// limit names all words are names; a negative limit is none.
func split(command string, known []cli.Flag, words []string, limit int) (flags, names []string, err error) {
	takesValue := map[string]bool{}
	for _, f := range append(slices.Clip(known), cli.HelpFlag) {
		for _, name := range f.Names() {
			takesValue[name] = f.(cli.DocGenerationFlag).TakesValue()
		}
	}
	isFlag := func(word string) bool {
		name, _, _ := strings.Cut(strings.TrimLeft(word, "-"), "=")
		_, ok := takesValue[name]
		return ok && strings.HasPrefix(word, "-")
	}
	for i := 0; i < len(words); i++ {
		word := words[i]
		switch {
		case len(names) == limit:
			return flags, append(names, words[i:]...), nil
		case word == "--":
			return flags, append(names, words[i+1:]...), nil
		case len(word) < 2 || word[0] != '-':
			names = append(names, word)
			continue
		case !isFlag(word) || strings.HasPrefix(word, "---"):
			return nil, nil, &UsageError{command, unknownFlag(word, command, known)}
		}
		flags = append(flags, word)
		name, _, hasValue := strings.Cut(strings.TrimLeft(word, "-"), "=")
		next := ""
		if i+1 < len(words) {
			next = words[i+1]
		}
		switch {
		case hasValue:
		case !takesValue[name] && (next == "true" || next == "false"):
			return nil, nil, &UsageError{command, fmt.Errorf("write %s=%s, not %[1]s %s", word, next)}
		case !takesValue[name]:
		case next == "" && i+1 == len(words), next == "--", isFlag(next):
			return nil, nil, &UsageError{command, fmt.Errorf("flag %s needs a value", word)}
		default:
			flags = append(flags, next)
			i++
		}
	}
	return flags, names, nil
}

// unknownFlag names the flag as it was written, without its value, and the
// nearest known one.
func unknownFlag(word, command string, known []cli.Flag) error {
	word, _, _ = strings.Cut(word, "=")
	msg := fmt.Sprintf("unknown flag %q", word)
	if command == "" {
		msg += " before the command"
	}
	var names []string
	for _, f := range append(slices.Clip(known), cli.HelpFlag) {
		names = append(names, f.Names()[0])
	}
	name := strings.TrimLeft(word, "-")
	if near := problems.Nearest(name, names); near != "" {
		msg += fmt.Sprintf(", did you mean %q?", "--"+near)
	} else if slices.Contains(names, "set") && isParameter(name) {
		msg += fmt.Sprintf("; a parameter is set with --set %s=VALUE", name)
	}
	return fmt.Errorf("%s", msg)
}

// isParameter tells whether a named problem has a parameter of that name.
func isParameter(name string) bool {
	return slices.ContainsFunc(problems.All(), func(f *problems.Family) bool {
		return slices.ContainsFunc(f.Params, func(p problems.Param) bool { return p.Name == name })
	})
}

// CommandNames are the names of all commands.
func CommandNames(root *cli.App) []string {
	var names []string
	for _, c := range root.Commands {
		if !c.Hidden {
			names = append(names, c.Name)
		}
	}
	return names
}

// UsageError is a command line that does not go, with the command that it is of, "" for
// none.
type UsageError struct {
	Command string
	Err     error
}

// Error is what is wrong.
func (e *UsageError) Error() string { return e.Err.Error() }

// Unwrap is what is wrong.
func (e *UsageError) Unwrap() error { return e.Err }
