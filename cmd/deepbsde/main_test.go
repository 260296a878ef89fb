package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	ossignal "os/signal"
	"strings"
	"syscall"
	"testing"
	"time"
)

// asProgram makes the test binary behave as deepbsde itself, with the pause between
// checkpoints of checkpointPauseOfTest.
const (
	asProgram             = "DEEPBSDE_TEST_AS_PROGRAM"
	checkpointPauseOfTest = "DEEPBSDE_TEST_CHECKPOINT_PAUSE"
)

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		if pause, err := time.ParseDuration(os.Getenv(checkpointPauseOfTest)); err == nil {
			checkpointPause = pause
		}
		main()
		os.Exit(0) // ranks of MPI but the first come back from it
	}
	os.Exit(m.Run())
}

// start runs deepbsde as a process of its own and waits for its first line on
// standard error, by when it handles signals and trains.
func start(t *testing.T, stdout *bytes.Buffer, args ...string) (*exec.Cmd, *bufio.Reader) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe, args...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	cmd.Stdout = stdout
	pipe, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stderr := bufio.NewReader(pipe)
	if line, err := stderr.ReadString('\n'); err != nil || !strings.HasPrefix(line, "iteration 0/") {
		t.Fatalf("first line %q, %v", line, err)
	}
	return cmd, stderr
}

// The result so far is printed, and the exit status says that it is not all.
func TestInterrupt(t *testing.T) {
	for _, signal := range []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		if ossignal.Ignored(signal) { // as under nohup, which the program respects
			continue
		}
		var stdout bytes.Buffer
		cmd, stderr := start(t, &stdout, "solve", "hjb", "--dim", "5", "--iterations", "100000000", "--json")
		time.Sleep(100 * time.Millisecond)
		if err := cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		var rest bytes.Buffer
		rest.ReadFrom(stderr)
		var exit *exec.ExitError
		if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 130 {
			t.Errorf("%v: ended with %v, want exit status 130", signal, err)
		}
		var r struct {
			Status     string
			Value      float64
			Iterations int
		}
		if err := json.Unmarshal(stdout.Bytes(), &r); err != nil || r.Status != "cancelled" || r.Value == 0 || r.Iterations == 0 {
			t.Errorf("%v: %v, got %s", signal, err, stdout.String())
		}
		if !strings.Contains(rest.String(), "deepbsde: interrupted after ") {
			t.Errorf("%v: standard error %q", signal, rest.String())
		}
	}
}

// A second signal does not wait for the work that the first one leaves, here some
// seconds for the estimate with a wide network.
func TestSecondInterrupt(t *testing.T) {
	var stdout bytes.Buffer
	cmd, stderr := start(t, &stdout, "solve", "hjb", "--dim", "5", "--hidden", "2000,2000")
	for range 2 {
		if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
		time.Sleep(50 * time.Millisecond)
	}
	begin := time.Now()
	var rest bytes.Buffer
	rest.ReadFrom(stderr)
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 130 || time.Since(begin) > 5*time.Second {
		t.Errorf("ended with %v after %v, want exit status 130 at once", err, time.Since(begin))
	}
	if stdout.Len() > 0 {
		t.Errorf("standard output %q, want nothing", stdout.String())
	}
}

// The whole way, with the real solver.
func TestSolveForReal(t *testing.T) {
	var stdout, stderr bytes.Buffer
	args := strings.Fields("solve hjb --dim 3 --iterations 100 --paths 4096 --json --quiet")
	ended := program(t.Context(), args, &stdout, &stderr)
	var r struct {
		Value     float64
		Trust     string
		Status    string
		Dim       int
		Reference struct{ Value float64 }
		Settings  struct {
			Paths int `json:"paths"`
		}
	}
	if err := json.Unmarshal(stdout.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	if r.Dim != 3 || r.Status != "converged" || r.Settings.Paths != 4096 || r.Value < 0.7 || r.Value > 0.9 {
		t.Errorf("got %+v", r)
	}
	// The exit status says whether the answer can be trusted, and standard error why not.
	if want := map[string]int{"yes": 0, "no": exitUntrusted}[r.Trust]; r.Trust == "" || ended != want || (ended == 0) != (stderr.Len() == 0) {
		t.Errorf("trust %q: status %d, standard error %q", r.Trust, ended, stderr.String())
	}
	stdout.Reset()
	status := program(t.Context(), strings.Fields("solve hjb --dim 3 --lr 1e6"), &stdout, &stderr)
	if status != 3 || stdout.Len() > 0 || !strings.Contains(stderr.String(), "training diverged: shorten the horizon") {
		t.Errorf("divergence: status %d, standard output %q, standard error %q", status, stdout.String(), stderr.String())
	}
}

// DEEPBSDE_KERNELS forces an instruction set, and an unknown one is a usage error.
func TestKernelsFromEnvironment(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	run := func(set string, args ...string) (string, error) {
		cmd := exec.CommandContext(t.Context(), exe, args...)
		cmd.Env = append(os.Environ(), asProgram+"=1", "DEEPBSDE_KERNELS="+set)
		out, err := cmd.CombinedOutput()
		return strings.TrimSpace(string(out)), err
	}
	if out, err := run("generic", "version"); err != nil || !strings.HasSuffix(out, " generic") {
		t.Errorf("version says %q, %v, want it to end with generic", out, err)
	}
	var exit *exec.ExitError
	out, err := run("mmx", "solve", "hjb")
	if !errors.As(err, &exit) || exit.ExitCode() != exitUsage || strings.Count(out, "\n") > 0 ||
		!strings.Contains(out, `DEEPBSDE_KERNELS: no instruction set "mmx" on this machine, want one of`) {
		t.Errorf("unknown set: %q, %v", out, err)
	}
}
