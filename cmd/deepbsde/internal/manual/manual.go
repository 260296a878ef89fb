// Package manual writes the manual page from the description of the commands.
package manual

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
)

// exitStatuses and environment are what the commands do not say of themselves.
var (
	exitStatuses = [][2]string{
		{"0", "done"},
		{"1", "failed"},
		{"2", "wrong usage, or an invalid problem, setting or file"},
		{"3", "training diverged"},
		{"4", "finished, but an answer is not trustworthy; it is printed, with the reasons"},
		{"130", "interrupted; the result so far is printed, and with --out the command that resumes the run"},
	}
	environment = [][2]string{
		{"DEEPBSDE_KERNELS", "the instruction set of the numeric kernels, avx512, avx2 or generic (default: the best that the processor has)"},
		{"GOMAXPROCS", "the default number of workers"},
		{"NO_COLOR", "has no effect: no output is ever coloured"},
		{"TERM", "where it is dumb, progress is shown as lines and not as a bar"},
	}
)

// Page is the manual page in roff, section 1, of a version of the program. cli's own page
// leaves the descriptions of the commands out.
func Page(root *cli.App, version string) string {
	var m page
	fmt.Fprintf(&m, ".TH DEEPBSDE 1 \"\" \"%s\" \"User Commands\"\n", roff(version))
	m.section("NAME")
	fmt.Fprintf(&m, "deepbsde \\- %s\n", roff(root.Usage))
	m.section("SYNOPSIS")
	m.verbatim(root.UsageText)
	m.section("DESCRIPTION")
	m.text(root.Description)
	m.section("OPTIONS")
	m.flags(root.Flags)
	m.section("COMMANDS")
	for _, c := range root.Commands {
		if c.Hidden {
			continue
		}
		fmt.Fprintf(&m, ".SS %s\n", roff(c.Name))
		m.text(c.Usage)
		m.verbatim(c.UsageText)
		m.text(c.Description)
		m.flags(slices.DeleteFunc(slices.Clone(c.Flags), flags.IsHelp)) // of the command that runs
	}
	m.section("EXIT STATUS")
	m.list(exitStatuses)
	m.section("ENVIRONMENT")
	m.list(environment)
	return m.String()
}

// page is a text in roff with the macros man.
type page struct{ strings.Builder }

func (m *page) section(title string) { fmt.Fprintf(m, ".SH %s\n", title) }

// text is a paragraph of filled lines; those that begin with a blank stay as they are.
func (m *page) text(s string) {
	if s == "" {
		return
	}
	m.WriteString(".PP\n")
	for _, line := range strings.Split(s, "\n") {
		if strings.HasPrefix(line, " ") {
			m.WriteString(".br\n")
		}
		m.WriteString(roff(line) + "\n")
	}
}

// verbatim are lines that are not filled.
func (m *page) verbatim(s string) {
	if s == "" {
		return
	}
	m.WriteString(".PP\n.nf\n")
	for _, line := range strings.Split(s, "\n") {
		m.WriteString("\\fB" + roff(line) + "\\fP\n")
	}
	m.WriteString(".fi\n")
}

func (m *page) list(items [][2]string) {
	for _, item := range items {
		fmt.Fprintf(m, ".TP\n\\fB%s\\fP\n%s\n", roff(item[0]), roff(item[1]))
	}
}

func (m *page) flags(list []cli.Flag) {
	for _, f := range list {
		value, usage := flags.Placeholder(f.(cli.DocGenerationFlag).GetUsage())
		name := "\\fB\\-\\-" + roff(f.Names()[0]) + "\\fP"
		if value != "" {
			name += " \\fI" + roff(value) + "\\fP"
		}
		fmt.Fprintf(m, ".TP\n%s\n%s\n", name, roff(usage))
	}
}
