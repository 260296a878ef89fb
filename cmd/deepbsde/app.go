package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/deepbsde/deepbsde/autodiff/machine"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/methods"
	"github.com/deepbsde/deepbsde/bsde/run"
	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/manual"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/member"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/mirror"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/sweep"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/problems"
	"github.com/deepbsde/deepbsde/problems/file"
	"github.com/urfave/cli/v2"
)

// app is the program with everything it touches, so that tests can replace it.
type app struct {
	stdout, stderr io.Writer
	command        []string // the words after the program's name
	solve          solver
}

// solver is the type of bsde.Solve.
type solver func(context.Context, bsde.Problem, bsde.Method, *bsde.Settings) (*bsde.Result, error)

// root describes the command line to cli. A new command is one line here and one
// file with a method like solveCommand. cli itself never prints an error and
// never exits: both are left to exit.
func (a *app) root() *cli.App {
	var version bool
	return &cli.App{
		Name:      "deepbsde",
		HelpName:  "deepbsde",
		Usage:     "solve high-dimensional parabolic PDEs and stochastic control problems",
		UsageText: "deepbsde COMMAND [NAME] [flags]",
		Description: "Start with 'deepbsde problems', then 'deepbsde solve hjb'.\n" +
			"'deepbsde COMMAND --help' lists the flags of a command.",
		Commands: slices.Concat(
			flags.Under("Problems", manual.Examples, a.problemsCommand(), a.showCommand(), a.initCommand(), a.checkCommand(), a.methodsCommand()),
			flags.Under("Answers", manual.Examples, a.solveCommand(), a.sweepCommand(), a.referenceCommand(), a.compareCommand()),
			flags.Under("Runs kept with solve --out", manual.Examples, a.evalCommand(), a.simulateCommand(), a.plotCommand(), a.reportCommand(), a.runsCommand(), a.serveCommand(), a.mergeCommand()),
			flags.Under("Settings", manual.Examples, a.settingsCommand(), a.importCommand()),
			flags.Under("This program", manual.Examples, a.completionCommand(), a.manCommand(), a.versionCommand(), a.completeCommand()),
			flags.Under("Tools of the repository", manual.Examples, a.benchCommand()),
			flags.Under("This program", manual.Examples, helpCommand()),
		),
		Flags: []cli.Flag{flags.Bool("version", "print the version", &version), cli.HelpFlag},
		Action: func(c *cli.Context) error {
			if version {
				return a.print(versionLine())
			}
			return cli.ShowAppHelp(c)
		},
		HideVersion:    true, // cli's own prints in its own format
		Writer:         a.stdout,
		ErrWriter:      a.stderr,
		OnUsageError:   onUsageError,
		ExitErrHandler: func(*cli.Context, error) {},
	}
}

// helpCommand takes the place of cli's own, which would stand outside all headings.
func helpCommand() *cli.Command {
	return &cli.Command{
		Name:            "help",
		Aliases:         []string{"h"},
		Usage:           "show this list, or the help of one command",
		UsageText:       "deepbsde help [COMMAND]",
		HideHelpCommand: true,
		OnUsageError:    onUsageError,
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return cli.ShowCommandHelp(c, c.Args().First())
			}
			return cli.ShowAppHelp(c)
		},
	}
}

// run parses and runs one command line and returns the exit status.
func (a *app) run(ctx context.Context, args []string) int {
	a.command = args
	root := a.root()
	root.Setup()
	words, err := flags.Arrange(root, args)
	var wrong *flags.UsageError
	if errors.As(err, &wrong) {
		err = usageOf(wrong.Command, wrong.Err)
	}
	if err == nil {
		err = a.onRank(ctx, root, words)
	}
	return a.exit(err)
}

// onRank runs a command line, as this rank has it.
func (a *app) onRank(ctx context.Context, root *cli.App, words []string) error {
	words, run, clean, err := mirror.Words(root, words, map[string]string{"store": defaultStore})
	defer clean()
	if err != nil || !run {
		return err
	}
	return root.RunContext(ctx, append([]string{root.Name}, words...))
}

// The exit statuses other than 0.
const (
	exitFailed      = 1
	exitUsage       = 2
	exitDiverged    = 3
	exitUntrusted   = 4
	exitInterrupted = 130
)

