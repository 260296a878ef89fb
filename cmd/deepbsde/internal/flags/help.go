package flags

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// commandHelp is the help of a command, with its flags in their order, under their headings.
const commandHelp = `NAME:
   {{template "helpNameTemplate" .}}

USAGE:
   {{template "usageTemplate" .}}{{if .Description}}

DESCRIPTION:
   {{template "descriptionTemplate" .}}{{end}}

OPTIONS:{{$heading := ""}}{{range .VisibleFlags}}{{if ne .GetCategory $heading}}{{$heading = .GetCategory}}
{{if $heading}}   {{$heading}}:{{end}}{{end}}
   {{if $heading}}  {{end}}{{.String}}{{end}}
`

// Under puts commands under a heading of the help, each with its examples, which are lines
// without the program's name.
func Under(heading string, examples map[string][]string, list ...*cli.Command) []*cli.Command {
	for _, c := range list {
		c.Category, c.CustomHelpTemplate = heading, commandHelp
		if lines := examples[c.Name]; len(lines) > 0 {
			c.Description = strings.TrimPrefix(c.Description+"\n\nExamples:\n  deepbsde "+strings.Join(lines, "\n  deepbsde "), "\n\n")
		}
	}
	return list
}

// Group puts flags under a heading of the help.
func Group(heading string, list ...cli.Flag) []cli.Flag {
	for _, f := range list {
		switch f := f.(type) {
		case *cli.GenericFlag:
			f.Category = heading
		case *cli.BoolFlag:
			f.Category = heading
		}
	}
	return list
}

// Together is all lists in one, with each heading once: its flags stand where the first of them does.
func Together(lists ...[]cli.Flag) []cli.Flag {
	all := slices.Concat(lists...)
	first := map[string]int{}
	heading := func(f cli.Flag) string {
		if c, ok := f.(cli.CategorizableFlag); ok {
			return c.GetCategory()
		}
		return ""
	}
	for i, f := range all {
		if _, known := first[heading(f)]; !known {
			first[heading(f)] = i
		}
	}
	slices.SortStableFunc(all, func(a, b cli.Flag) int { return first[heading(a)] - first[heading(b)] })
	return all
}
