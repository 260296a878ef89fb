// Command deepbsde solves high-dimensional semilinear parabolic PDEs with the
// deep BSDE method, and stochastic control problems by training a policy.
//
//	deepbsde problems           lists the named problems
//	deepbsde show NAME          prints one problem in full
//	deepbsde methods            prints which method can solve what
//	deepbsde solve NAME         trains and reports the answer with its errors
//	deepbsde sweep NAME         solves it for many parameters and seeds
//	deepbsde reference NAME     computes u(0, x0) without a network
//	deepbsde compare NAME…      puts solvers and references side by side
//	deepbsde bench              runs the papers' experiments
//	deepbsde eval RUN           evaluates a saved run at points
//	deepbsde simulate RUN       simulates a trained policy beside the optimal one
//	deepbsde plot RUN…          draws saved runs
//	deepbsde report RUN         writes a saved run as one HTML page
//	deepbsde runs DIR           lists saved runs
//	deepbsde serve DIR          shows them as live pages on this machine
//	deepbsde merge DIR…         prints the table of a sweep from its shares
//	deepbsde check FILE         checks a problem file without training
//	deepbsde init NAME          prints the problem file of a named problem
//	deepbsde settings NAME      prints the settings of solve as a settings file
//	deepbsde import FILE.json   turns a configuration of DeepBSDE into one
//	deepbsde completion SHELL   prints a script that completes command lines
//	deepbsde man                prints the manual page
//	deepbsde version            prints the version
//
// The FILE of a problem (docs/files.md) may stand wherever a NAME does. Flags may stand
// before and after NAME. Results go to standard output, progress
// and messages to standard error; with --json standard output holds exactly one
// JSON object on one line. The exit status is
//
//	0    done
//	1    failed
//	2    wrong usage, or an invalid problem or setting
//	3    training diverged
//	4    finished, but an answer is not trustworthy; it is printed with the reasons
//	130  interrupted; the result so far is printed
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/deepbsde/deepbsde/autodiff/machine"
	"github.com/deepbsde/deepbsde/autodiff/parallel/ranks"
	"github.com/deepbsde/deepbsde/bsde"
)

func main() {
	machine.Watch(100*time.Millisecond, func(free float64) {
		fmt.Fprintf(os.Stderr, "deepbsde: out of memory: %s are free; fewer paths, a smaller batch or fewer workers take less. A run with --out has its checkpoints\n", machine.Size(free))
		os.Exit(exitFailed)
	})
	if err := ranks.Begin(); err != nil {
		fmt.Fprintf(os.Stderr, "deepbsde: %v\n", err)
		os.Exit(exitFailed)
	}
	defer lost()
	if ranks.Self() == 0 {
		status := program(interruptible(), os.Args[1:], os.Stdout, os.Stderr)
		if !ranks.End() {
			ranks.Abort(status)
		}
		os.Exit(status)
	}
	var said bytes.Buffer
	program(interruptible(), os.Args[1:], io.Discard, &said)
	if !ranks.End() {
		panic(ranks.Lost(said.String() + "the other ranks have not come to their end"))
	}
}

// lost ends all ranks where they cannot go on together.
func lost() {
	r := recover()
	if r == nil {
		return
	}
	why, ok := r.(ranks.Lost)
	if !ok {
		panic(r)
	}
	fmt.Fprintf(os.Stderr, "deepbsde: rank %d: %v. A run with --out goes on from its last checkpoint: solve --resume DIR, on any number of ranks\n", ranks.Self(), why)
	ranks.Abort(exitFailed)
	os.Exit(exitFailed)
}

// interruptible is a context that SIGINT, SIGTERM or, when the terminal is closed, SIGHUP
// cancels; a second signal ends the process at once. Under nohup SIGHUP stays ignored.
func interruptible() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Notify(signals, syscall.SIGHUP)
	}
	ranks.OnStop(cancel)
	go func() {
		<-signals
		ranks.Stop()
		<-signals
		os.Exit(exitInterrupted)
	}()
	return ctx
}

// program is all but the process: args are the words after its name, the result is the exit
// status.
func program(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	a := &app{stdout: stdout, stderr: stderr, solve: bsde.Solve}
	return a.run(ctx, args)
}
