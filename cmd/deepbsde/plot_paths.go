package main

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/words"
)

// drawnPaths are drawn of an equation, measuredPaths tell how far Y is off.
const (
	drawnPaths    = 3
	measuredPaths = 256
	mostMarks     = 20 // along a path
)

// runPaths draws sample paths of the newest checkpoint of a run: of Y beside the exact
// solution, or of states and actions.
func (a *app) runPaths(ctx context.Context, r *plottedRun) (*figure, error) {
	if r.isPolicy() {
		return a.policyPaths(ctx, r)
	}
	paths, m, err := a.valuePaths(ctx, r)
	if err != nil {
		return nil, err
	}
	return pathsOfValue(m, paths), nil
}

// valuePaths are paths of Y under the newest checkpoint.
func (a *app) valuePaths(ctx context.Context, r *plottedRun) ([]bsde.Path, *member, error) {
	t, m, err := r.trainer(ctx, a.warn, 0)
	if err != nil {
		return nil, nil, err
	}
	defer t.Close()
	// Fewer where their states would take more than some 100 MB.
	paths, err := t.Paths(max(drawnPaths, min(measuredPaths, 5_000_000/(r.Settings.Steps*m.problem.Dim))))
	if err == nil && !allKnown(paths) {
		err = &exitError{status: exitDiverged, err: fmt.Errorf("%s: the paths are not finite", r.path)}
	}
	return paths, m, err
}

func allKnown(paths []bsde.Path) bool {
	for _, path := range paths {
		for _, y := range path.Y {
			if !words.Known(y) {
				return false
			}
		}
	}
	return true
}

// pathsOfValue draws Y along the first paths as lines, and what it should be as rings in
// the colour of each.
func pathsOfValue(m *member, paths []bsde.Path) *figure {
	f := &figure{title: identity(m)}
	p := newPanel("time t", "Y along X")
	target := "g(X) at the end"
	if paths[0].U != nil {
		p.Y.Label.Text, target = "Y and u(t, X) along X", "exact solution u(t, X) at the same points"
	}
	for i, path := range paths[:min(drawnPaths, len(paths))] {
		shade := runColors[i%len(runColors)]
		var line, rings plotter.XYs
		last := len(path.T) - 1
		every := (last + mostMarks - 1) / mostMarks
		for n, t := range path.T {
			line = append(line, plotter.XY{X: t, Y: path.Y[n]})
			if path.U != nil && (n%every == 0 || n == last) && words.Known(path.U[n]) {
				rings = append(rings, plotter.XY{X: t, Y: path.U[n]})
			}
		}
		if path.U == nil {
			rings = plotter.XYs{{X: path.T[last], Y: path.G}}
		}
		f.curve(p, fmt.Sprintf("Y along %d sample paths, a colour each", min(drawnPaths, len(paths))), line, shade)
		ring := marks(rings, shade, draw.RingGlyph{})
		ring.Radius = vg.Points(2.5)
		if thread, err := plotter.NewLine(rings); err == nil && len(rings) > 1 {
			thread.Color, thread.Width, thread.Dashes = shade, vg.Points(0.8), dashes
			p.Add(thread)
			f.explain(target, thread, ring)
		}
		p.Add(ring)
		f.explain(target, ring)
	}
	addMargin(p)
	f.panels = []*plot.Plot{p}
	return f
}

// distance is the root of the mean square of Y less what it should be, over all times
// where the exact solution is known, else at the end, and the standard deviation of
// g(X) to measure it by.
func distance(paths []bsde.Path) (off, spread float64) {
	var sum, count, mean, square float64
	for _, path := range paths {
		last := len(path.T) - 1
		for n := range path.T {
			if path.U != nil || n == last {
				want := path.G
				if path.U != nil {
					want = path.U[n]
				}
				sum += (path.Y[n] - want) * (path.Y[n] - want)
				count++
			}
		}
		mean += path.G / float64(len(paths))
		square += path.G * path.G / float64(len(paths))
	}
	return math.Sqrt(sum / count), math.Sqrt(math.Max(square-mean*mean, 0))
}

// drawnComponents are the first ones of state and action.
const drawnComponents = 2

// policyPaths draws states, actions and the cost under the policy, and under the optimal
// one where that is known at once.
func (a *app) policyPaths(ctx context.Context, r *plottedRun) (*figure, error) {
	m, err := r.member(ctx)
	if err != nil {
		return nil, err
	}
	d, err := m.grid(r.Settings.Steps)
	if err != nil {
		return nil, err
	}
	policy, _, err := r.trainedPolicy(ctx, m, a.warn, 0)
	if err != nil {
		return nil, err
	}
	s := &simulated{member: m, grid: d, quick: true}
	if err := s.run(ctx, &simulateFlags{paths: flags.Opt[int]{2 * recordedPaths, true}}, policy); err != nil {
		return nil, err
	}
	var states, actions, cost []track
	for k := range min(drawnComponents, max(d.StateDim, d.ActionDim)) {
		tracks := s.tracks(k)
		if k < d.StateDim {
			states = append(states, tracks[0])
		}
		if k < d.ActionDim {
			actions = append(actions, tracks[len(tracks)-2])
		}
		cost = tracks[len(tracks)-1:]
	}
	return s.figure(append(append(states, actions...), cost...)), nil
}
