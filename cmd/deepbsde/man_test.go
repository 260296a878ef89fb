package main

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
	"github.com/urfave/cli/v2"
)

// rendered is the manual page as a formatter shows it, in one long line a paragraph.
func rendered(t *testing.T, formatter string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(formatter); err != nil {
		t.Skip("no " + formatter)
	}
	page := runWith(t, nil, "man")
	if page.status != 0 || page.stderr != "" {
		t.Fatalf("%+v", page)
	}
	var complaints strings.Builder
	cmd := exec.Command(formatter, args...)
	cmd.Stdin, cmd.Stderr = strings.NewReader(page.stdout), &complaints
	out, err := cmd.Output()
	if err != nil || complaints.Len() > 0 {
		t.Errorf("%s: %v: %s", formatter, err, complaints.String())
	}
	text := regexp.MustCompile("\x1b\\[[0-9;]*m|.\b").ReplaceAllString(string(out), "")
	return strings.Join(strings.Fields(strings.ReplaceAll(text, "‐\n", "‐")), " ")
}

// The page has every command with its description and every flag with its meaning, and
// a formatter has no complaint.
func TestManRenders(t *testing.T) {
	// Wide lines, so that nothing is cut at a hyphen.
	text := rendered(t, "groff", "-man", "-Tutf8", "-ww", "-rLL=2000n", "-P-c")
	must := func(where, part string) {
		t.Helper()
		if part = strings.Join(strings.Fields(strings.ReplaceAll(part, "…", "...")), " "); !strings.Contains(text, part) {
			t.Errorf("%s: the page has no %q", where, part)
		}
	}
	root := (&app{}).root()
	for _, c := range root.Commands {
		if c.Hidden {
			continue
		}
		must(c.Name, c.Name+" "+c.Usage+" "+c.UsageText)
		must(c.Name, c.Description)
		for _, f := range c.Flags {
			value, usage := flags.Placeholder(f.(cli.DocGenerationFlag).GetUsage())
			must(c.Name, "--"+f.Names()[0]+" "+value+" "+usage)
		}
	}
	for _, part := range []string{"NAME deepbsde - " + root.Usage, "SYNOPSIS", "EXIT STATUS 0 done", "130 interrupted", "ENVIRONMENT", "NO_COLOR"} {
		must("page", part)
	}
	if strings.Contains(text, "__complete") {
		t.Error("the page has the hidden command")
	}
}
