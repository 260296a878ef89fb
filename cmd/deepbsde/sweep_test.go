package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// swept are the words of a small sweep of three values and two seeds.
func swept(more ...string) []string {
	return append(strings.Fields("sweep hjb --dim 2 --set lambda=1,2 --set-range horizon=0.5:1:2 --seeds 2 --steps 4 --iterations 30 --network shared --paths 256 --quiet"), more...)
}

// TestSweep: one that is interrupted twice, and one in three shares that is merged, end in the
// table of one that was not.
func TestSweep(t *testing.T) {
	root := t.TempDir()
	whole := filepath.Join(root, "whole")
	want := execute(t, swept("--out", whole, "--csv")...)
	if !want.finished() {
		t.Fatalf("status %d, %s", want.status, want.stderr)
	}
	rows, err := csv.NewReader(strings.NewReader(want.stdout)).ReadAll()
	if err != nil || len(rows) != 9 || strings.Join(rows[0], ",") != "lambda,horizon,seed,value,error,trust,lower,upper,stderr,residual_ratio,status" || strings.Join(rows[8][:3], ",") != "2,1,2" {
		t.Fatalf("%v, %v", rows, err)
	}
	if again := execute(t, swept("--out", whole, "--csv")...); again.stdout != want.stdout || again.status != want.status {
		t.Errorf("a second time: status %d, %s%s", again.status, again.stdout, again.stderr)
	}

	interruptedTwice(t, want, swept("--csv", "--out", filepath.Join(root, "stopped")))
	var shares []string
	for _, shard := range []string{"1/3", "2/3", "3/3"} {
		share := filepath.Join(root, "share "+shard[:1])
		if out := execute(t, swept("--out", share, "--shard", shard)...); !out.finished() {
			t.Fatalf("%s: status %d, %s", shard, out.status, out.stderr)
		}
		shares = append(shares, share)
	}
	if out := execute(t, append([]string{"merge", "--csv"}, shares...)...); out.stdout != want.stdout || out.status != want.status {
		t.Errorf("merged: status %d, %s\n%s", out.status, out.stderr, out.stdout)
	}
	if out := execute(t, "merge", shares[0]); out.status != exitFailed || !strings.Contains(out.stderr, "5 of 8 runs are not done") || !strings.Contains(out.stdout, "missing") {
		t.Errorf("one share: status %d, %s%s", out.status, out.stdout, out.stderr)
	}

	picture := filepath.Join(root, "sweep.svg")
	if out := execute(t, "merge", whole, "--plot", picture, "--json"); !json.Valid([]byte(out.stdout)) || strings.Count(out.stdout, `"seed"`) != 8 {
		t.Errorf("status %d, %s%s", out.status, out.stdout, out.stderr)
	}
	if text, err := os.ReadFile(picture); err != nil || !strings.Contains(string(text), `aria-label="lambda"`) {
		t.Errorf("the picture: %v", err)
	}
	if out := execute(t, "merge", whole, "--markdown"); !strings.HasPrefix(out.stdout, "| lambda | horizon | seed | value |") {
		t.Errorf("%s", out.stdout)
	}
	if out := execute(t, "runs", whole, "--csv", "--problem", "hjb"); out.status != 0 || strings.Count(out.stdout, "\n") != 9 {
		t.Errorf("status %d, %s%s", out.status, out.stdout, out.stderr)
	}
	if out := execute(t, "runs", root, "--status", "unreadable"); out.status != 0 || strings.Count(out.stdout, "\n") != 2 {
		t.Errorf("status %d, %s%s", out.status, out.stdout, out.stderr)
	}
	if out := execute(t, "sweep", "hjb", "--set", "lambda=1,3", "--out", whole); out.status != exitUsage || !strings.Contains(out.stderr, "has another sweep") {
		t.Errorf("status %d, %s", out.status, out.stderr)
	}
	if out := execute(t, "merge", whole, root); out.status != exitUsage || !strings.Contains(out.stderr, "is not a sweep: it has no sweep.json") {
		t.Errorf("status %d, %s", out.status, out.stderr)
	}
}

// interruptedTwice makes a sweep, whose folder is the last word, that is stopped twice on its way, and demands the
// output of one that was not.
func interruptedTwice(t *testing.T, want output, words []string) {
	t.Helper()
	dir := words[len(words)-1]
	stops := 0
	for ; ; stops++ {
		ctx, cancel := context.WithCancel(t.Context())
		if stops < 2 {
			go func() { // when the next runs are there
				for ctx.Err() == nil {
					if list, _ := filepath.Glob(filepath.Join(dir, "*", "run.json")); len(list) > 2+3*stops {
						cancel()
					}
					time.Sleep(time.Millisecond)
				}
			}()
		}
		var stdout, stderr bytes.Buffer
		status := program(ctx, words, &stdout, &stderr)
		cancel()
		if status != exitInterrupted {
			if stdout.String() != want.stdout || status != want.status {
				t.Errorf("after %d stops: status %d\n%s\nwant %d\n%s", stops, status, stdout.String(), want.status, want.stdout)
			}
			break
		}
		if !strings.Contains(stderr.String(), "the same command goes on") || !strings.Contains(stdout.String(), ",missing") {
			t.Errorf("stopped: %s\n%s", stderr.String(), stdout.String())
		}
	}
	if stops != 2 {
		t.Errorf("%d stops", stops)
	}
}

