package points

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
)

// Choice is the flags that choose points.
type Choice struct {
	at    flags.Repeated
	file  flags.Opt[string]
	Line  flags.Opt[Scan]
	Plane flags.Opt[[2]Scan]
	Time  flags.Opt[float64]
	Count flags.Opt[int]
}

// Flags are all that choose points.
func (f *Choice) Flags() []cli.Flag {
	return append([]cli.Flag{
		&cli.GenericFlag{Name: "at", Usage: "the point `[T:]X`, T = 0 by default; repeatable", Value: &f.at},
		flags.Value("points", "CSV or JSON `FILE` of points", &f.file, flags.FileName),
	}, f.ScanFlags()...)
}

// ScanFlags choose points along a line or in a plane.
func (f *Choice) ScanFlags() []cli.Flag {
	return []cli.Flag{
		flags.Value("line", "points along a line through x0: component `K:LO:HI` from LO to HI; K = all moves all components", &f.Line, ParseScan),
		flags.Value("plane", "points in a plane through x0: components `J:LO:HI,K:LO:HI`", &f.Plane, ParsePlane),
		flags.Value("time", "`T` of the line or the plane (default: 0)", &f.Time, flags.FiniteNumber),
		flags.Value("count", "`NUMBER` of points on a line (default: 33) or along each side of a plane (default: 17)", &f.Count, flags.SeveralPaths),
	}
}

// Points are those of the flags, for a state x0. An error is one of the command line, one of
// a file, or that the file cannot be read.
func (f *Choice) Points(x0 []float64) (list []Point, err error) {
	given := 0
	for _, g := range []bool{len(f.at) > 0, f.file.Given, f.Line.Given, f.Plane.Given} {
		if g {
			given++
		}
	}
	switch {
	case given == 0:
		return nil, wrong("eval needs points: --at, --points, --line or --plane")
	case given > 1:
		return nil, wrong("want one of --at, --points, --line and --plane")
	case (f.Time.Given || f.Count.Given) && !f.Line.Given && !f.Plane.Given:
		return nil, wrong("--time and --count belong to --line and --plane")
	case f.Line.Given && f.Count.Value > mostPoints, f.Plane.Given && f.Count.Value > mostPoints/max(1, f.Count.Value):
		return nil, wrong("--count %d: more than %d points", f.Count.Value, mostPoints)
	}
	for _, s := range f.at {
		p, err := parse(s, x0)
		if err != nil {
			return nil, wrong("--at %s: %v", s, err)
		}
		list = append(list, p)
	}
	if f.file.Given {
		return read(f.file.Value, len(x0))
	}
	if f.Line.Given {
		line, err := f.Line.Value.through("line", x0, f.Count.Or(33))
		if err != nil {
			return nil, err
		}
		for _, x := range line {
			list = append(list, Point{f.Time.Value, x, "--line"})
		}
	}
	if f.Plane.Given {
		n := f.Count.Or(17)
		rows, err := f.Plane.Value[0].through("plane", x0, n)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			line, err := f.Plane.Value[1].through("plane", row, n)
			if err != nil {
				return nil, err
			}
			for _, x := range line {
				list = append(list, Point{f.Time.Value, x, "--plane"})
			}
		}
	}
	return list, nil
}

// mostPoints is the number that flags may ask for.
const mostPoints = 1 << 20

// wrong is a mistake in the command line.
func wrong(format string, args ...any) error {
	return &flags.UsageError{Err: fmt.Errorf(format, args...)}
}
