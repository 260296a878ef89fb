package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/deepbsde/deepbsde/bsde/estimate"
	"github.com/deepbsde/deepbsde/bsde/run"
	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/along"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/member"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/points"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/report"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/saved"
	"github.com/deepbsde/deepbsde/cmd/internal/figure"
	"github.com/deepbsde/deepbsde/control"
	"github.com/urfave/cli/v2"
)

// plotFlags are the flags of plot.
type plotFlags struct {
	out  flags.Opt[string]
	what flags.Opt[string]
	over flags.Opt[string]
	size flags.Opt[figure.Size]
	points.Choice
	paths flags.Opt[int]
}

func (a *app) plotCommand() *cli.Command {
	var f plotFlags
	return &cli.Command{
		Name:      "plot",
		Usage:     "draw saved runs: training, sample paths, u along a line or in a plane",
		UsageText: "deepbsde plot RUN… --out FILE [flags]",
		Description: "Draws value and loss over steps, with the final estimate and the reference. The 95 %\n" +
			"interval of all errors is a band, that of sampling alone darker inside. Several runs of one\n" +
			"problem are drawn together, over time too.\n\n" +
			"--what paths draws sample paths: Y beside the exact solution u(t, X), or beside g(X) at the end\n" +
			"if that is not known; for a control problem states and actions under the trained policy.\n" +
			"--what line draws u(t, x) and its derivative along a line through x0, --what plane u in a plane.",
		HideHelpCommand: true,
		OnUsageError:    onUsageError,
		Flags: flags.Together(
			flags.Group("Picture",
				flags.Value("out", "`FILE` (png, svg or pdf) for the picture (required)", &f.out, figure.ParseFile),
				flags.Value("what", "`PICTURE`: training (value and loss, the default), value, close-up (its second half), loss, paths, line, plane or exercise", &f.what, flags.OneOf("training", "value", "close-up", "loss", "paths", "line", "plane", "exercise")),
				flags.Value("over", "`AXIS` of value and loss: steps or seconds (default: steps, and seconds too for several runs)", &f.over, flags.OneOf("steps", "seconds")),
				flags.Value("size", "`WIDTHxHEIGHT` of the picture in inches, such as 10x7, or with a unit 25x18cm", &f.size, figure.ParseSize),
			),
			flags.Group("Line and plane", append(f.ScanFlags(),
				flags.Value("paths", "`NUMBER` of paths from each point of a line (default: 1024) or a plane (default: 512)", &f.paths, flags.PairedPaths),
			)...),
		),
		Action: func(c *cli.Context) error { return a.runPlot(c, &f) },
	}
}

func (a *app) runPlot(c *cli.Context, f *plotFlags) error {
	names := c.Args().Slice()
	what := f.what.Or("training")
	switch {
	case len(names) == 0:
		return usage(c, "plot needs a RUN, the directory of 'deepbsde solve NAME --out RUN'")
	case !f.out.Given:
		return usage(c, "plot needs --out FILE, a name that ends in .png, .svg or .pdf")
	case f.over.Given && !slices.Contains([]string{"training", "value", "loss"}, what):
		return usage(c, "--over does not go with --what %s", what)
	case f.Line.Given && what != "line", f.Plane.Given && what != "plane":
		return usage(c, "--line needs --what line, --plane needs --what plane")
	case (f.Time.Given || f.Count.Given || f.paths.Given) && what != "line" && what != "plane":
		return usage(c, "--time, --count and --paths belong to --what line and --what plane")
	}
	runs, err := openRuns(names)
	if err != nil {
		return err
	}
	picture, err := a.picture(c.Context, f, runs, false)
	if err != nil {
		return choiceError(c, err)
	}
	return saveFigure(f.out.Value, picture, f.size.Value)
}

