package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/deepbsde/deepbsde/bsde"
	"golang.org/x/sys/unix"
)

// openTerminal is a pseudo-terminal with the given number of columns.
func openTerminal(t *testing.T, columns uint16) (master, terminal *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no pseudo-terminals here: ", err)
	}
	fd := int(master.Fd())
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		err = unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: columns})
	}
	if err == nil {
		terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	}
	if err != nil {
		t.Skip("no pseudo-terminals here: ", err)
	}
	return master, terminal
}

// runOnTerminal runs the program with a terminal as standard error and returns
// what appeared on it.
func runOnTerminal(t *testing.T, columns uint16, solve func(call) (*bsde.Result, error), args ...string) (status int, stdout, screen string) {
	t.Helper()
	master, terminal := openTerminal(t, columns)
	defer master.Close()
	read := make(chan string)
	go func() {
		b, _ := io.ReadAll(master) // ends with EIO when the last writer closes
		read <- string(b)
	}()
	var out bytes.Buffer
	a := &app{stdout: &out, stderr: terminal, solve: fakeSolve(solve)}
	status = a.run(t.Context(), args)
	terminal.Close()
	return status, out.String(), <-read
}

func TestBarOnATerminal(t *testing.T) {
	t.Setenv("TERM", "xterm")
	slow := func(c call) (*bsde.Result, error) {
		for i := 0; i <= 600; i += 100 {
			r := bsde.Record{Iteration: i, Loss: 0.0123, Value: 4.58}
			c.settings.Progress(bsde.Progress{Phase: "training", Iteration: i, Iterations: 600, Record: &r})
			time.Sleep(60 * time.Millisecond)
		}
		c.settings.Progress(bsde.Progress{Phase: "estimate", Iteration: 0, Iterations: 1000})
		time.Sleep(300 * time.Millisecond)
		return fakeResult(c), nil
	}
	for _, columns := range []uint16{120, 80, 40} {
		status, stdout, screen := runOnTerminal(t, columns, slow, "solve", "hjb")
		if status != 0 || !strings.Contains(stdout, "4.5899 ± 0.0021") || strings.Contains(stdout, "\x1b") {
			t.Fatalf("status %d, standard output %q", status, stdout)
		}
		if columns >= 120 {
			for _, part := range []string{"training", "/600", "loss 0.0123", "Y0 4.58", "ETA", "estimate", "/1000"} {
				if !strings.Contains(screen, part) {
					t.Errorf("%d columns: %q is missing in %q", columns, part, screen)
				}
			}
		}
		i := strings.LastIndex(screen, "\x1b[J")
		if i < 0 || strings.TrimSpace(screen[i+len("\x1b[J"):]) != "" {
			t.Errorf("%d columns: the bar is not cleared: %q", columns, screen)
		}
		for line := range strings.Lines(screen) {
			line = line[strings.LastIndex(line, "\x1b[J")+1:]
			line = strings.TrimPrefix(strings.TrimRight(line, "\r\n"), "[J")
			if n := len([]rune(line)); n > int(columns) {
				t.Errorf("%d columns: a line of %d: %q", columns, n, line)
			}
		}
	}
}

// A terminal that cannot move its cursor or has no size gets lines, and a quiet
// run nothing.
func TestNoBar(t *testing.T) {
	for _, c := range []struct {
		term    string
		columns uint16
	}{{"dumb", 80}, {"xterm", 0}, {"xterm", 20}} {
		t.Setenv("TERM", c.term)
		_, _, screen := runOnTerminal(t, c.columns, reporting, "solve", "hjb")
		if !strings.Contains(screen, "iteration 200/600") || strings.Contains(screen, "\x1b") {
			t.Errorf("%s with %d columns: %q", c.term, c.columns, screen)
		}
	}
	t.Setenv("TERM", "xterm")
	if _, _, screen := runOnTerminal(t, 80, reporting, "solve", "hjb", "--quiet"); screen != "" {
		t.Errorf("quiet: %q", screen)
	}
	failing := func(call) (*bsde.Result, error) { return nil, fmt.Errorf("out of luck") }
	if status, _, screen := runOnTerminal(t, 80, failing, "solve", "hjb"); status != 1 || screen != "deepbsde: out of luck\r\n" {
		t.Errorf("failing before the first report: status %d, %q", status, screen)
	}
}

// TestWaitOnATerminal: a reference says what it computes, and leaves nothing on the screen.
func TestWaitOnATerminal(t *testing.T) {
	t.Setenv("TERM", "xterm")
	impatient(t)
	_, stdout, screen := runOnTerminal(t, 80, nil, strings.Fields("reference "+strings.Replace(slowReference, "40000", "400000", 1))...)
	i := strings.LastIndex(screen, "\x1b[J")
	if !strings.Contains(screen, "hjb, cole-hopf-mc, seed 3  ") || !strings.Contains(stdout, "cole-hopf-mc") || i < 0 || strings.TrimSpace(screen[i+len("\x1b[J"):]) != "" {
		t.Errorf("%q on the screen, %q printed", screen, stdout)
	}
}
