package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
	"github.com/deepbsde/deepbsde/pde"
)

// call is what a fake solver was given.
type call struct {
	problem  pde.Problem
	method   bsde.Method
	settings bsde.Settings
}

// output is what one run of the program did.
type output struct {
	status         int
	stdout, stderr string
	calls          []call
}

// finished tells that a run came to its end, whether its answer can be trusted or not:
// trainings of tests are too short to ask for that.
func (o output) finished() bool { return o.status == 0 || o.status == exitUntrusted }

// ended tells of an exit status what finished tells of an output.
func ended(status int) bool { return output{status: status}.finished() }

// fakeSolve turns a function of a call into a solver; nil gives fakeResult.
func fakeSolve(solve func(call) (*bsde.Result, error)) solver {
	if solve == nil {
		solve = func(c call) (*bsde.Result, error) { return fakeResult(c), nil }
	}
	return func(_ context.Context, p bsde.Problem, m bsde.Method, s *bsde.Settings) (*bsde.Result, error) {
		e, _ := p.(pde.Problem)
		return solve(call{e, m, *s})
	}
}

// runWith runs the program in-process with fakeSolve(solve).
func runWith(t *testing.T, solve func(call) (*bsde.Result, error), args ...string) output {
	t.Helper()
	var out output
	var stdout, stderr bytes.Buffer
	a := &app{stdout: &stdout, stderr: &stderr}
	a.solve = func(ctx context.Context, p bsde.Problem, m bsde.Method, s *bsde.Settings) (*bsde.Result, error) {
		e, _ := p.(pde.Problem) // none of a control problem
		out.calls = append(out.calls, call{e, m, *s})
		return fakeSolve(solve)(ctx, p, m, s)
	}
	out.status = a.run(t.Context(), args)
	out.stdout, out.stderr = stdout.String(), stderr.String()
	return out
}

// fakeResult is a plausible result of a call.
func fakeResult(c call) *bsde.Result {
	s := c.settings
	s.Iterations, s.Precision, s.Workers, s.Paths, s.Steps = 600, "float32", 2, 32768, 20
	value, stderr, nan := 4.5899, 0.00042, math.NaN()
	return &bsde.Result{
		Problem: c.problem.Name, Kind: "pde", Dim: c.problem.Dim, Method: c.method,
		Estimate: estimate.Estimate{
			Value: value, Error: 0.0021, CI95: [2]float64{value - 0.0021, value + 0.0021}, Lower: nan, Upper: nan, StdErr: stderr,
			DiscretizationError: 0.0012, NetworkBias: -0.0003, NetworkError: 0.0004, ResidualRatio: 0.0213,
			Gradient: make([]float64, c.problem.Dim), GradientStdErr: make([]float64, c.problem.Dim), GradientDiscretization: 0.001,
			Trained: 4.6, Paths: s.Paths,
		},
		RegionError: math.NaN(), RegionErrorBound: math.NaN(),
		Iterations: s.Iterations, Elapsed: 4200 * time.Millisecond, Settings: s,
	}
}