// picture is what the flags ask for of runs of one problem; it shows no progress if quiet.
func (a *app) picture(ctx context.Context, f *plotFlags, runs []*saved.Run, quiet bool) (*figure.Figure, error) {
	what := f.what.Or("training")
	switch what {
	case "paths":
		return together(runs, func(r *saved.Run) (*figure.Figure, error) { return a.runPaths(ctx, r) })
	case "exercise":
		return together(runs, func(r *saved.Run) (*figure.Figure, error) {
			region, err := a.region(ctx, r)
			if err != nil {
				return nil, err
			}
			return region.Figure(), nil
		})
	case "line", "plane":
		scanned, err := a.scanRuns(ctx, f, runs, quiet)
		if err != nil {
			return nil, err
		}
		if what == "plane" {
			return along.Plane(f.Plane.Value, scanned)
		}
		return along.Line(f.Line.Value, scanned), nil
	}
	for _, r := range runs {
		if len(r.History) == 0 {
			return nil, fmt.Errorf("%s: there are no metrics yet", r.Path())
		}
	}
	if first := runs[0]; saved.Training(runs).Reference == nil && first.Result == nil {
		m, err := first.Member(ctx)
		if err != nil {
			return nil, err
		}
		if err := first.FindReference(ctx, m); err != nil {
			return nil, err
		}
	}
	picture := saved.Training(runs).Figure(what, f.over.Value)
	if picture.Empty() {
		return nil, &exitError{status: exitUsage, err: fmt.Errorf("%s is of a policy, whose loss is its value: draw --what value", runs[0].Path())}
	}
	return picture, nil
}

// openRuns reads runs, which must be of one problem.
func openRuns(names []string) (runs []*saved.Run, err error) {
	for _, name := range names {
		r, err := saved.Open(name)
		if err != nil {
			return nil, err
		}
		runs = append(runs, r)
	}
	for i, r := range runs {
		if first := runs[0]; !first.SameProblem(r) {
			return nil, &exitError{status: exitUsage, err: fmt.Errorf("%s is of %s, %s of %s: want runs of one problem", names[0], first.Label(), names[i], r.Label())}
		}
	}
	return runs, nil
}

// together draws each run by itself.
func together(runs []*saved.Run, draw func(r *saved.Run) (*figure.Figure, error)) (*figure.Figure, error) {
	all := &figure.Figure{Title: runs[0].Label()}
	for _, r := range runs {
		one, err := draw(r)
		if err != nil {
			return nil, err
		}
		title := ""
		if len(runs) > 1 {
			title = r.Name
		}
		all.Append(one, title)
	}
	all.Rescale()
	return all, nil
}

// region is where the rule of a run exercises.
func (a *app) region(ctx context.Context, r *saved.Run) (*figure.Region, error) {
	e, err := a.newEvaluator(ctx, r.Run, 0)
	if err != nil {
		return nil, err
	}
	if e.rule == nil {
		return nil, &exitError{status: exitUsage, err: fmt.Errorf("%s has no early exercise, and no rule to draw", r.Label())}
	}
	s, err := ruleOf(ctx, e, 4096, 1)
	if err != nil {
		return nil, err
	}
	region, err := s.Region(e.start(), e.rule.Gain)
	if err != nil {
		return nil, &exitError{status: exitUsage, err: err}
	}
	return region, nil
}

// saveFigure writes a figure to a file in the format of its name, which is replaced only
// when the picture is complete.
func saveFigure(file string, f *figure.Figure, size figure.Size) error {
	picture, err := f.Draw(size, figure.Format(file))
	if err != nil {
		return err
	}
	return run.WriteFile(file, writing(picture))
}

// measuredPaths tell how far Y is off.
const measuredPaths = 256

// runPaths draws sample paths of the newest checkpoint of a run: of Y beside the exact
// solution, or of states and actions.
func (a *app) runPaths(ctx context.Context, r *saved.Run) (*figure.Figure, error) {
	if !r.SolvesEquation() {
		s, err := a.ownSimulation(ctx, r)
		if err != nil {
			return nil, err
		}
		return s.Overview(), nil
	}
	paths, m, err := a.valuePaths(ctx, r)
	if err != nil {
		return nil, err
	}
	return figure.Paths(m.Identity(), drawable(paths)), nil
}

// valuePaths are paths of Y under the newest checkpoint.
func (a *app) valuePaths(ctx context.Context, r *saved.Run) ([]estimate.Path, *member.Member, error) {
	return a.fieldPaths(ctx, r, 0, 0)
}

