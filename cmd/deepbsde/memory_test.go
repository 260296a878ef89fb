package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestMemoryIsForeseen: products of settings that no machine has room for are one line and
// status 2, before anything is made; so are those beyond a limit of the process.
func TestMemoryIsForeseen(t *testing.T) {
	const few = " --start-paths 64"
	for args, want := range map[string]string{
		"solve hjb --dim 100000 --steps 100000 --batch 16777216 --network shared": "a batch of paths (batch × steps × d)",
		"solve hjb --dim 100000 --paths 16777216 --gradient 16777216":             "gradients of single paths (gradient × d)",
		"solve hjb --dim 2 --network per-step --hidden 65536,65536 --steps 500":   "the parameters of the network (hidden)",
		"solve fair-game --dim 20000 --steps 9000 --gradient no":                  "the paths of the fit (samples × steps × d)",
		"solve lqr --dim 100 --batch 16777216 --steps 10000 --segments 1":         "a batch of paths (batch × steps × noises)",
		"solve lqr --dim 10 --network per-step --hidden 65536,65536 --steps 500":  "the parameters of the network (hidden)",
	} {
		out := execute(t, append(strings.Fields(args+few), "--quiet")...)
		if out.status != exitUsage || !strings.Contains(out.stderr, "out of memory: at least ") || !strings.Contains(out.stderr, want) || strings.Count(out.stderr, "\n") != 1 {
			t.Errorf("%s: status %d, %s", args, out.status, out.stderr)
		}
	}
}

// TestMemoryLimit: under a limit of the address space a run that fits without it is refused.
func TestMemoryLimit(t *testing.T) {
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("no shell to limit memory with")
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-c", `ulimit -v 1500000; exec "$@"`, "bash", exe, "solve", "hjb", "--dim", "100", "--batch", "100000", "--network", "shared", "--quiet")
	cmd.Env = append(os.Environ(), asProgram+"=1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	var exit *exec.ExitError
	if err := cmd.Run(); !errors.As(err, &exit) || exit.ExitCode() != exitUsage || !strings.Contains(stderr.String(), "out of memory: at least ") || strings.Count(stderr.String(), "\n") != 1 {
		t.Errorf("%v: %.1000s", err, stderr.String())
	}
}
