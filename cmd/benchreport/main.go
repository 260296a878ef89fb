// Command benchreport reads the output of go test -bench and go tool pprof -top on
// standard input, copies it to standard output and adds the ratios of the run: a step
// against gorgonia's own operations, a matrix product against the machine's peak, a
// step against the time that its arithmetic takes at the peak. With -doc FILE it puts
// them into the file, between lines
//
//	<!-- begin NAME --> … <!-- end NAME -->
//
// and the plots of the growth benchmarks into a folder named after the file.
//
// It is a tool of this repository: make bench, make performance.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	doc := flag.String("doc", "", "Markdown `file` to put the tables into")
	flag.Parse()
	if err := report(os.Stdin, os.Stdout, *doc); err != nil {
		fmt.Fprintln(os.Stderr, "benchreport:", err)
		os.Exit(1)
	}
}

func report(in io.Reader, out io.Writer, doc string) error {
	r := &run{}
	for lines := bufio.NewScanner(in); ; {
		if !lines.Scan() {
			if err := lines.Err(); err != nil {
				return err
			}
			break
		}
		fmt.Fprintln(out, lines.Text())
		r.add(lines.Text())
	}
	tables := r.tables()
	fmt.Fprintln(out)
	for _, name := range []string{"steps", "workers", "products"} {
		fmt.Fprintln(out, tables[name])
	}
	if r.failed != "" {
		return errors.New("a benchmark failed: " + r.failed)
	}
	if doc == "" {
		return nil
	}
	if err := write(doc, tables); err != nil {
		return err
	}
	return plots(doc, r)
}
