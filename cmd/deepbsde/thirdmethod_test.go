package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/deepbsde/deepbsde/bsde/methodtest" // the method zero
	"github.com/deepbsde/deepbsde/bsde/run"
)

// TestThirdMethod: a method that this program knows nothing of but its registration solves,
// keeps its run, goes on with it, is evaluated, drawn and reported.
func TestThirdMethod(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	solved := execute(t, strings.Fields("solve hjb --dim 3 --method zero --iterations 10 --paths 2048 --quiet --out "+dir)...)
	wantIn(t, solved.stdout, "hjb, d = 3; zero, 10 iterations and 2048 paths", "residual ratio   ")
	want := result(t, dir)
	if err := os.Remove(filepath.Join(dir, run.ResultFile)); err != nil { // as if it had been killed before the end
		t.Fatal(err)
	}
	if out := execute(t, "solve", "--resume", dir, "--quiet"); !out.finished() || result(t, dir)["value"] != want["value"] {
		t.Errorf("resumed: %+v, want %v", out, want["value"])
	}
	for args, part := range map[string]string{
		"eval " + dir + " --at 0.5:x0 --paths 256": "u(t, x)",
		"report " + dir: "report.html",
		"plot " + dir + " --out " + dir + "/a.svg": "",
		"methods":                                  " zero",
		"solve lqr-multiplicative --method zero":   "--method zero: problem lqr-multiplicative",
		"solve hjb --method zero --network shared": "--network does not apply to hjb and its method, zero",
		"solve hjb --method zero --start box:1":    "zero cannot solve hjb (random start); deep-bsde can",
		"settings hjb --method zero":               "method: zero",
		"plot " + dir + " --what line --out " + dir + "/b.svg --paths 64 --count 3": "",
		"plot " + dir + " --what paths --out " + dir + "/c.svg":                     "",
	} {
		out := execute(t, strings.Fields(args)...)
		if refused := strings.Contains(part, " cannot ") || strings.Contains(part, "--method zero: ") || strings.Contains(part, "does not apply"); (out.status == exitUsage) != refused || !strings.Contains(out.stdout+out.stderr, part) {
			t.Errorf("%s: %+v, want %q", args, out, part)
		}
	}
	settings := writeFile(t, "zero.yaml", execute(t, strings.Fields("settings hjb --dim 3 --method zero --iterations 10 --paths 2048")...).stdout)
	if out := execute(t, "solve", "hjb", "--dim", "3", "--settings", settings, "--quiet"); !out.finished() || !strings.Contains(out.stdout, "; zero, 10 iterations") {
		t.Errorf("from its settings file: %+v", out)
	}
	if page, err := os.ReadFile(filepath.Join(dir, run.PageFile)); err != nil || !strings.Contains(string(page), "zero, 10 iterations and 2048 paths") {
		t.Errorf("the page does not name the method, %v", err)
	}
}