func TestUsageErrors(t *testing.T) {
	for _, c := range []struct {
		args string
		want string // after "deepbsde: " on the first line of standard error
	}{
		{"slove hjb", `unknown command "slove", did you mean "solve"? (known: COMMANDS)`},
		{"help slove", `unknown command "slove", did you mean "solve"? (known: COMMANDS)`},
		{"help show solve", `help takes one COMMAND, got "show" and "solve"`},
		{"--dim 5 solve hjb", `unknown flag "--dim" before the command`},
		{"--versoin", `unknown flag "--versoin" before the command, did you mean "--version"?`},
		{"version extra", `version takes no NAME, got "extra"`},
		{"problems hjb", `problems takes no NAME, got "hjb"`},
		{"problems --dim 3", `unknown flag "--dim"`},
		{"show", `show needs the NAME of a problem ('deepbsde problems' lists them)`},
		{"show --json", `show needs the NAME of a problem ('deepbsde problems' lists them)`},
		{"show hjb --steps 3", `unknown flag "--steps"`},
		{"solve", `solve needs the NAME of a problem ('deepbsde problems' lists them)`},
		{"solve hjb burgers", `solve takes one NAME, got "hjb" and "burgers"`},
		{"solve hjb --dim 5 burgers", `solve takes one NAME, got "hjb" and "burgers"`},
		{"solve hjb -- --dim", `solve takes one NAME, got "hjb" and "--dim"`},
		{"solve hbj", `unknown problem "hbj", did you mean "hjb"?`},
		{"solve hjb --itertions 5", `unknown flag "--itertions", did you mean "--iterations"?`},
		{"solve --itertions=5 hjb", `unknown flag "--itertions", did you mean "--iterations"?`},
		{"solve hjb --out=", `invalid value "" for flag --out: want the name of a file`},
		{"solve hjb --resume dir", `solve --resume takes no NAME, got "hjb": the run has its own problem`},
		{"solve --resume dir --lr 1", `--lr does not go with --resume: the run has its own settings`},
		{"solve hjb --antithetic", `--antithetic does not apply to hjb and its method, deep-bsde`},
		{"solve hjb --method policy", `method policy cannot solve hjb (equation); backward or deep-bsde or zero can`},
		{"solve lqr --controlled", `--controlled does not apply to lqr and its method, policy`},
		{"solve energy-storage --steps 5", `--steps does not apply to energy-storage, a problem in discrete time`},
		{"solve hjb --settings f", `open f: no such file or directory`},
		{"solve hjb --resume run --settings f", `solve --resume takes no NAME, got "hjb": the run has its own problem`},
		{"solve --resume run --settings f", `--settings does not go with --resume: the run has its own settings`},
		{"settings", `settings needs the NAME of a problem ('deepbsde problems' lists them)`},
		{"solve hjb --lambda 3", `unknown flag "--lambda"; a parameter is set with --set lambda=VALUE`},
		{"settings hjb --out dir", `unknown flag "--out"`},
		{"solve hjb ---dim 5", `unknown flag "---dim"`},
		{"solve hjb -5", `unknown flag "-5"`},
		{"solve hjb --dim", `flag --dim needs a value`},
		{"solve --dim hjb", `invalid value "hjb" for flag --dim: want a whole number, at least 1`},
		{"solve hjb --dim --json", `flag --dim needs a value`},
		{"solve hjb --dim -- 5", `flag --dim needs a value`},
		{"solve hjb --dim=", `invalid value "" for flag --dim: want a whole number, at least 1`},
		{"solve hjb --dim 0", `invalid value "0" for flag --dim: want a whole number, at least 1`},
		{"solve hjb --dim -5", `invalid value "-5" for flag --dim: want a whole number, at least 1`},
		{"solve hjb --dim abc", `invalid value "abc" for flag --dim: want a whole number, at least 1`},
		{"solve hjb --dim 2.5", `invalid value "2.5" for flag --dim: want a whole number, at least 1`},
		{"solve hjb --dim 99999999999999999999", `invalid value "99999999999999999999" for flag --dim: want a whole number, at least 1`},
		{"solve hjb --dim 5 --dim 6", `invalid value "6" for flag --dim: the flag is given twice`},
		{"show hjb --dim 0", `invalid value "0" for flag --dim: want a whole number, at least 1`},
		{"solve hjb --iterations 0", `invalid value "0" for flag --iterations: want a whole number, at least 1`},
		{"solve hjb --iterations -1", `invalid value "-1" for flag --iterations: want a whole number, at least 1`},
		{"solve hjb --steps 0", `invalid value "0" for flag --steps: want a whole number, at least 1`},
		{"solve hjb --batch 0", `invalid value "0" for flag --batch: want a whole number, at least 1`},
		{"solve hjb --paths 0", `invalid value "0" for flag --paths: want a whole number, at least 2`},
		{"solve hjb --workers 0", `invalid value "0" for flag --workers: want a whole number, at least 1`},
		{"solve hjb --lr 0", `invalid value "0" for flag --lr: want a positive number`},
		{"solve hjb --lr -1", `invalid value "-1" for flag --lr: want a positive number`},
		{"solve hjb --lr NaN", `invalid value "NaN" for flag --lr: want a positive number`},
		{"solve hjb --lr Inf", `invalid value "Inf" for flag --lr: want a positive number`},
		{"solve hjb --lr 1e999", `invalid value "1e999" for flag --lr: want a positive number`},
		{"solve hjb --seed -1", `invalid value "-1" for flag --seed: want a whole number, at least 0`},
		{"solve hjb --time-limit 30", `invalid value "30" for flag --time-limit: want a positive duration with its unit, such as 30s or 1h30m`},
		{"solve hjb --time-limit 0", `invalid value "0" for flag --time-limit: want a positive duration with its unit, such as 30s or 1h30m`},
		{"solve hjb --hidden 0", `invalid value "0" for flag --hidden: want whole numbers, at least 1, with commas between, such as 110,110`},
		{"solve hjb --hidden 10,,10", `invalid value "10,,10" for flag --hidden: want whole numbers, at least 1, with commas between, such as 110,110`},
		{"solve hjb --network perstep", `invalid value "perstep" for flag --network: want features or shared or per-step`},
		{"solve hjb --method dbdp", `invalid value "dbdp" for flag --method: want auto`},
		{"solve hjb --activation gelu", `invalid value "gelu" for flag --activation: want tanh or relu or silu`},
		{"solve hjb --precision half", `invalid value "half" for flag --precision: want float32 or float64`},
		{"solve hjb --activation tanh --network per-step", `--activation does not apply to the network per-step, which always has relu`},
		{"solve hjb --controlled false", `write --controlled=false, not --controlled false`},
		{"solve hjb --json=maybe", `invalid value "maybe" for flag --json: want true or false`},
		{"solve hjb --set lambda", `invalid value "lambda" for flag --set: want key=value, such as lambda=20`},
		{"solve hjb --set =3", `invalid value "=3" for flag --set: want key=value, such as lambda=20`},
		{"solve hjb --set", `flag --set needs a value`},
		{"solve hjb --set lambda=", `invalid value "lambda=" for flag --set: "" is not a number`},
		{"solve hjb --set lambda=1,horizon=2", `invalid value "lambda=1,horizon=2" for flag --set: "1,horizon=2" is not a number`},
		{"solve hjb --set lambda=1 --set lambda=1", `invalid value "lambda=1" for flag --set: lambda is set twice`},
		{"solve hjb --set lamda=1", `unknown parameter "lamda", did you mean "lambda"?`},
		{"solve hjb --set lambda=NaN", `parameter lambda is NaN, want a finite number above 0`},
		{"solve hjb --set lambda=0", `parameter lambda is 0, want a finite number above 0`},
		{"show hjb --set horizon=-1", `parameter horizon is -1, want a finite number above 0`},
		{"solve default-risk --set v_h=80", `problem default-risk: Generator: `},
		{"solve --generate-bash-completion", `unknown flag "--generate-bash-completion"`},
		{"solve hjb --dim --generate-bash-completion", `invalid value "--generate-bash-completion" for flag --dim: want`},
		{"solve --di --generate-bash-completion", `unknown flag "--di", did you mean "--dim"?`},
		{"--generate-bash-completion", `unknown flag "--generate-bash-completion" before the command`},
	} {
		t.Run(c.args, func(t *testing.T) {
			out := runWith(t, nil, strings.Fields(c.args)...)
			if out.status != 2 {
				t.Errorf("exit status %d, want 2", out.status)
			}
			if out.stdout != "" {
				t.Errorf("standard output %q, want nothing", out.stdout)
			}
			lines := strings.Split(strings.TrimSuffix(out.stderr, "\n"), "\n")
			want := strings.Replace(c.want, "COMMANDS", strings.Join(flags.CommandNames((&app{}).root()), ", "), 1)
			if !strings.HasPrefix(lines[0], "deepbsde: "+want) {
				t.Errorf("standard error\n%s\nwant\ndeepbsde: %s", lines[0], want)
			}
			if len(lines) > 2 || len(lines) == 2 && !strings.HasPrefix(lines[1], "run 'deepbsde ") {
				t.Errorf("standard error %q, want one line and at most one hint", out.stderr)
			}
			if len(out.calls) > 0 {
				t.Error("the solver was called")
			}
		})
	}
}

