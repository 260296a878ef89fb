package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/deepbsde/deepbsde/bsde/verdict"
	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/member"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/progress"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/report"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/tables"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/problems"
	"github.com/urfave/cli/v2"
)

// referenceFlags are the flags of reference.
type referenceFlags struct {
	problemFlags
	method  flags.Opt[string]
	paths   flags.Opt[int]
	steps   flags.Opt[int]
	seed    flags.Opt[uint64]
	workers flags.Opt[int]
	json    bool
	quiet   bool
}

func (a *app) referenceCommand() *cli.Command {
	var f referenceFlags
	return &cli.Command{
		Name:      "reference",
		Usage:     "compute u(0, x0) without a network, with its error",
		UsageText: "deepbsde reference NAME|FILE [flags]",
		Description: "Without --method it uses the first method that applies, or the two that bound the value from both\n" +
			"sides. '--method list' names the methods for the problem, '--method all' runs every one that applies.",
		HideHelpCommand: true,
		OnUsageError:    onUsageError,
		Flags: flags.Together(
			flags.Group("Problem", f.problemFlags.flags()...),
			flags.Group("Run",
				flags.Value("method", "`METHOD`, or all, or list", &f.method, func(s string) (string, error) { return s, nil }),
				flags.Value("paths", "`NUMBER` of paths of a method that simulates (default: the method's)", &f.paths, flags.SeveralPaths),
				flags.Value("steps", "time steps `N` of a method that simulates (default: the method's)", &f.steps, flags.WholeNumber),
				flags.Value("seed", "`SEED` of all random numbers (default: 1)", &f.seed, flags.Unsigned),
				flags.Value("workers", "`NUMBER` of parallel workers (default: one a core); results do not depend on it", &f.workers, flags.WholeNumber),
			),
			flags.Group("Output",
				flags.Bool("json", "print one JSON object", &f.json),
				flags.Bool("quiet", "no progress on standard error", &f.quiet),
			),
		),
		Action: func(c *cli.Context) error { return a.runReference(c, &f) },
	}
}

func (a *app) runReference(c *cli.Context, f *referenceFlags) error {
	name, err := oneName(c)
	if err != nil {
		return err
	}
	m, err := f.member(c.Context, name)
	if err != nil {
		return err
	}
	all := m.Methods()
	if f.method.Value == "list" {
		if f.json {
			return a.printJSON(newJSONMethods(all))
		}
		return a.print(methodList(all))
	}
	wanted := all
	if f.method.Given && f.method.Value != "all" {
		one, err := problems.FindReferenceMethod(all, f.method.Value)
		if err != nil {
			return &exitError{exitUsage, err, "run 'deepbsde reference " + name + " --method list' for what each is good for"}
		}
		wanted = []problems.ReferenceMethod{one}
	}
	s := pde.Sampling{Paths: f.paths.Value, Steps: f.steps.Value, Seed: f.seed.Or(1), Workers: f.workers.Value}
	runs, err := references(c.Context, m.Problem, wanted, s, f.method.Given, func(method string) (end func()) {
		return progress.Wait(a.stderr, f.quiet, seeded(m, method, s.Seed))
	})
	if err != nil && !(errors.Is(err, context.Canceled) && len(runs) > 0) {
		return err
	}
	stopped := partly(err, "the methods that were done are above")
	if f.json {
		err = a.printJSON(newJSONReferences(m, runs))
	} else {
		err = a.print(referenceText(m, runs))
	}
	return errors.Join(err, stopped)
}

// referenceRun is what a method gave, or why it does not apply.
type referenceRun struct {
	method string
	result *pde.Reference
	failed error
	took   time.Duration
}

// references runs the methods: all of them, or up to the first that gives a value, or to
// those that bound it from both sides. wait is told the method that runs.
func references(ctx context.Context, p pde.Problem, methods []problems.ReferenceMethod, s pde.Sampling, all bool, wait func(method string) (end func())) ([]referenceRun, error) {
	var runs []referenceRun
	var refused []refusal
	for _, m := range methods {
		start, end := time.Now(), wait(m.Name)
		r, err := m.Run(ctx, p, s)
		end()
		if ctx.Err() != nil {
			return runs, ctx.Err()
		}
		if err != nil {
			refused = append(refused, refusal{m.Name, strings.TrimPrefix(err.Error(), m.Name+": ")})
			err = fmt.Errorf("%s does not apply: %w", m.Name, err)
		}
		if err == nil || all {
			runs = append(runs, referenceRun{m.Name, r, err, time.Since(start)})
		}
		if _, _, between := interval(runs); err == nil && !all && (r.Bound == pde.Neither || between) {
			break
		}
	}
	if len(refused) == len(methods) {
		if len(refused) == 1 {
			return nil, &exitError{status: exitUsage, err: errors.New(refusals(refused))}
		}
		return nil, &exitError{status: exitUsage, err: errors.New("no reference method applies"), hint: refusals(refused)}
	}
	return runs, nil
}