// fieldPaths are so many of them, 0 for as many as a picture needs.
func (a *app) fieldPaths(ctx context.Context, r *saved.Run, count, workers int) ([]estimate.Path, *member.Member, error) {
	m, err := r.Member(ctx)
	if err != nil {
		return nil, nil, err
	}
	t, err := a.load(ctx, r.Run, workers)
	if err != nil {
		return nil, nil, err
	}
	defer t.Close()
	if t.Solution() == nil {
		return nil, nil, errNoPaths
	}
	if count == 0 { // fewer where their states would take more than some 100 MB
		count = max(figure.DrawnPaths, min(measuredPaths, 5_000_000/(r.Settings.Steps*m.Problem.Dim)))
	}
	paths, err := t.Solution().Paths(count)
	if err == nil && !allKnown(paths) {
		err = &exitError{status: exitDiverged, err: fmt.Errorf("%s: the paths are not finite", r.Path())}
	}
	return paths, m, err
}

// errNoPaths is that a run has no recursion of Y to draw.
var errNoPaths = &exitError{status: exitUsage, err: errors.New("a rule of early exercise has no paths of Y: draw --what value, line, plane or exercise")}

func allKnown(paths []estimate.Path) bool {
	for _, path := range paths {
		for _, y := range path.Y {
			if !words.Known(y) {
				return false
			}
		}
	}
	return true
}

// drawable are the paths for a picture.
func drawable(paths []estimate.Path) []figure.Path {
	list := make([]figure.Path, len(paths))
	for i, p := range paths {
		list[i] = figure.Path{T: p.T, Y: p.Y, U: p.U, G: p.G}
	}
	return list
}

// writing is a function for run.WriteFile that writes a text.
func writing(text []byte) func(*os.File) error {
	return func(f *os.File) error {
		_, err := f.Write(text)
		return err
	}
}

// scanRuns evaluates the runs at the points that the flags give; a line or a plane that is
// not given goes through x0, as far as the states of sample paths go.
func (a *app) scanRuns(ctx context.Context, f *plotFlags, runs []*saved.Run, quiet bool) (list []along.Run, err error) {
	paths := 1024
	if f.what.Value == "plane" {
		paths = 512
	}
	for _, r := range runs {
		e, err := a.newEvaluator(ctx, r.Run, 0)
		if err != nil {
			return nil, err
		}
		if len(list) == 0 {
			if err := a.defaultScan(ctx, f, r, e); err != nil {
				return nil, err
			}
		}
		at, err := f.Points(e.start())
		if err != nil {
			return nil, err
		}
		v, err := a.evaluate(ctx, e, at, f.paths.Or(paths), quiet)
		if err != nil {
			return nil, err
		}
		list = append(list, along.Run{Name: r.Name, Evaluation: v, Control: e.policyProblem()})
	}
	return list, nil
}

// defaultScan fills in the line or the plane.
func (a *app) defaultScan(ctx context.Context, f *plotFlags, r *saved.Run, e *evaluator) error {
	if f.Line.Given || f.Plane.Given {
		return nil
	}
	visited, err := a.visited(ctx, r, e)
	if err != nil {
		return err
	}
	through := func(k int) points.Scan {
		column := make([]float64, len(visited))
		for i, x := range visited {
			column[i] = x[k]
		}
		low, high := points.Reach(column, 0.025, e.start()[k])
		return points.Scan{Component: k, Low: low, High: high}
	}
	first := through(0)
	if f.what.Value == "line" {
		f.Line = flags.Given(first)
		return nil
	}
	if len(e.start()) < 2 {
		return &exitError{status: exitUsage, err: fmt.Errorf("%s has one component, and no plane: draw --what line", e.Family.Name)}
	}
	f.Plane = flags.Given([2]points.Scan{first, through(1)})
	return nil
}

// visited are states on sample paths of a run: where a rule stops, at the horizon of an equation, or under a policy at
// all times, as it may end where it does not stay.
func (a *app) visited(ctx context.Context, r *saved.Run, e *evaluator) (list [][]float64, err error) {
	if e.rule != nil {
		stopped, err := e.rule.Simulate(ctx, measuredPaths, 1)
		for _, p := range stopped {
			list = append(list, p.State)
		}
		return list, err
	}
	if e.policy == nil {
		paths, _, err := a.valuePaths(ctx, r)
		for _, path := range paths {
			list = append(list, path.X[len(path.X)-1])
		}
		return list, err
	}
	d := e.policy.Problem
	o, err := control.Simulate(ctx, d, e.policy, control.Simulation{Paths: 2 * measuredPaths, Record: measuredPaths, Seed: 1, Purpose: report.FreshStates})
	if err != nil {
		return nil, err
	}
	for _, record := range o.Records {
		list = append(list, record.States...)
	}
	return list, nil
}