// exitError is an error with its exit status and, where there is one, a hint
// for a second line.
type exitError struct {
	status int
	err    error
	hint   string
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

// exit prints the error, if there is one, and chooses the exit status.
func (a *app) exit(err error) int {
	if err == nil {
		return 0
	}
	if errors.Is(err, context.Canceled) {
		err = &exitError{status: exitInterrupted, err: errors.New("interrupted before there was a result")}
	}
	a.warn(err.Error())
	var (
		coded    *exitError
		problem  *pde.Error
		unknown  *problems.UnknownError
		settings *bsde.SettingsError
		refused  *bsde.UnsupportedError
		inFile   *file.Error
		wrong    *member.Error
		dir      *run.Error
		full     *machine.MemoryError
		sweeps   *sweep.Error
	)
	switch {
	case errors.As(err, &coded):
		if coded.hint != "" {
			fmt.Fprintln(a.stderr, words.Printable(coded.hint))
		}
		return coded.status
	case errors.As(err, &wrong):
		if wrong.Hint != "" {
			fmt.Fprintln(a.stderr, wrong.Hint)
		}
		return exitUsage
	case errors.As(err, &dir):
		if hint := hintOf(dir); hint != "" {
			fmt.Fprintln(a.stderr, words.Printable(hint))
		}
		return exitUsage
	case errors.As(err, &problem), errors.As(err, &unknown), errors.As(err, &settings), errors.As(err, &refused), errors.As(err, &inFile), errors.As(err, &full), errors.As(err, &sweeps):
		return exitUsage
	}
	return exitFailed
}

// print writes a result to standard output in one piece.
func (a *app) print(s string) error {
	if _, err := io.WriteString(a.stdout, s); err != nil {
		return fmt.Errorf("standard output: %w", err)
	}
	return nil
}

// printJSON writes v to standard output as one line of JSON.
func (a *app) printJSON(v any) error {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	return a.print(b.String())
}

// usage is a usage error in the command that c runs.
func usage(c *cli.Context, format string, args ...any) error {
	return usageOf(c.Command.Name, fmt.Errorf(format, args...))
}

// usageOf is a usage error with a pointer to the command's help.
func usageOf(command string, err error) error {
	if command != "" && command != "deepbsde" {
		command += " "
	} else {
		command = ""
	}
	return &exitError{exitUsage, err, fmt.Sprintf("run 'deepbsde %s--help'", command)}
}

// onUsageError takes over the values that cli cannot parse. cli's own handler
// would print the whole help on standard output.
func onUsageError(c *cli.Context, err error, _ bool) error {
	msg := err.Error() // invalid value "x" for flag -dim: …
	msg = strings.Replace(msg, "for flag -", "for flag --", 1)
	msg = strings.Replace(msg, "boolean value", "value", 1)
	msg = strings.Replace(msg, " for -", " for flag --", 1)
	msg = strings.Replace(msg, ": parse error", ": want true or false", 1)
	return usageOf(c.Command.Name, fmt.Errorf("%s", msg))
}

// oneName is the only name on the command line of c.
func oneName(c *cli.Context) (string, error) {
	switch names := c.Args().Slice(); len(names) {
	case 0:
		return "", usage(c, "%s needs the NAME of a problem ('deepbsde problems' lists them)", c.Command.Name)
	case 1:
		return names[0], nil
	default:
		return "", usage(c, "%s takes one NAME, got %q and %q", c.Command.Name, names[0], names[1])
	}
}

// noNames is an error if there is a name on the command line of c.
func noNames(c *cli.Context) error {
	if c.Args().Present() {
		return usage(c, "%s takes no NAME, got %q", c.Command.Name, c.Args().First())
	}
	return nil
}

// hintOf says what to do about a directory.
func hintOf(e *run.Error) string {
	switch {
	case e.Exists:
		return "'" + resumeCommand(e.Path) + "' continues a run that was stopped"
	case e.Full:
		return "--out wants the name of a new directory, or of an empty one"
	case e.Other:
		return "'" + resumeCommand(e.Path) + " --other-arithmetic' goes on all the same"
	}
	return ""
}

// resumeCommand is what goes on with a run.
func resumeCommand(path string) string { return "deepbsde solve --resume " + words.Shell(path) }

// warn prints a warning on standard error, which may have words of somebody else's files in it.
func (a *app) warn(s string) { fmt.Fprintln(a.stderr, "deepbsde: "+words.Printable(s)) }

// methodNames are those that --method takes: the methods, and that for the problem.
func methodNames() []string {
	names := []string{methods.Auto}
	for _, m := range bsde.Methods() {
		names = append(names, m.Name())
	}
	return names
}

// problemFlags choose a member of a family. They are shared by the commands that
// take the NAME of a problem.
type problemFlags struct {
	dim flags.Opt[int]
	set flags.Assignments
}

func (f *problemFlags) flags() []cli.Flag {
	return []cli.Flag{
		f.dimFlag(),
		&cli.GenericFlag{Name: "set", Value: &f.set,
			Usage: "change a parameter, `KEY=VALUE`; repeatable; 'deepbsde show NAME' lists them"},
	}
}

func (f *problemFlags) dimFlag() cli.Flag {
	return flags.Value("dim", "dimension `d` (default: the problem's)", &f.dim, flags.WholeNumber)
}

// member makes the problem that the name and the flags describe.
func (f *problemFlags) member(ctx context.Context, name string) (*member.Member, error) {
	return member.Named(ctx, name, f.dim.Value, f.set)
}

// train runs the default method for the problem with the tuned settings s of a network, and goes on
// where solve would.
func (a *app) train(ctx context.Context, m *member.Member, network string, s *bsde.Settings) (*bsde.Result, error) {
	method, d := m.Preset(network).Method, bsde.Demand{}
	if network == m.DefaultNetwork() {
		d.Others = m.Others()
	}
	return d.Search(ctx, method, *s, func(method bsde.Method, s *bsde.Settings) (*bsde.Result, error) {
		return a.solve(ctx, m.Solved(), method, s)
	})
}
