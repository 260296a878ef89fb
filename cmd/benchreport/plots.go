package main

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"

	"github.com/deepbsde/deepbsde/cmd/internal/letters"
)

// plots draws the cost of a step against each size that was varied, a line for each
// network, into the folder with the name of the document.
func plots(doc string, r *run) error {
	folder := strings.TrimSuffix(doc, filepath.Ext(doc))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	lines := map[string]map[string]plotter.XYs{} // size → network → points
	for _, res := range r.results {
		part := strings.Split(res.name, "/")
		if part[0] != "Growth" || len(part) != 4 {
			continue
		}
		x, err := strconv.ParseFloat(part[3], 64)
		if err != nil {
			return fmt.Errorf("benchmark %s: %w", res.name, err)
		}
		if lines[part[1]] == nil {
			lines[part[1]] = map[string]plotter.XYs{}
		}
		lines[part[1]][part[2]] = append(lines[part[1]][part[2]], plotter.XY{X: x, Y: res.metrics["ns/op"] / 1e6})
	}
	for size, networks := range lines {
		if err := draw(filepath.Join(folder, size+".svg"), size, networks); err != nil {
			return err
		}
	}
	return nil
}

func draw(file, size string, networks map[string]plotter.XYs) error {
	p := plot.New()
	p.X.Label.Text, p.Y.Label.Text = size, "ms a gradient step"
	logarithmic := size != "workers"
	if logarithmic {
		p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
		p.X.Tick.Marker, p.Y.Tick.Marker = plot.LogTicks{Prec: -1}, plot.LogTicks{Prec: -1}
	} else {
		p.X.Tick.Marker = plot.ConstantTicks{{Value: 1, Label: "1"}, {Value: 2, Label: "2"}}
		p.Y.Min = 0
	}
	p.Legend.Top, p.Legend.Left = true, logarithmic
	p.Add(plotter.NewGrid())
	var args []any
	for _, name := range []string{"per-step", "shared"} {
		if points := networks[name]; len(points) > 0 {
			args = append(args, name, points)
			if !logarithmic {
				continue
			}
			// A line of slope 1 through the last point, to judge the growth by.
			last := points[len(points)-1]
			first := plotter.XY{X: points[0].X, Y: last.Y * points[0].X / last.X}
			guide, err := plotter.NewLine(plotter.XYs{first, last})
			if err != nil {
				return err
			}
			guide.Dashes = []vg.Length{vg.Points(2), vg.Points(3)}
			p.Add(guide)
		}
	}
	if err := plotutil.AddLinePoints(p, args...); err != nil {
		return err
	}
	if logarithmic { // whole decades
		p.Y.Min = math.Pow(10, math.Floor(math.Log10(p.Y.Min)))
		p.Y.Max = math.Pow(10, math.Ceil(math.Log10(p.Y.Max)))
	}
	picture, err := p.WriterTo(12*vg.Centimeter, 9*vg.Centimeter, "svg")
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if _, err := picture.WriteTo(&b); err != nil {
		return err
	}
	return os.WriteFile(file, letters.Outline(b.Bytes(), "time of a gradient step against "+size, ""), 0o644)
}