// interval is where the value lies, with 95 % confidence, by the closest bounds from both
// sides where there are such and no method gives the value.
func interval(runs []referenceRun) (lower, upper float64, ok bool) {
	lower, upper = math.Inf(-1), math.Inf(1)
	for _, r := range runs {
		switch {
		case r.failed != nil:
		case r.result.Bound == pde.Lower:
			lower = math.Max(lower, r.result.Value-1.96*r.result.StdErr)
		case r.result.Bound == pde.Upper:
			upper = math.Min(upper, r.result.Value+1.96*r.result.StdErr)
		}
	}
	return lower, upper, !math.IsInf(upper-lower, 1)
}

// refusal is why a method does not apply.
type refusal struct{ method, reason string }

// refusals has a line for each reason, with all methods that have it.
func refusals(list []refusal) string {
	var reasons, lines []string
	by := map[string][]string{}
	for _, r := range list {
		if by[r.reason] == nil {
			reasons = append(reasons, r.reason)
		}
		by[r.reason] = append(by[r.reason], r.method)
	}
	for _, reason := range reasons {
		verb := " does not apply: "
		if len(by[reason]) > 1 {
			verb = " do not apply: "
		}
		lines = append(lines, strings.Join(by[reason], ", ")+verb+reason)
	}
	return strings.Join(lines, "\n")
}

// newJSONMethods is what reference --method list --json prints.
func newJSONMethods(methods []problems.ReferenceMethod) any {
	type method struct {
		Name string `json:"name"`
		Doc  string `json:"doc"`
	}
	list := make([]method, len(methods))
	for i, m := range methods {
		list[i] = method{m.Name, m.Doc}
	}
	return struct {
		Methods []method `json:"methods"`
	}{list}
}

func methodList(methods []problems.ReferenceMethod) string {
	t := tables.New()
	for _, m := range methods {
		t.AppendRow([]any{m.Name, m.Doc})
	}
	return tables.Text(t) + "\n"
}

// referenceText is the results as people read them.
func referenceText(m *member.Member, runs []referenceRun) string {
	var b strings.Builder
	known := m.Known()
	fmt.Fprintf(&b, "%s\n%s\n\n", m.Family.Title, m.Identity())
	for _, r := range runs {
		if r.failed != nil {
			fmt.Fprintf(&b, "  %s\n", r.failed)
			continue
		}
		fmt.Fprintf(&b, "  %-20s %s  %s%s, in %s\n", r.method, verdict.Digits(r.result, 0), side(r.result.Bound), verdict.Origin(r.result), words.Seconds(r.took))
	}
	if lower, upper, ok := interval(runs); ok {
		fmt.Fprintf(&b, "  %-20s %s  holds the value with 95 %% confidence\n", "interval", words.Between(lower, upper, (upper-lower)/4))
	}
	for _, k := range known {
		fmt.Fprintf(&b, "  %-20s %s  %s\n", k.Name, verdict.Digits(k.Value, 0), verdict.Origin(k.Value))
	}
	return b.String()
}

// side is a bound in words.
func side(b pde.Bound) string {
	switch b {
	case pde.Lower:
		return "at least this in the mean: "
	case pde.Upper:
		return "at most this in the mean: "
	}
	return ""
}

// jsonReferences is the object that reference --json prints.
type jsonReferences struct {
	Problem    string             `json:"problem"`
	Dim        int                `json:"dim"`
	Parameters map[string]float64 `json:"parameters"`
	References []jsonReferenceRun `json:"references"`
	Lower      *float64           `json:"lower,omitempty"` // of the interval by bounds from both sides
	Upper      *float64           `json:"upper,omitempty"`
	Recorded   *report.Reference  `json:"recorded,omitempty"`
	Published  *report.Reference  `json:"published,omitempty"`
}

type jsonReferenceRun struct {
	Name string `json:"name"`
	*report.Reference
	Cost    int64   `json:"cost,omitempty"` // evaluations of f and g
	Seconds float64 `json:"seconds"`
	Refused string  `json:"refused,omitempty"` // why the method does not apply
}

func newJSONReferences(m *member.Member, runs []referenceRun) jsonReferences {
	j := jsonReferences{Problem: m.Family.Name, Dim: m.Dim, Parameters: m.Parameters}
	for _, k := range m.Known() {
		if k.Name == "recorded" {
			j.Recorded = report.JSONReference(k.Value)
		} else {
			j.Published = report.JSONReference(k.Value)
		}
	}
	if lower, upper, ok := interval(runs); ok {
		j.Lower, j.Upper = &lower, &upper
	}
	for _, r := range runs {
		row := jsonReferenceRun{Name: r.method, Seconds: r.took.Seconds()}
		if r.failed != nil {
			row.Refused = r.failed.Error()
		} else {
			row.Reference, row.Cost = report.JSONReference(r.result), r.result.Cost
		}
		j.References = append(j.References, row)
	}
	return j
}
