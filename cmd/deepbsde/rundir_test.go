package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/bsde/run"
)

// execute runs deepbsde in this process.
func execute(t *testing.T, args ...string) output {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status := program(t.Context(), args, &stdout, &stderr)
	return output{status: status, stdout: stdout.String(), stderr: stderr.String()}
}

// checkpointsOf are the checkpoints of a run.
func checkpointsOf(t *testing.T, dir string) []string {
	t.Helper()
	r, err := run.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	list, err := r.Checkpoints()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// result is result.json of a run without what depends on the time or the place.
func result(t *testing.T, dir string) map[string]any {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, run.ResultFile))
	if err != nil {
		t.Fatal(err)
	}
	var r map[string]any
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	delete(r, "seconds")
	delete(r, "seal")
	return r
}

func TestRunDirectory(t *testing.T) {
	for _, args := range []string{
		"hjb --dim 3 --iterations 40 --paths 256 --steps 4 --network shared",
		"lqr --dim 3 --iterations 40 --paths 256 --steps 4 --network per-step --segments 2 --precision float64",
	} {
		dir := filepath.Join(t.TempDir(), "run")
		words := append([]string{"solve", "--out", dir, "--quiet", "--json"}, strings.Fields(args)...)
		out := execute(t, words...)
		if !out.finished() || (out.stderr == "") != (out.status == 0) {
			t.Fatalf("%s: status %d, %s", args, out.status, out.stderr)
		}
		// The metrics have a line for each record.
		text, err := os.ReadFile(filepath.Join(dir, run.MetricsFile))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
		if err != nil || len(rows) != 22 || strings.Join(rows[0][:4], ",") != "iteration,loss,trained_value,seconds" || rows[21][0] != "40" {
			t.Errorf("%s: metrics %v, %v", args, rows, err)
		}
		var m run.Manifest
		text, err = os.ReadFile(filepath.Join(dir, run.ManifestFile))
		if err == nil {
			err = json.Unmarshal(text, &m)
		}
		if err != nil || !reflect.DeepEqual(m.Command, words) || !strings.Contains(string(m.Settings), `"iterations": 40`) || !strings.Contains(string(m.Settings), `"steps": 4`) {
			t.Errorf("%s: manifest %+v, %v", args, m, err)
		}
		// A finished run that is resumed gives the same result again, and writes nothing: not
		// even the lock, which another process may have.
		want := result(t, dir)
		other, err := run.Open(dir)
		if err == nil {
			err = other.Occupy()
		}
		if err != nil {
			t.Fatal(err)
		}
		if resumed := execute(t, "solve", "--resume", dir, "--quiet", "--json"); resumed.status != out.status || !strings.Contains(resumed.stderr, "is finished; this is its result") || !strings.Contains(resumed.stdout, `"iterations": 40`) {
			t.Errorf("resumed when finished: status %d, then %d, %s%s", out.status, resumed.status, resumed.stderr, resumed.stdout)
		}
		other.Close()
		if err := os.Remove(filepath.Join(dir, run.ResultFile)); err != nil { // as if it had been killed before the end
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		var stdout, stderr bytes.Buffer
		status := program(ctx, []string{"solve", "--resume", dir, "--quiet"}, &stdout, &stderr)
		if want := "\ncontinue with: " + resumeCommand(dir) + "\n"; status != exitInterrupted || !strings.HasSuffix(stderr.String(), want) {
			t.Errorf("%s: interrupted at once: status %d, standard error %q, want %q", args, status, stderr.String(), want)
		}
		if out := execute(t, "solve", "--resume", dir, "--quiet"); !out.finished() {
			t.Fatalf("status %d, %s", out.status, out.stderr)
		}
		if got := result(t, dir); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: resumed %v, want %v", args, got, want)
		}
		if again := execute(t, words...); again.status != exitUsage || !strings.Contains(again.stderr, "is not empty\n'deepbsde solve --resume") {
			t.Errorf("a second run into %s: status %d, %s", dir, again.status, again.stderr)
		}
	}
}

