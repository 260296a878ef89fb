package main

import "github.com/urfave/cli/v2"

// formatFlags choose the format of a table. They are shared by the commands that print
// one for other programs to read.
type formatFlags struct{ csv, markdown, json bool }

func (f *formatFlags) flags() []cli.Flag {
	return []cli.Flag{
		boolFlag("csv", "print the table as CSV", &f.csv),
		boolFlag("markdown", "print the table as Markdown", &f.markdown),
	}
}

// check refuses more than one format.
func (f *formatFlags) check(c *cli.Context) error {
	n := 0
	for _, given := range []bool{f.csv, f.markdown, f.json} {
		if given {
			n++
		}
	}
	if n > 1 {
		return usage(c, "want one format at most of --csv, --markdown and --json")
	}
	return nil
}

// name is text, csv or markdown.
func (f *formatFlags) name() string {
	switch {
	case f.csv:
		return "csv"
	case f.markdown:
		return "markdown"
	}
	return "text"
}
