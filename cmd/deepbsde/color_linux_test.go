package main

import (
	"regexp"
	"testing"

	"github.com/deepbsde/deepbsde/bsde"
)

var colour = regexp.MustCompile("\x1b\\[[0-9;:]*m")

// TestNoColour: whatever NO_COLOR says, nothing is coloured, on a terminal or elsewhere; a
// terminal gets the moves of its cursor that the progress bar needs and no more.
func TestNoColour(t *testing.T) {
	t.Setenv("TERM", "xterm-256color")
	for _, value := range []string{"", "1"} {
		t.Setenv("NO_COLOR", value)
		for _, args := range [][]string{{"solve", "hjb"}, {"solve", "hbj"}, {"solve", "--help"}} {
			if _, stdout, screen := runOnTerminal(t, 100, reporting, args...); colour.MatchString(stdout) || colour.MatchString(screen) {
				t.Errorf("NO_COLOR=%q, %v: %q and on the terminal %q", value, args, stdout, screen)
			}
		}
		diverged := func(c call) (*bsde.Result, error) {
			r := fakeResult(c)
			r.Status = bsde.Diverged
			return r, nil
		}
		if _, stdout, screen := runOnTerminal(t, 100, diverged, "solve", "hjb"); colour.MatchString(stdout) || colour.MatchString(screen) {
			t.Errorf("NO_COLOR=%q, diverged: %q and on the terminal %q", value, stdout, screen)
		}
		for _, args := range [][]string{{"problems"}, {"show", "hjb"}, {"help"}, {"settings", "hjb"}, {"reference", "hjb"}} {
			if out := runWith(t, nil, args...); colour.MatchString(out.stdout + out.stderr) {
				t.Errorf("NO_COLOR=%q, %v: %+v", value, args, out)
			}
		}
	}
}
