package main

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/points"
)

// evalRuns are runs of an equation with an exact solution, trained on a box, and of a
// control problem.
func evalRuns(t *testing.T) (equation, policy string) {
	t.Helper()
	root := t.TempDir()
	equation, policy = filepath.Join(root, "equation"), filepath.Join(root, "policy")
	for dir, args := range map[string]string{
		equation: "burgers --dim 2 --start box:1 --iterations 150 --steps 10",
		policy:   "lqr --dim 2 --iterations 40 --steps 4",
	} {
		out := execute(t, append([]string{"solve", "--quiet", "--paths", "2000", "--out", dir}, strings.Fields(args)...)...)
		if !out.finished() {
			t.Fatal(out.stderr)
		}
	}
	return equation, policy
}

// TestEval compares a run at points with the exact solution, 5 standard errors and the
// reported error of the time step, in all formats.
func TestEval(t *testing.T) {
	equation, policy := evalRuns(t)
	file := filepath.Join(t.TempDir(), "points.csv")
	if err := os.WriteFile(file, []byte("x0,t,x1\n# a comment\n0.5,0,-0.5\n0,0.13,0.25\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	out := execute(t, "eval", equation, "--points", file, "--json", "--paths", "2048")
	var got struct{ Points []points.JSONPoint }
	if err := json.Unmarshal([]byte(out.stdout), &got); err != nil || len(got.Points) != 2 {
		t.Fatalf("%v\n%+v", err, out)
	}
	if p := got.Points[1]; p.T != 0.13 || p.X[0] != 0 || p.X[1] != 0.25 || p.Trained != nil || got.Points[0].Trained == nil {
		t.Errorf("got %+v", got)
	}
	trusted := true
	for _, p := range got.Points {
		trusted = trusted && p.Trust == "yes"
		if (p.Trust == "yes") != (len(p.Reasons) == 0) || p.Trust == "yes" && !(*p.Error >= *p.StdErr && p.CI95[0] <= *p.Value) {
			t.Errorf("%+v: trust does not go with the reasons, or the error with its parts", p)
		}
		if math.Abs(*p.Value-*p.Exact) > 5**p.StdErr+*p.Step {
			t.Errorf("u(%g, %g) = %g ± %g, exact %g", p.T, p.X, *p.Value, *p.StdErr, *p.Exact)
		}
		for j, g := range p.Gradient {
			if math.Abs(g-p.ExactGradient[j]) > 5*p.GradientStdErr[j]+*p.GradientStep {
				t.Errorf("∂u/∂x%d(%g, %g) = %g ± %g, exact %g", j, p.T, p.X, g, p.GradientStdErr[j], p.ExactGradient[j])
			}
		}
	}
	if trusted != (out.status == 0) || !trusted && out.status != exitUntrusted {
		t.Errorf("all trusted: %t, status %d, %s", trusted, out.status, out.stderr)
	}
	table := execute(t, "eval", equation, "--points", file, "--csv", "--paths", "2048")
	rows, err := csv.NewReader(strings.NewReader(table.stdout)).ReadAll()
	if err != nil || len(rows) != 3 || rows[0][3] != "value" || rows[0][4] != "error" || rows[0][7] != "trust" || rows[1][7] != got.Points[0].Trust {
		t.Fatalf("%v\n%s", err, table.stdout)
	}
	if v, err := strconv.ParseFloat(rows[1][3], 64); err != nil || math.Abs(v-*got.Points[0].Value) > 1e-9 {
		t.Errorf("CSV %s, JSON %g", rows[1][3], *got.Points[0].Value)
	}
	text := execute(t, "eval", equation, "--at", "x0", "--at", "0.1:all").stderr
	if want := `--at 0.1:all: the component "all": want a number`; !strings.Contains(text, want) {
		t.Errorf("%s, want %s", text, want)
	}
	for _, c := range []struct{ run, args, want string }{
		{equation, "--at x0", " x0 "},
		{policy, "--at 0.5:1,2", "cost of the policy"},
		{policy, "--line all:-1:1 --count 3 --markdown", "| all -1 |"},
	} {
		if out := execute(t, append([]string{"eval", c.run, "--paths", "64"}, strings.Fields(c.args)...)...); !out.finished() || !strings.Contains(out.stdout, c.want) {
			t.Errorf("%s: %+v, want %q", c.args, out, c.want)
		}
	}
}

// TestEvalRefuses: each mistake is told with its place.
func TestEvalRefuses(t *testing.T) {
	equation, policy := evalRuns(t)
	dir := t.TempDir()
	for name, text := range map[string]string{
		"short.csv": "0.1\n", "word.csv": "0,1,2\n0,one,2\n", "header.csv": "a,b,c\n1,2,3\n", "lacks.csv": "t,x0\n0,1\n", "empty.csv": "t,x0,x1\n",
		"mixed.csv": "0,1\n0,1,2\n", "quote.csv": "0,\"1\n", "beyond.csv": "0,1,2\n7,1,2\n",
		"semicolons.csv": "1;2\n", "list.json": `[[1, 2]]`, "short.json": `[{"t": 0, "x": [1]}]`, "key.json": `[{"s": 0}]`, "more.json": `[] []`, "grid.csv": "0.3,1,2\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ run, args, want string }{
		{equation, "", "eval needs points"},
		{equation, "--at x0 --line 0:-1:1", "want one of --at, --points, --line and --plane"},
		{equation, "--at 1,2,3", "--at 1,2,3: 3 components, want 1 or 2"},
		{equation, "--at 0.1:1,a", `the component "a": want a number`},
		{equation, "--at 3:x0", "--at 3:x0: t is 3, want a time from 0 to the horizon"},
		{equation, "--at x0 --time 1", "--time and --count belong to --line and --plane"},
		{equation, "--line 0:-1:1 --count 2000000000", "more than 1048576 points"},
		{equation, "--plane 0:-1:1,1:-1:1 --count 4294967296", "more than 1048576 points"},
		{equation, "--line 2:-1:1", "there is no component 2, want a number from 0 to 1"},
		{equation, "--line 0:1:-1", "LO below HI"},
		{equation, "--plane 0:-1:1,0:-1:1", "two components"},
		{equation, "--points short.csv", "short.csv:1: 1 columns, want the 2 components of x, or the time and them"},
		{equation, "--points word.csv", `word.csv:2:3: "one": want a number`},
		{equation, "--points header.csv", "header.csv:1: a header of 3 columns without t"},
		{equation, "--points lacks.csv", "lacks.csv:1: a header with t and 1 other columns, want the 2 components"},
		{equation, "--points empty.csv", "there is no point in it"},
		{equation, "--points mixed.csv", "mixed.csv:2: 3 columns, those above have another number"},
		{equation, "--points quote.csv", "quote.csv:1: extraneous or missing"},
		{equation, "--points beyond.csv", "beyond.csv:2: t is 7"},
		{equation, "--points short.json", "point 0: x has 1 components, want 2"},
		{equation, "--points key.json", `unknown field "s"; want a list of`},
		{equation, "--plane 0:-1:1,all:-1:1", "two components"},
		{equation, "--points semicolons.csv", "semicolons.csv:1: 1 columns, want the 2 components of x, or the time and them; commas separate them"},
		{equation, "--points list.json", `list.json: there is a JSON array in the wrong place; want a list of {"t": number`},
		{filepath.Join(dir, "list.json"), "--at x0", "list.json is not a run: it is a file"},
		{equation, "--points more.json", "more after the list"},
		{equation, "--at x0 --csv --json", "one format at most"},
		{policy, "--points grid.csv", "grid.csv:1: t is 0.3, want a time of the grid, such as 0.25 or 0.5"},
		{dir, "--at x0", "is not a run"},
	} {
		args := strings.ReplaceAll(c.args, "--points ", "--points "+dir+string(filepath.Separator))
		out := execute(t, append([]string{"eval", c.run}, strings.Fields(args)...)...)
		if out.status != exitUsage || !strings.Contains(out.stderr, c.want) || out.stdout != "" {
			t.Errorf("%s: status %d, %s, want %q", c.args, out.status, out.stderr, c.want)
		}
	}
}

// TestPlotAlong draws a line and a plane, of equations and policies.
func TestPlotAlong(t *testing.T) {
	equation, policy := evalRuns(t)
	picture := filepath.Join(t.TempDir(), "picture.svg")
	for _, c := range []struct {
		run, args string
		want      []string
	}{
		{equation, "--what line --count 5", []string{"sampling alone, 95 %", `"exact"`, "u(t, x)", "∂u/∂x[0]", "x[0], the other components"}},
		{equation, "--what line --line all:0:1 --time 0.1 --count 3", []string{"all components of x", "t = 0.1"}},
		{equation, "--what plane --count 3", []string{`"x0"`, `"x[1]"`, "u(t, x) at t = 0"}},
		{policy, "--what line --count 3", []string{"95 % interval", "cost of the policy", "its derivative", "action"}},
		{policy, "--what plane --plane 1:0:1,0:0:1 --count 3", []string{`"x[0]"`, "cost of the policy at t = 0"}},
	} {
		out := execute(t, append([]string{"plot", c.run, "--paths", "64", "--out", picture}, strings.Fields(c.args)...)...)
		text, err := os.ReadFile(picture)
		if out.status != 0 || err != nil {
			t.Errorf("%s: %s (%v)", c.args, out.stderr, err)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(string(text), want) {
				t.Errorf("%s: no %q in the picture", c.args, want)
			}
		}
	}
	for args, want := range map[string]string{
		"--line 0:0:1":                        "--line needs --what line",
		"--what loss --count 4":               "belong to --what line and --what plane",
		"--what line --line 5:0:1":            "there is no component 5",
		"--what line --plane 0:0:1,1:0:1":     "--plane needs --what plane",
		"--what line --over steps":            "--over does not go with --what line",
		"--what plane --time 9 --count 3":     "--plane: t is 9",
		"--what plane --plane 0:0:1,1:0:1,2:": "want J:LO:HI,K:LO:HI",
	} {
		if out := execute(t, append([]string{"plot", equation, "--out", picture}, strings.Fields(args)...)...); out.status != exitUsage || !strings.Contains(out.stderr, want) {
			t.Errorf("%s: status %d, %s, want %q", args, out.status, out.stderr, want)
		}
	}
}