// TestKilledAtBirth: the directory of a run that was killed before it had its manifest can
// be had again; one that is not such a run's cannot.
func TestKilledAtBirth(t *testing.T) {
	for _, c := range []struct {
		files string
		ok    bool
	}{
		{"lock", true}, {"lock problem.yaml", true}, {"lock .run.json.123", true},
		{"problem.yaml", false}, {"lock notes.txt", false}, {".run.json.123", false},
	} {
		dir := t.TempDir()
		for _, name := range strings.Fields(c.files) {
			if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		out := execute(t, "solve", "hjb", "--dim", "2", "--iterations", "2", "--paths", "64", "--quiet", "--out", dir)
		if out.finished() != c.ok || !c.ok && !strings.Contains(out.stderr, "is not empty") {
			t.Errorf("%s: status %d, %s", c.files, out.status, out.stderr)
		}
		if _, err := os.Stat(filepath.Join(dir, ".run.json.123")); c.ok && err == nil {
			t.Errorf("%s: the half-written manifest is still there", c.files)
		}
	}
}

// TestDamagedCheckpoint: the newest one that is whole is used, with a warning; without
// any the run does not begin anew by itself.
func TestDamagedCheckpoint(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	if out := execute(t, strings.Fields("solve hjb --dim 3 --network shared --iterations 40 --paths 256 --steps 4 --quiet --out "+dir)...); !out.finished() {
		t.Fatal(out.stderr)
	}
	want := result(t, dir)
	if err := os.Remove(filepath.Join(dir, run.ResultFile)); err != nil {
		t.Fatal(err)
	}
	last := filepath.Join(dir, "checkpoint-000000040.safetensors")
	text, err := os.ReadFile(last)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "checkpoint-000000050.safetensors"), text[:len(text)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	out := execute(t, "solve", "--resume", dir, "--quiet")
	if !out.finished() || !strings.Contains(out.stderr, "checkpoint-000000050.safetensors: checkpoint: safetensors: ") {
		t.Errorf("status %d, %s", out.status, out.stderr)
	}
	if got := result(t, dir); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if err := os.Remove(filepath.Join(dir, run.ResultFile)); err != nil {
		t.Fatal(err)
	}
	list := checkpointsOf(t, dir)
	for _, name := range list {
		if err := os.WriteFile(name, []byte("nothing"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out := execute(t, "solve", "--resume", dir, "--quiet"); out.status != exitFailed || !strings.Contains(out.stderr, "no checkpoint of "+dir+" can be used") {
		t.Errorf("status %d, %s", out.status, out.stderr)
	}
	full := filepath.Dir(writeFile(t, "mine.txt", "not a run"))
	if out := execute(t, "solve", "hjb", "--dim", "2", "--iterations", "1", "--paths", "64", "--quiet", "--out", full); out.status != exitUsage || !strings.Contains(out.stderr, "is not empty\n--out wants the name of a new directory") {
		t.Errorf("status %d, %s", out.status, out.stderr)
	}
	if out := execute(t, "solve", "--resume", t.TempDir()); out.status != exitUsage || !strings.Contains(out.stderr, "is not a run: it has no run.json") {
		t.Errorf("status %d, %s", out.status, out.stderr)
	}
}

// TestSimulate: the trained policy of a run beside the optimal one.
func TestSimulate(t *testing.T) {
	root := t.TempDir()
	dir, plot, paths := filepath.Join(root, "run"), filepath.Join(root, "plot.svg"), filepath.Join(root, "paths.csv")
	if out := execute(t, strings.Fields("solve lqr --dim 3 --iterations 300 --steps 5 --paths 1024 --quiet --out "+dir)...); !out.finished() {
		t.Fatal(out.stderr)
	}
	out := execute(t, "simulate", dir, "--json", "--plot", plot, "--samples", paths)
	var r struct {
		Policies []struct {
			Policy       string
			Cost, StdErr float64
		}
		Difference float64
		DiffStdErr float64 `json:"difference_stderr"`
	}
	if err := json.Unmarshal([]byte(out.stdout), &r); err != nil || out.status != 0 || len(r.Policies) != 2 {
		t.Fatalf("status %d, %s, %v", out.status, out.stderr, err)
	}
	// No policy is better than the optimal one, and this one is nearly as good; on the
	// same noise that shows far below the standard error of the costs.
	if r.Difference < -5*r.DiffStdErr || r.Difference > 0.01*r.Policies[1].Cost || r.DiffStdErr > 0.2*r.Policies[1].StdErr {
		t.Errorf("%+v", r)
	}
	text, err := os.ReadFile(paths)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil || strings.Join(rows[0], ",") != "policy,path,step,time,x0,x1,x2,a0,a1,a2,cost" || len(rows) != 1+2*recordedPaths*6 {
		t.Errorf("%d rows, head %v, %v", len(rows), rows[0], err)
	}
	if picture, err := os.ReadFile(plot); err != nil || !strings.Contains(string(picture), "trained: sample paths") {
		t.Errorf("plot: %v", err)
	}
	if out := execute(t, "simulate", dir); out.status != 0 || !strings.Contains(out.stdout, "trained less optimal on the same noise: ") {
		t.Errorf("status %d, %s\n%s", out.status, out.stderr, out.stdout)
	}
	if out := execute(t, "simulate", dir, "--component", "3"); out.status != exitUsage || !strings.Contains(out.stderr, "want a number from 0 to 2") {
		t.Errorf("status %d, %s", out.status, out.stderr)
	}
}

// TestAwkwardDirectories: the name of a run directory is a name and no pattern, and one
// that another process trains in, or whose run.json was changed, is refused.
func TestAwkwardDirectories(t *testing.T) {
	root := t.TempDir()
	neighbour := filepath.Join(root, "runA")
	args := strings.Fields("solve hjb --dim 2 --iterations 40 --paths 64 --steps 3 --quiet --out")
	if out := execute(t, append(args, neighbour)...); !out.finished() {
		t.Fatal(out.stderr)
	}
	for _, name := range []string{"run*", "run[1]", "run?", `run\`, "a run"} {
		dir := filepath.Join(root, name)
		if out := execute(t, append(args, dir)...); !out.finished() {
			t.Fatal(out.stderr)
		}
		if list := checkpointsOf(t, dir); len(list) == 0 {
			t.Errorf("%s has the checkpoints %v", name, list)
		}
	}
	if list := checkpointsOf(t, neighbour); len(list) == 0 {
		t.Error("the neighbour has lost its checkpoints")
	}
	d, err := run.Open(neighbour)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(d.File(run.ResultFile)); err != nil { // as of a run that goes on
		t.Fatal(err)
	}
	if err := d.Occupy(); err != nil {
		t.Fatal(err)
	}
	if out := execute(t, "solve", "--resume", neighbour); out.status != exitFailed || !strings.Contains(out.stderr, "another process trains there") {
		t.Errorf("a run in use: status %d, %s", out.status, out.stderr)
	}
	d.Close()
	file := filepath.Join(neighbour, run.ManifestFile)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, changed := range []string{
		strings.Replace(string(text), `"seed": 1`, `"seed": 2`, 1),
		strings.Replace(string(text), `"lambda": 1`, `"lambda": 2`, 1),
		string(text) + "{}",
	} {
		if err := os.WriteFile(file, []byte(changed), 0o600); err != nil {
			t.Fatal(err)
		}
		if out := execute(t, "solve", "--resume", neighbour); out.status != exitUsage || !strings.Contains(out.stderr, "was changed after the run began") {
			t.Errorf("status %d, %s", out.status, out.stderr)
		}
	}
	// Wrong settings leave no directory behind.
	if out := execute(t, append(strings.Fields("solve lqr --dim 2 --segments 21 --quiet --out"), filepath.Join(root, "none"))...); out.status != exitUsage {
		t.Errorf("status %d, %s", out.status, out.stderr)
	}
	if _, err := os.Stat(filepath.Join(root, "none")); err == nil {
		t.Error("a run that could not begin left a directory")
	}
}

// TestFullDisk: a run goes on without its checkpoints, says so, and gives its result with
// exit status 1; what was saved before stays.
func TestFullDisk(t *testing.T) {
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("no shell to limit file sizes with")
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "run")
	// 8 KB hold run.json and the metrics, but no checkpoint.
	cmd := exec.CommandContext(t.Context(), "bash", "-c", `trap "" XFSZ; ulimit -f 8; exec "$@"`, "bash", exe, "solve", "hjb", "--dim", "5", "--iterations", "40", "--paths", "64", "--json", "--quiet", "--out", dir)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	var exit *exec.ExitError
	if err := cmd.Run(); !errors.As(err, &exit) || exit.ExitCode() != exitFailed {
		t.Fatalf("%v: %s", err, stderr.String())
	}
	var r struct{ Value float64 }
	if err := json.Unmarshal(stdout.Bytes(), &r); err != nil || r.Value == 0 {
		t.Errorf("%v in %s", err, stdout.String())
	}
	if !strings.Contains(stderr.String(), "the run is not saved: ") || !strings.Contains(stderr.String(), "file too large") {
		t.Errorf("standard error %s", stderr.String())
	}
}
