package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/deepbsde/deepbsde/bsde/run"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/page"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/saved"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/serve"
	"github.com/deepbsde/deepbsde/cmd/internal/figure"
	"github.com/deepbsde/deepbsde/pde"
	"github.com/urfave/cli/v2"
)

func (a *app) serveCommand() *cli.Command {
	var port flags.Opt[int]
	return &cli.Command{
		Name:      "serve",
		Usage:     "show the saved runs below a folder as live pages on this machine",
		UsageText: "deepbsde serve DIR [--port NUMBER]",
		Description: "Prints the address of the pages, which follow the runs while they train, until Ctrl-C. Only this machine\n" +
			"can ask for them, and only with the token in the address.",
		HideHelpCommand: true,
		OnUsageError:    onUsageError,
		Flags: []cli.Flag{
			flags.Value("port", "`NUMBER` of the port on 127.0.0.1 (default: any free one)", &port, flags.Port),
		},
		Action: func(c *cli.Context) error {
			if c.NArg() != 1 {
				return usage(c, "serve needs one DIR, a folder with saved runs")
			}
			s, err := a.pages(c.Args().First())
			if err != nil {
				return &exitError{status: exitUsage, err: err}
			}
			address, err := s.Listen(port.Value)
			if err != nil {
				return err
			}
			defer s.Close()
			if err := a.print(address + "\n"); err != nil {
				return err
			}
			<-c.Context.Done()
			return nil
		},
	}
}

// pages are the live pages of the runs below a folder. They have no terminal.
func (a *app) pages(root string) (*serve.Server, error) {
	quiet := &app{stdout: io.Discard, stderr: io.Discard, solve: a.solve}
	return serve.New(root, serve.Work{
		Reference: func(ctx context.Context, r *saved.Run) (*pde.Reference, error) {
			m, err := r.Member(ctx)
			if err == nil {
				err = r.FindReference(ctx, m)
			}
			return r.Reference, err
		},
		Describe: func(ctx context.Context, r *saved.Run) (*page.Data, error) {
			m, err := r.Member(ctx)
			if err != nil {
				return nil, err
			}
			return described(r, m), nil
		},
		Report: quiet.page,
		Draw: func(ctx context.Context, runs []*saved.Run, p serve.Picture) (*figure.Figure, error) {
			f := &plotFlags{Choice: p.Choice, what: flags.Given(p.What)}
			if p.Over != "" {
				f.over = flags.Given(p.Over)
			}
			return quiet.picture(ctx, f, runs, true)
		},
	})
}

// serveRun shows the run of a task beside its training, until the returned function is called.
func (a *app) serveRun(t *solveTask) (end func(), err error) {
	dir := t.out
	if t.dir != nil {
		dir = t.dir.Path()
	} else {
		if err := run.Vacant(dir); err != nil {
			return nil, err
		}
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return nil, err
		}
	}
	s, err := a.pages(dir)
	if err != nil {
		return nil, err
	}
	address, err := s.Listen(0)
	if err != nil {
		return nil, err
	}
	fmt.Fprintln(a.stderr, "deepbsde: live at "+address)
	return func() {
		s.Close()
		os.Remove(dir) // if there is no run in it
	}, nil
}
