package main

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/deepbsde/deepbsde/autodiff/parallel/ranks"
	"github.com/deepbsde/deepbsde/bsde/run"
)

// killable are the kinds of runs that TestKilledRuns kills. What is kept of the last needs a build with the
// tag mpi: .ci/kills makes one.
var killable = []struct{ name, args string }{
	{"descent", "solve burgers --dim 5 --network shared --iterations 400 --paths 256 --steps 5"},
	{"fit", "solve hjb --dim 5 --paths 1024 --steps 8 --options passes=6"},
	{"policy", "solve lqr --dim 5 --iterations 400 --paths 256 --steps 5"},
	{"stopping", "solve bermudan-max-call --dim 2 --steps 9 --paths 256 --options samples=1024,outer=64,inner=16"},
	{"backward", "solve burgers --method backward --dim 3 --paths 256 --steps 8"},
	{"attempts", "solve hjb --dim 1 --set lambda=200 --paths 64 --gradient no --options passes=2,pass_paths=256"},
	{"sweep", "sweep quadratic-gradient --dim 2 --set alpha=0.4,0.8 --seeds 2 --steps 4 --paths 256 --network shared --iterations 60"},
	{"ranks", "solve burgers --dim 5 --network shared --iterations 400 --paths 256 --steps 5"},
}

// TestKilledRuns: a run of any kind that is killed at random moments and resumed ends in the bits of one
// that was not.
func TestKilledRuns(t *testing.T) {
	kills := 48
	if testing.Short() {
		kills = 8
	}
	if n, err := strconv.Atoi(os.Getenv("DEEPBSDE_KILLS")); err == nil {
		kills = n
	}
	for _, kind := range killable {
		t.Run(kind.name, func(t *testing.T) {
			if kind.name == "ranks" && !ranks.MPI {
				t.Skip("a build without the tag mpi")
			}
			k := killing{kind: kind.name, args: append(strings.Fields(kind.args), "--quiet"), rng: rand.New(rand.NewPCG(1, 2))}
			root := t.TempDir()
			whole := filepath.Join(root, "whole")
			if out := execute(t, append(k.args, "--out", whole)...); !out.finished() {
				t.Fatal(out.stderr)
			}
			want := k.results(t, whole)
			for attempt := 0; k.killed < max(kills/len(killable), 1); attempt++ {
				dir := filepath.Join(root, strconv.Itoa(attempt))
				k.finish(t, dir)
				if got := k.results(t, dir); !reflect.DeepEqual(got, want) {
					t.Fatalf("after %d kills: %v, want %v", k.killed, got, want)
				}
			}
			t.Logf("%d kills", k.killed)
		})
	}
}

// killing kills runs of one kind.
type killing struct {
	kind   string
	args   []string
	rng    *rand.Rand
	killed int
}

// finish makes a run, in as many processes as it takes.
func (k *killing) finish(t *testing.T, dir string) {
	t.Helper()
	command := append(k.args, "--out", dir)
	for tries := 0; ; tries++ {
		// Longer each time, for machines on which the beginning takes long.
		said, err := k.try(t, command, time.Duration(k.rng.IntN(400<<min(tries, 8)))*time.Millisecond)
		var exit *exec.ExitError
		if err == nil || errors.As(err, &exit) && exit.ExitCode() == exitUntrusted {
			return
		}
		// It may be killed after the end too, while it prints. mpirun has words of its own for a dead rank.
		if said != "" && !strings.Contains(said, "is finished; this is its result") && k.kind != "ranks" {
			t.Fatalf("%v: %v: %s", command, err, said)
		}
		if _, err := os.Stat(filepath.Join(dir, run.ManifestFile)); err == nil {
			command = []string{"solve", "--resume", dir, "--quiet"}
		}
	}
}

// try runs a command in a process that is killed after so long, if it has not ended.
func (k *killing) try(t *testing.T, command []string, after time.Duration) (said string, err error) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	words := append([]string{exe}, command...)
	if k.kind == "ranks" {
		words = append(strings.Fields("mpirun -n 2 --oversubscribe --bind-to none"), words...)
	}
	cmd := exec.CommandContext(t.Context(), words[0], words[1:]...)
	cmd.Env = append(os.Environ(), asProgram+"=1", checkpointPauseOfTest+"=1ms")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	select {
	case err = <-done:
		return stderr.String(), err
	case <-time.After(after):
	}
	victim := cmd.Process
	if k.kind == "ranks" {
		victim = k.rank(cmd.Process, exe)
	}
	if victim != nil {
		victim.Kill()
	}
	if err = <-done; err != nil && victim != nil {
		k.killed++
	}
	return stderr.String(), err
}

// rank is one of the two processes of exe that mpirun has started, nil while there are not both: mpirun does not
// always come through the death of one while it starts the other.
func (k *killing) rank(mpirun *os.Process, exe string) *os.Process {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", mpirun.Pid))
	if err != nil {
		return nil
	}
	var ranks []int
	for word := range strings.FieldsSeq(string(text)) {
		pid, err := strconv.Atoi(word)
		if is, e := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid)); err == nil && e == nil && is == exe {
			ranks = append(ranks, pid)
		}
	}
	if len(ranks) < 2 {
		return nil
	}
	p, err := os.FindProcess(ranks[k.rng.IntN(len(ranks))])
	if err != nil {
		return nil
	}
	return p
}

// results are those of a run, or of all runs of a sweep, without what depends on the time or the place.
func (k *killing) results(t *testing.T, dir string) (list []map[string]any) {
	t.Helper()
	dirs := []string{dir}
	if k.kind == "sweep" {
		var err error
		if dirs, err = filepath.Glob(filepath.Join(dir, "0*")); err != nil || len(dirs) != 4 {
			t.Fatalf("%v, %v, want 4 runs", dirs, err)
		}
	}
	for _, d := range dirs {
		list = append(list, result(t, d))
	}
	return list
}