func TestHelp(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"--help", "COMMANDS:"},
		{"-h", "COMMANDS:"},
		{"help", "COMMANDS:"},
		{"help solve", "--iterations"},
		{"solve --help", "--iterations"},
		{"solve hjb --help", "--iterations"},
		{"solve -h hjb --dim 5", "--iterations"},
		{"show --help", "--set"},
		{"problems --help", "--json"},
		{"version --help", "deepbsde version"},
	} {
		out := runWith(t, nil, strings.Fields(c.args)...)
		if out.status != 0 || out.stderr != "" || !strings.Contains(out.stdout, c.want) {
			t.Errorf("deepbsde %s: status %d, standard error %q, standard output without %q:\n%s", c.args, out.status, out.stderr, c.want, out.stdout)
		}
	}
}

// TestHelpHasEachHeadingOnce: flags of several files stand under one heading.
func TestHelpHasEachHeadingOnce(t *testing.T) {
	for _, command := range []string{"solve", "sweep", "bench", "compare", "eval", "plot", "reference", "simulate"} {
		_, options, _ := strings.Cut(runWith(t, nil, command, "--help").stdout, "OPTIONS:")
		seen := map[string]bool{}
		for line := range strings.Lines(options) {
			heading := strings.TrimSpace(line)
			if !strings.HasSuffix(heading, ":") || strings.HasPrefix(heading, "-") {
				continue
			}
			if seen[heading] {
				t.Errorf("%s --help: heading %q twice", command, heading)
			}
			seen[heading] = true
		}
		if len(seen) < 2 {
			t.Errorf("%s --help: headings %v", command, seen)
		}
	}
}