// TestLargeSweep: nine values of a parameter and five seeds, interrupted twice, and in three shares, end in one table.
func TestLargeSweep(t *testing.T) {
	if testing.Short() {
		t.Skip("135 runs")
	}
	root := t.TempDir()
	args := strings.Fields("sweep hjb --dim 1 --set-range lambda=1:3:9 --seeds 5 --steps 2 --iterations 4 --network shared --paths 64 --start-paths 64 --gradient no --quiet --csv")
	want := execute(t, append(args, "--out", filepath.Join(root, "whole"))...)
	if !want.finished() || strings.Count(want.stdout, "\n") != 46 {
		t.Fatalf("status %d, %s%s", want.status, want.stderr, want.stdout)
	}
	interruptedTwice(t, want, append(args, "--out", filepath.Join(root, "stopped")))
	merge := []string{"merge", "--csv"}
	for _, shard := range []string{"1/3", "2/3", "3/3"} {
		share := filepath.Join(root, "share "+shard[:1])
		if out := execute(t, append(args, "--shard", shard, "--out", share)...); !out.finished() || strings.Count(out.stdout, "\n") != 16 {
			t.Fatalf("%s: status %d, %s%s", shard, out.status, out.stderr, out.stdout)
		}
		merge = append(merge, share)
	}
	if out := execute(t, merge...); out.stdout != want.stdout || out.status != want.status {
		t.Errorf("merged: status %d, %s\n%s", out.status, out.stderr, out.stdout)
	}
}

// TestSearch: a search for settings trains anew the choices with the smallest errors, on more gradient steps,
// and ends in the same table when it is interrupted.
func TestSearch(t *testing.T) {
	root := t.TempDir()
	args := strings.Fields("sweep hjb --dim 2 --set lambda=1 --steps 4 --paths 256 --search lr=1e-4:1e-1:log --search hidden=4,8x8 --choices 4 --keep 2 --budget 40 --quiet --csv --out")
	whole := filepath.Join(root, "whole")
	want := execute(t, append(args, whole)...)
	if !want.finished() {
		t.Fatalf("status %d, %s", want.status, want.stderr)
	}
	rows, err := csv.NewReader(strings.NewReader(want.stdout)).ReadAll()
	if err != nil || len(rows) != 8 || strings.Join(rows[0], ",") != "lambda,round,budget,lr,hidden,seed,value,error,trust,lower,upper,stderr,residual_ratio,status" {
		t.Fatalf("%v, %v", rows, err)
	}
	for i, row := range rows[1:] {
		if got, want := strings.Join(row[1:3], ","), strings.Split("1,10 1,10 1,10 1,10 2,20 2,20 3,40", " ")[i]; got != want {
			t.Errorf("run %d has round and budget %s, want %s", i, got, want)
		}
	}
	interruptedTwice(t, want, append(args, filepath.Join(root, "stopped")))
	var object struct {
		Best map[string]string
		Runs []struct{ Settings map[string]string }
	}
	out := execute(t, "merge", whole, "--json")
	if err := json.Unmarshal([]byte(out.stdout), &object); err != nil || out.status != want.status || len(object.Runs) != 7 || object.Best["lr"] != rows[7][3] || object.Best["hidden"] != rows[7][4] {
		t.Errorf("status %d, %v: %s", out.status, err, out.stdout)
	}
	if text := execute(t, "merge", whole).stdout; !strings.HasSuffix(text, "best: --lr "+rows[7][3]+" --hidden "+strings.ReplaceAll(rows[7][4], "x", ",")+" --iterations 40\n") {
		t.Errorf("%s", text)
	}
	// One by time trains until it is over.
	if out := execute(t, strings.Fields("sweep hjb --dim 2 --steps 4 --paths 256 --iterations 1000000 --search lr=1e-4:1e-1:log --choices 2 --keep 2 --budget 400ms --quiet --csv --out "+filepath.Join(root, "time"))...); !out.finished() || strings.Count(out.stdout, ",time-limit\n") != 3 {
		t.Errorf("status %d, %s%s", out.status, out.stdout, out.stderr)
	}
}

