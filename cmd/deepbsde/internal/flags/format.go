package flags

import (
	"errors"

	"github.com/urfave/cli/v2"
)

// Format chooses the format of a table. It is shared by the commands that print
// one for other programs to read.
type Format struct{ CSV, Markdown, JSON bool }

// Flags are --csv and --markdown; a command that has --json adds it where its help wants it.
func (f *Format) Flags() []cli.Flag {
	return []cli.Flag{
		Bool("csv", "print the table as CSV", &f.CSV),
		Bool("markdown", "print the table as Markdown", &f.Markdown),
	}
}

// Check refuses more than one format.
func (f *Format) Check() error {
	n := 0
	for _, given := range []bool{f.CSV, f.Markdown, f.JSON} {
		if given {
			n++
		}
	}
	if n > 1 {
		return errors.New("want one format at most of --csv, --markdown and --json")
	}
	return nil
}

// Name is text, csv or markdown.
func (f *Format) Name() string {
	switch {
	case f.CSV:
		return "csv"
	case f.Markdown:
		return "markdown"
	}
	return "text"
}
