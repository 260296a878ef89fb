package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/deepbsde/deepbsde/cmd/internal/figure"
)

// plots draws the cost of a step against each size that was varied, a line for each
// network, into the folder with the name of the document.
func plots(doc string, r *run) error {
	folder := strings.TrimSuffix(doc, filepath.Ext(doc))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	lines := map[string]map[string][]figure.Point{} // size → network → points
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
			lines[part[1]] = map[string][]figure.Point{}
		}
		lines[part[1]][part[2]] = append(lines[part[1]][part[2]], figure.Point{X: x, Y: res.metrics["ns/op"] / 1e6})
	}
	for size, networks := range lines {
		if err := draw(filepath.Join(folder, size+".svg"), size, networks); err != nil {
			return err
		}
	}
	return nil
}

func draw(file, size string, networks map[string][]figure.Point) error {
	g := figure.Growth{X: size, Y: "ms a gradient step", Linear: size == "workers"}
	for _, name := range []string{"per-step", "shared"} {
		if points := networks[name]; len(points) > 0 {
			g.Kinds = append(g.Kinds, figure.Costs{Name: name, Points: points})
		}
	}
	text, err := g.Figure().Draw(figure.Size{}, "svg")
	if err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o644)
}
