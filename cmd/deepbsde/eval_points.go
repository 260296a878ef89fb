package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/deepbsde/deepbsde/autodiff/expr"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
	"github.com/deepbsde/deepbsde/pde"
)

var nan = math.NaN()

// point is a point (t, x) and where it was given, for messages.
type point struct {
	t      float64
	x      []float64
	source string
}

// pointFlags choose points.
type pointFlags struct {
	at    flags.Repeated
	file  flags.Opt[string]
	line  flags.Opt[scan]
	plane flags.Opt[[2]scan]
	time  flags.Opt[float64]
	count flags.Opt[int]
}

func (f *pointFlags) flags() []cli.Flag {
	return append([]cli.Flag{
		&cli.GenericFlag{Name: "at", Usage: "the point `[T:]X`, T = 0 by default; repeatable", Value: &f.at},
		flags.Value("points", "CSV or JSON `FILE` of points", &f.file, flags.FileName),
	}, f.scanFlags()...)
}

// scanFlags choose points along a line or in a plane.
func (f *pointFlags) scanFlags() []cli.Flag {
	return []cli.Flag{
		flags.Value("line", "points along a line through x0: component `K:LO:HI` from LO to HI; K = all moves all components", &f.line, parseScan),
		flags.Value("plane", "points in a plane through x0: components `J:LO:HI,K:LO:HI`", &f.plane, parsePlane),
		flags.Value("time", "`T` of the line or the plane (default: 0)", &f.time, flags.FiniteNumber),
		flags.Value("count", "`NUMBER` of points on a line (default: 33) or along each side of a plane (default: 17)", &f.count, flags.SeveralPaths),
	}
}

// scan is a component of x, −1 for all, with the range that it runs through.
type scan struct {
	component int
	lo, hi    float64
}

func parseScan(s string) (scan, error) {
	wrong := fmt.Errorf("want K:LO:HI, such as 0:-1:1 or all:-1:1, with LO below HI")
	parts := strings.Split(s, ":")
	if len(parts) != 3 {
		return scan{}, wrong
	}
	r := scan{component: -1}
	var err error
	if parts[0] != "all" {
		if r.component, err = strconv.Atoi(parts[0]); err != nil || r.component < 0 {
			return scan{}, wrong
		}
	}
	for i, to := range []*float64{&r.lo, &r.hi} {
		if *to, err = flags.FiniteNumber(parts[i+1]); err != nil {
			return scan{}, wrong
		}
	}
	if !(r.lo < r.hi) {
		return scan{}, wrong
	}
	return r, nil
}

func parsePlane(s string) (plane [2]scan, err error) {
	first, second, ok := strings.Cut(s, ",")
	if ok {
		if plane[0], err = parseScan(first); err == nil {
			plane[1], err = parseScan(second)
		}
	}
	if !ok || err != nil || min(plane[0].component, plane[1].component) < 0 || plane[0].component == plane[1].component {
		return plane, fmt.Errorf("want J:LO:HI,K:LO:HI with two components, such as 0:-1:1,1:-1:1")
	}
	return plane, nil
}

// points are those of the flags, for a state x0 and a horizon.
func (f *pointFlags) points(c *cli.Context, x0 []float64, horizon float64) (list []point, err error) {
	given := 0
	for _, g := range []bool{len(f.at) > 0, f.file.Given, f.line.Given, f.plane.Given} {
		if g {
			given++
		}
	}
	switch {
	case given == 0:
		return nil, usage(c, "eval needs points: --at, --points, --line or --plane")
	case given > 1:
		return nil, usage(c, "want one of --at, --points, --line and --plane")
	case (f.time.Given || f.count.Given) && !f.line.Given && !f.plane.Given:
		return nil, usage(c, "--time and --count belong to --line and --plane")
	case f.line.Given && f.count.Value > mostPoints, f.plane.Given && f.count.Value > mostPoints/max(1, f.count.Value):
		return nil, usage(c, "--count %d: more than %d points", f.count.Value, mostPoints)
	}
	for _, s := range f.at {
		p, err := parsePoint(s, x0)
		if err != nil {
			return nil, usage(c, "--at %s: %v", s, err)
		}
		list = append(list, p)
	}
	if f.file.Given {
		return readPoints(f.file.Value, len(x0))
	}
	if f.line.Given {
		line, err := f.line.Value.through(c, "line", x0, f.count.Or(33))
		if err != nil {
			return nil, err
		}
		for _, x := range line {
			list = append(list, point{f.time.Value, x, "--line"})
		}
	}
	if f.plane.Given {
		n := f.count.Or(17)
		rows, err := f.plane.Value[0].through(c, "plane", x0, n)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			line, err := f.plane.Value[1].through(c, "plane", row, n)
			if err != nil {
				return nil, err
			}
			for _, x := range line {
				list = append(list, point{f.time.Value, x, "--plane"})
			}
		}
	}
	return list, nil
}

// mostPoints is the number that flags may ask for.
const mostPoints = 1 << 20

// through are the points of a line through x0.
func (r scan) through(c *cli.Context, flag string, x0 []float64, count int) (list [][]float64, err error) {
	if r.component >= len(x0) {
		return nil, usage(c, "--%s: there is no component %d, want a number from 0 to %d", flag, r.component, len(x0)-1)
	}
	for i := range count {
		x := slices.Clone(x0)
		v := r.at(i, count)
		for j := range x {
			if j == r.component || r.component < 0 {
				x[j] = v
			}
		}
		list = append(list, x)
	}
	return list, nil
}

// at is the i-th of so many values of the range.
func (r scan) at(i, count int) float64 {
	return r.lo + (r.hi-r.lo)*float64(i)/float64(count-1)
}

// parsePoint reads [T:]X.
func parsePoint(s string, x0 []float64) (p point, err error) {
	p.source = "--at " + s
	time, state, ok := strings.Cut(s, ":")
	if !ok {
		time, state = "0", s
	}
	if p.t, err = flags.FiniteNumber(time); err != nil {
		return p, fmt.Errorf("the time %q: %w", time, err)
	}
	if strings.TrimSpace(state) == "x0" {
		p.x = slices.Clone(x0)
		return p, nil
	}
	for _, word := range strings.Split(state, ",") {
		v, err := flags.FiniteNumber(word)
		if err != nil {
			return p, fmt.Errorf("the component %q: %w", word, err)
		}
		p.x = append(p.x, v)
	}
	if len(p.x) == 1 {
		p.x = slices.Repeat(p.x, len(x0))
	}
	if len(p.x) != len(x0) {
		return p, fmt.Errorf("%d components, want 1 or %d", len(p.x), len(x0))
	}
	return p, nil
}

// exactSolution is u and ∇u of the problem's exact solution.
func exactSolution(p *pde.Problem, at point) (u float64, gradient []float64, err error) {
	t, x := expr.Input("t", 1), expr.Input("x", p.Dim)
	f, err := expr.Compile(p.Exact(t, x), t, x)
	if err != nil {
		return nan, nil, err
	}
	direction := make([]float64, p.Dim)
	for j := range direction {
		direction[j] = 1
		value, slope, _, err := f.Jet(1, [][]float64{{at.t}, at.x}, [][]float64{{0}, direction})
		if err != nil {
			return nan, nil, err
		}
		u, gradient = value[0], append(gradient, slope[0])
		direction[j] = 0
	}
	return u, gradient, nil
}
