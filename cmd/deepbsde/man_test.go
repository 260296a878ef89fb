package main

import (
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/manual"
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

// TestHelpOfCommands: the program alone prints its help; every command has examples there, whose commands
// and flags exist, and flags keep their order.
func TestHelpOfCommands(t *testing.T) {
	alone := runWith(t, nil)
	if help := runWith(t, nil, "--help"); alone.status != 0 || alone.stderr != "" || alone.stdout != help.stdout || !strings.Contains(alone.stdout, "Answers:") {
		t.Errorf("alone: %+v", alone)
	}
	root := (&app{}).root()
	for _, c := range root.Commands {
		if c.Hidden || c.Name == "help" { // whose help is that of the program
			continue
		}
		help := runWith(t, nil, c.Name, "--help")
		if help.status != 0 || len(manual.Examples[c.Name]) == 0 {
			t.Errorf("%s: %d examples, %+v", c.Name, len(manual.Examples[c.Name]), help)
		}
		at := 0
		for _, f := range c.Flags {
			next := strings.Index(help.stdout[at:], " --"+f.Names()[0])
			if next < 0 {
				t.Errorf("%s: no flag %s after the one before", c.Name, f.Names()[0])
				continue
			}
			at += next
		}
		for _, line := range manual.Examples[c.Name] {
			if !strings.Contains(help.stdout, "deepbsde "+line+"\n") {
				t.Errorf("%s: the help lacks %q", c.Name, line)
			}
			words := strings.Fields(line)
			if words[0] != c.Name {
				t.Errorf("%s: example of another command, %q", c.Name, line)
			}
			for _, w := range words {
				if name, ok := strings.CutPrefix(w, "--"); ok && !slices.ContainsFunc(c.Flags, func(f cli.Flag) bool { return f.Names()[0] == name }) {
					t.Errorf("%s: no flag %s, which an example has", c.Name, w)
				}
			}
		}
	}
}