// TestSweepMistakes: what is wrong is said before anything is trained or made.
func TestSweepMistakes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "sweep")
	for args, want := range map[string]string{
		"sweep hjb --set lambda=1,2":                                                "sweep needs --out DIR",
		"sweep hjb --set lambda=1,x --out " + dir:                                   `"x" is not a number`,
		"sweep hjb --set lambda=1,1 --out " + dir:                                   "stands there twice",
		"sweep hjb --set lambda=1 --set lambda=2 --out " + dir:                      "lambda is set twice",
		"sweep hjb --set-range lambda=2:1:3 --out " + dir:                           "want LOW:HIGH:COUNT",
		"sweep hjb --set lambda=1,-1000 --out " + dir:                               "lambda",
		"sweep hjb --set none=1,2 --out " + dir:                                     "none",
		"sweep hjb --set lambda=1,2 --shard 3/2 --out " + dir:                       "want I/N with I from 1 to 2",
		"sweep hjb --set lambda=1,2 --shard auto/2 --out " + dir:                    "neither is set",
		"sweep hjb --set-range lambda=1:2:90000 --seeds 9 --out " + dir:             "8.1e+05 runs, want 100000 at most",
		"sweep --set lambda=1 --out " + dir:                                         "needs the NAME of a problem",
		"sweep hjb --keep 2 --out " + dir:                                           "--keep needs --search",
		"sweep hjb --search lr=1e-3:1e-2 --seeds 2 --out " + dir:                    "--seeds does not go with --search",
		"sweep hjb --search lr=1e-3:1e-2 --set lambda=1,2 --out " + dir:             "wants one value of lambda, not 2",
		"sweep hjb --search lr=1e-3:1e-2 --lr 1e-3 --out " + dir:                    "lr is given and searched",
		"sweep hjb --search paths=10:20 --out " + dir:                               "paths: cannot be searched, want lr",
		"sweep hjb --search lr=1e-2:1e-3 --out " + dir:                              "want LOW:HIGH with LOW < HIGH",
		"sweep hjb --search lr=1e-3:1e-2 --budget soon --out " + dir:                `a budget of "soon": want a number of gradient steps`,
		"sweep hjb --search lr=1e-3:1e-2 --budget 10s --time-limit 5s --out " + dir: "--time-limit does not go with --budget 10s",
		"sweep hjb --search steps=10:20 --out " + dir:                               "--search needs --budget TIME",
		"sweep hjb --search activation=tanh,none --out " + dir:                      `activation is "none": want tanh`,
		"sweep hjb --search lr=1e-3:1e-2 --choices 1 --out " + dir:                  "want a setting, and from 2 to 1000 choices",
		"merge": "merge needs a DIR", "runs": "runs needs one DIR", "runs " + dir: "no such file",
	} {
		if out := execute(t, strings.Fields(args)...); out.status != exitUsage || !strings.Contains(out.stderr, want) {
			t.Errorf("%s: status %d, %s, want %q", args, out.status, out.stderr, want)
		}
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("a sweep that could not begin left a folder")
	}
}

// TestWarmSweep: runs begin with their neighbours' parameters, in shares too.
func TestWarmSweep(t *testing.T) {
	root := t.TempDir()
	whole := filepath.Join(root, "whole")
	want := execute(t, swept("--warm", "--csv", "--out", whole)...)
	cold := execute(t, swept("--csv", "--out", filepath.Join(root, "cold"))...)
	if !want.finished() || !cold.finished() || want.stdout == cold.stdout {
		t.Fatalf("status %d, %s; without --warm %d\n%s", want.status, want.stderr, cold.status, cold.stdout)
	}
	var shares []string
	for _, shard := range []string{"1/2", "2/2"} {
		share := filepath.Join(root, "share "+shard[:1])
		if out := execute(t, swept("--warm", "--out", share, "--shard", shard)...); !out.finished() {
			t.Fatalf("%s: status %d, %s", shard, out.status, out.stderr)
		}
		shares = append(shares, share)
	}
	if out := execute(t, append([]string{"merge", "--csv"}, shares...)...); out.stdout != want.stdout {
		t.Errorf("merged:\n%s\nwant\n%s", out.stdout, want.stdout)
	}
	first := filepath.Join(whole, "00001")
	if out := execute(t, strings.Fields("solve hjb --dim 2 --steps 4 --iterations 30 --network shared --paths 256 --quiet --from "+first)...); !out.finished() {
		t.Errorf("status %d, %s", out.status, out.stderr)
	}
	if out := execute(t, "solve", "hjb", "--dim", "3", "--network", "shared", "--quiet", "--from", first); out.status != exitUsage || !strings.Contains(out.stderr, "is no warm start for this run: checkpoint: it has no ") {
		t.Errorf("status %d, %s", out.status, out.stderr)
	}
}

// TestSweepOfPolicies: a policy that a few iterations have not trained is not trusted in the table of a sweep
// and in the list of runs, with the error that solve states.
func TestSweepOfPolicies(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "sweep")
	out := execute(t, "sweep", "lqr", "--dim", "2", "--steps", "4", "--iterations", "20", "--paths", "256", "--quiet", "--json", "--out", dir)
	var table struct {
		Runs []struct {
			Trust   string
			Error   *float64
			Reasons []string
		}
	}
	if err := json.Unmarshal([]byte(out.stdout), &table); err != nil || len(table.Runs) != 1 {
		t.Fatalf("%v in %+v", err, out)
	}
	if r := table.Runs[0]; r.Trust != "no" || r.Error == nil || len(r.Reasons) == 0 || out.status != exitUntrusted {
		t.Errorf("status %d with %+v", out.status, r)
	}
	list := execute(t, "runs", dir, "--trust", "no", "--csv")
	if list.status != 0 || strings.Count(list.stdout, "\n") != 2 {
		t.Errorf("runs without trust: %+v", list)
	}
}
