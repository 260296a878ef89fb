package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/pde"
)

func TestCompareTable(t *testing.T) {
	out := runWith(t, nil, "compare", "hjb", "burgers", "--methods", "shared,cole-hopf,exact", "--seeds", "3", "--quiet")
	if out.status != 0 || out.stderr != "" || len(out.calls) != 6 {
		t.Fatalf("status %d, %q, %d runs", out.status, out.stderr, len(out.calls))
	}
	for i, c := range out.calls {
		if c.settings.Seed != uint64(i%3+1) {
			t.Errorf("run %d has seed %d", i, c.settings.Seed)
		}
	}
	for _, want := range []string{"hjb: exact does not apply: ", "hjb, d = 100     cole-hopf  4.590161725", "4.5901", "burgers, d = 50", "Verdict: against", " agrees ", " reference "} {
		if !strings.Contains(out.stdout, want) {
			t.Errorf("no %q in\n%s", want, out.stdout)
		}
	}
}

func TestCompareFormats(t *testing.T) {
	args := []string{"compare", "hjb", "--quiet", "--methods", "shared,cole-hopf"}
	rows, err := csv.NewReader(strings.NewReader(runWith(t, nil, append(args, "--csv")...).stdout)).ReadAll()
	if err != nil || len(rows) != 4 || rows[0][2] != "method" || rows[1][2] != "cole-hopf" || rows[1][5] != "4.590161725" || rows[3][6] != "0.0021" || rows[3][7] != "yes" || rows[2][2] != "published" || rows[3][2] != "shared" {
		t.Errorf("%v, %v", rows, err)
	}
	if out := runWith(t, nil, append(args, "--markdown")...).stdout; !strings.HasPrefix(out, "| problem | method |") {
		t.Errorf("Markdown %q", out)
	}
	var got struct {
		Comparisons []struct {
			Rows []struct {
				Method, Trust, Verdict string
				Value, Error           float64
			}
		}
	}
	out := runWith(t, nil, append(args, "--json")...)
	if err := json.Unmarshal([]byte(out.stdout), &got); err != nil || len(got.Comparisons) != 1 || len(got.Comparisons[0].Rows) != 3 {
		t.Fatalf("%v in %s", err, out.stdout)
	}
	// 4.5899 ± 0.0021 from fakeResult; the published value states no error.
	for i, verdict := range []string{"reference", "undecided", "agrees"} {
		if r := got.Comparisons[0].Rows[i]; r.Verdict != verdict {
			t.Errorf("%+v, want it to be called %s", r, verdict)
		}
	}
	if r := got.Comparisons[0].Rows[2]; r.Method != "shared" || r.Value != 4.5899 || r.Error != 0.0021 || r.Trust != "yes" {
		t.Errorf("%+v", r)
	}
}

// TestCompareOfDoubtfulAnswers: an answer that is far off within an error as large is
// undecided, as is one that is not to be trusted, which the exit status tells too.
func TestCompareOfDoubtfulAnswers(t *testing.T) {
	for _, c := range []struct {
		value, err float64
		doubt      bool
		verdict    string
		status     int
	}{
		{4.59 * 4.63, 4.59 * 4, false, "undecided", 0},
		{4.59 * 1.43, 4.59 * 0.5, false, "undecided", 0},
		{4.59 * 1.43, 0.01, false, "disagrees", 0},
		{4.59, math.NaN(), false, "undecided", exitUntrusted},
		{4.59, 0.01, true, "undecided", exitUntrusted},
	} {
		out := runWith(t, func(call call) (*bsde.Result, error) {
			r := fakeResult(call)
			r.Value, r.Error = c.value, c.err
			if c.doubt {
				r.Reasons = []estimate.Reason{{Kind: estimate.HeavyTails, Detail: fmt.Sprint("seed ", call.settings.Seed)}}
			}
			return r, nil
		}, "compare", "hjb", "--quiet", "--methods", "shared", "--seeds", "2")
		if out.status != c.status || !strings.Contains(out.stdout, "  "+c.verdict+" ") || strings.Contains(out.stdout, "  agrees ") {
			t.Errorf("%g ± %g: status %d\n%s%s", c.value, c.err, out.status, out.stdout, out.stderr)
		}
		if c.status != 0 && (!strings.Contains(out.stdout, "hjb: shared is not trustworthy: ") || strings.Contains(out.stdout, "seed 2") || !strings.Contains(out.stderr, "not trustworthy: shared of hjb\n")) {
			t.Errorf("no reason, or the same twice, in\n%s%s", out.stdout, out.stderr)
		}
	}
}