func TestVersion(t *testing.T) {
	a, b := runWith(t, nil, "version"), runWith(t, nil, "--version")
	if a.status != 0 || b.status != 0 || a.stdout != b.stdout || !strings.HasPrefix(a.stdout, "deepbsde ") || strings.Count(a.stdout, "\n") != 1 {
		t.Errorf("version: %+v\n--version: %+v", a, b)
	}
}

func TestExitStatus(t *testing.T) {
	for _, c := range []struct {
		err    error
		status int
		stderr string
	}{
		{&pde.Error{Problem: "hjb", Field: "Drift", Reason: "is wrong"}, 2, "problem hjb: Drift: is wrong"},
		{fmt.Errorf("init: %w", &bsde.SettingsError{Field: "steps", Reason: "too many"}), 2, "init: setting steps: too many"},
		{errors.New("out of luck"), 1, "out of luck"},
		{fmt.Errorf("simulation: %w", context.Canceled), 130, "interrupted before there was a result"},
	} {
		out := runWith(t, func(call) (*bsde.Result, error) { return nil, c.err }, "solve", "hjb", "--json")
		if out.status != c.status || out.stderr != "deepbsde: "+c.stderr+"\n" || out.stdout != "" {
			t.Errorf("%v: %+v, want status %d", c.err, out, c.status)
		}
	}
}

func TestEndings(t *testing.T) {
	diverged := func(c call) (*bsde.Result, error) {
		r, nan := fakeResult(c), math.NaN()
		r.Status, r.Iterations = bsde.Diverged, 7
		r.Value, r.Error, r.StdErr, r.CI95, r.ResidualRatio = nan, nan, nan, [2]float64{nan, nan}, math.Inf(1)
		r.DiscretizationError, r.NetworkBias, r.Gradient = nan, nan, []float64{nan}
		return r, nil
	}
	cancelled := func(c call) (*bsde.Result, error) {
		r := fakeResult(c)
		r.Status, r.Iterations = bsde.Cancelled, 120
		return r, nil
	}
	limit := func(c call) (*bsde.Result, error) {
		r := fakeResult(c)
		r.Status = bsde.TimeLimit
		return r, nil
	}
	for _, c := range []struct {
		name   string
		solve  func(call) (*bsde.Result, error)
		args   string
		status int
		stdout string // a part; "" means nothing at all
		stderr string // a part
	}{
		{"diverged", diverged, "solve hjb --network shared", 3, "", "deepbsde: no value after 7 of 600 iterations: training diverged: shorten the horizon"},
		{"diverged fit", diverged, "solve hjb", 3, "", "deepbsde: no value after 7 of 24 passes of least squares: training diverged"},
		{"diverged JSON", diverged, "solve hjb --network shared --json", 3, `"status":"diverged"`, "deepbsde: no value after 7 of 600 iterations: training diverged"},
		{"cancelled", cancelled, "solve hjb --network shared", 130, "4.5899 ± 0.0021", "deepbsde: interrupted after 120 of 600 iterations\n"},
		{"cancelled JSON", cancelled, "solve hjb --json", 130, `"status":"cancelled"`, "interrupted"},
		{"time limit", limit, "solve hjb", 0, "The time limit ended training", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := runWith(t, c.solve, strings.Fields(c.args)...)
			if out.status != c.status || !strings.Contains(out.stdout, c.stdout) || !strings.Contains(out.stderr, c.stderr) ||
				c.stdout == "" && out.stdout != "" {
				t.Errorf("got %+v", out)
			}
			if strings.Contains(out.stdout, "NaN") || strings.Contains(out.stdout, "Inf") {
				t.Errorf("NaN or Inf on standard output: %s", out.stdout)
			}
		})
	}
}

// brokenWriter fails like a full disk.
type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestOutputThatCannotBeWritten(t *testing.T) {
	for _, args := range []string{"problems", "problems --json", "show hjb", "version"} {
		var stderr bytes.Buffer
		status := program(t.Context(), strings.Fields(args), brokenWriter{}, &stderr)
		if status != 1 || stderr.String() != "deepbsde: standard output: no space left on device\n" {
			t.Errorf("deepbsde %s: status %d, standard error %q", args, status, stderr.String())
		}
	}
}

// Without a network there is nothing to print so far, but the program must end.
func TestInterruptWhileTheReferenceIsComputed(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, args := range []string{"problems", "show hjb", "solve hjb"} {
		var stdout, stderr bytes.Buffer
		status := program(ctx, strings.Fields(args), &stdout, &stderr)
		if status != 130 || stdout.Len() > 0 || stderr.String() != "deepbsde: interrupted before there was a result\n" {
			t.Errorf("deepbsde %s: status %d, standard output %q, standard error %q", args, status, stdout.String(), stderr.String())
		}
	}
}