// TestCompareWithTheMostExact: a method is compared with the exact solution, not with
// itself, though the exact one was not asked for.
func TestCompareWithTheMostExact(t *testing.T) {
	var got struct {
		Comparisons []struct {
			Rows []struct {
				Method         string
				Relative_Error float64
			}
		}
	}
	out := runWith(t, nil, "compare", "burgers", "--dim", "1", "--methods", "picard", "--json")
	if err := json.Unmarshal([]byte(out.stdout), &got); err != nil || len(got.Comparisons) != 1 || len(got.Comparisons[0].Rows) != 1 {
		t.Fatalf("%v in %s", err, out.stdout)
	}
	if r := got.Comparisons[0].Rows[0]; r.Method != "picard" || r.Relative_Error == 0 {
		t.Errorf("%+v", r)
	}
}

func TestCompareErrors(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"", "compare needs the NAME of a problem"},
		{"hjb nosuch", `unknown problem "nosuch"`},
		{"hjb --methods shared,cole-hop", `unknown method "cole-hop", did you mean "cole-hopf"?`},
		{"hjb --json --csv", "want one format at most"},
		{"hjb --html", `unknown flag "--html"`},
	} {
		out := runWith(t, nil, append([]string{"compare"}, strings.Fields(c.args)...)...)
		if out.status != exitUsage || out.stdout != "" || len(out.calls) != 0 || !strings.Contains(out.stderr, c.want) {
			t.Errorf("compare %s: status %d, %q, want %q", c.args, out.status, out.stderr, c.want)
		}
	}
}

// TestCompareCatchesAWrongGenerator: a factor 2 in the generator of hjb and a wrong
// sign in that of allen-cahn, in the solver alone, disagree with the reference; the right
// equations agree.
func TestCompareCatchesAWrongGenerator(t *testing.T) {
	forAccuracy(t)
	wrong := map[string]func(t, x, y, z expr.Value) expr.Value{
		"hjb":        func(_, _, _, z expr.Value) expr.Value { return z.NormSq().Neg() },
		"allen-cahn": func(_, _, y, _ expr.Value) expr.Value { return y.PowConst(3).Sub(y) },
	}
	for name, generator := range wrong {
		for _, right := range []bool{true, false} {
			var stdout, stderr bytes.Buffer
			a := &app{stdout: &stdout, stderr: &stderr}
			a.solve = func(ctx context.Context, p bsde.Problem, m bsde.Method, s *bsde.Settings) (*bsde.Result, error) {
				s.Iterations = 300
				e := p.(pde.Problem)
				if !right {
					e.Generator = generator
				}
				return bsde.Solve(ctx, e, m, s)
			}
			if status := a.run(t.Context(), []string{"compare", name, "--quiet", "--json"}); status != 0 {
				t.Fatalf("status %d, %s", status, stderr.String())
			}
			var got struct {
				Comparisons []struct {
					Rows []struct {
						Method         string
						Relative_Error *float64
						Verdict        string
					}
				}
			}
			if err := json.Unmarshal(stdout.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			rows := got.Comparisons[0].Rows
			last := rows[len(rows)-1]
			if want := map[bool]string{true: "agrees", false: "disagrees"}[right]; last.Method != "features" || last.Verdict != want {
				t.Errorf("%s, right %t: %+v, relative error %g", name, right, last, math.Abs(*last.Relative_Error))
			}
		}
	}
}

// TestComparePlot draws every kind of row: exact, bound, published, solver.
func TestComparePlot(t *testing.T) {
	for _, format := range []string{"svg", "png", "pdf"} {
		file := filepath.Join(t.TempDir(), "plot."+format)
		out := runWith(t, nil, "compare", "hjb", "burgers", "--methods", "shared,cole-hopf,exact", "--quiet", "--plot", file)
		if out.status != 0 {
			t.Fatalf("status %d, %q", out.status, out.stderr)
		}
		picture, err := os.ReadFile(file)
		if err != nil || len(picture) < 1000 {
			t.Fatalf("%v, %d bytes", err, len(picture))
		}
		for _, want := range []string{"cole-hopf", "published", "shared", "deviation from 0.5 in %"} {
			if format == "svg" && !strings.Contains(string(picture), want) {
				t.Errorf("no %q in the plot", want)
			}
		}
	}
}
