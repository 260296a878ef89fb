package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image/color"
	"io/fs"
	"math"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

func (a *app) plotCommand() *cli.Command {
	var file opt[string]
	return &cli.Command{
		Name:      "plot",
		Usage:     "draw the training of saved runs",
		UsageText: "deepbsde plot RUN… --out FILE",
		Description: "Draws value and loss over steps and time, with the final estimate and its 95 % interval and the\n" +
			"reference. Several runs are drawn together; they must be of one problem.",
		HideHelpCommand: true,
		OnUsageError:    onUsageError,
		Flags: []cli.Flag{
			valueFlag("out", "`FILE` (png, svg or pdf) for the picture (required)", &file, plotFile),
		},
		Action: func(c *cli.Context) error {
			names := c.Args().Slice()
			if len(names) == 0 {
				return usage(c, "plot needs a RUN, the directory of 'deepbsde solve NAME --out RUN'")
			}
			if !file.given {
				return usage(c, "plot needs --out FILE, a name that ends in .png, .svg or .pdf")
			}
			var runs []*plottedRun
			for _, name := range names {
				r, err := readRun(name)
				if err != nil {
					return err
				}
				if first := runs; len(first) > 0 && first[0].Problem != r.Problem {
					return &exitError{status: exitUsage, err: fmt.Errorf("%s is of %s, %s of %s: want runs of one problem", names[0], first[0].Problem, name, r.Problem)}
				}
				runs = append(runs, r)
			}
			return savePanels(file.value, trainingPanels(runs))
		},
	}
}

// plottedRun is what plot reads of a run.
type plottedRun struct {
	*rundir
	name    string
	history []metricsLine
	result  *plottedResult // nil before the run's end
}

// metricsLine is a line of metrics.jsonl.
type metricsLine struct {
	Step    float64  `json:"step"`
	Loss    *float64 `json:"loss_function"`
	Value   *float64 `json:"target_value"`
	Seconds float64  `json:"elapsed_time"`
}

// plottedResult is what plot reads of result.json.
type plottedResult struct {
	Value     *float64
	CI95      []float64
	Seconds   float64
	Reference *jsonReference
}

func readRun(path string) (*plottedRun, error) {
	dir, err := openRun(path)
	if err != nil {
		return nil, err
	}
	r := &plottedRun{rundir: dir, name: filepath.Base(filepath.Clean(path))}
	text, err := os.ReadFile(dir.file(metricsLinesFile))
	if err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		var l metricsLine
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			return nil, fmt.Errorf("%s: %w", dir.file(metricsLinesFile), err)
		}
		r.history = append(r.history, l)
	}
	text, err = os.ReadFile(dir.file(resultFile))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return r, nil
	case err != nil:
		return nil, err
	}
	if err := json.Unmarshal(text, &r.result); err != nil {
		return nil, fmt.Errorf("%s: %w", dir.file(resultFile), err)
	}
	return r, nil
}

// runColors tell the runs apart; more than six begin again.
var runColors = []color.RGBA{orange, blue, {R: 0x00, G: 0x9e, B: 0x73, A: 0xff}, {R: 0xcc, G: 0x79, B: 0xa7, A: 0xff}, {R: 0xe6, G: 0x9f, B: 0x00, A: 0xff}, {R: 0x56, G: 0xb4, B: 0xe9, A: 0xff}}

// trainingPanels draws value and loss, each over steps and over seconds.
func trainingPanels(runs []*plottedRun) []*plot.Plot {
	value := "Y0"
	if runs[0].Kind == "control" {
		value = "cost on the validation paths"
	}
	steps := func(l metricsLine) float64 { return l.Step }
	seconds := func(l metricsLine) float64 { return l.Seconds }
	get := func(p func(l metricsLine) *float64) func(l metricsLine) float64 {
		return func(l metricsLine) float64 {
			if v := p(l); v != nil {
				return *v
			}
			return math.NaN()
		}
	}
	values := get(func(l metricsLine) *float64 { return l.Value })
	losses := get(func(l metricsLine) *float64 { return l.Loss })
	list := []*plot.Plot{
		trainingPanel(runs, "gradient steps", value, steps, values, true),
		trainingPanel(runs, "seconds", value, seconds, values, true),
	}
	if runs[0].Kind == "pde" { // the loss of a policy is its cost
		list = append(list,
			trainingPanel(runs, "gradient steps", "loss", steps, losses, false),
			trainingPanel(runs, "seconds", "loss", seconds, losses, false))
	}
	return list
}

func trainingPanel(runs []*plottedRun, xLabel, yLabel string, x, y func(metricsLine) float64, withResult bool) *plot.Plot {
	p := plot.New()
	p.Title.Text = fmt.Sprintf("%s, d = %d", runs[0].Problem, runs[0].Dim)
	p.X.Label.Text, p.Y.Label.Text = xLabel, yLabel
	p.Legend.Top, p.Legend.Padding = true, vg.Millimeter
	p.Add(plotter.NewGrid())
	entries, last := 0, 0.0
	legend := func(name string, t plot.Thumbnailer) {
		p.Legend.Add(name, t)
		entries++
	}
	for i, r := range runs {
		shade := runColors[i%len(runColors)]
		var points plotter.XYs
		for _, l := range r.history {
			if v := y(l); known(v) && (withResult || v > 0) {
				points = append(points, plotter.XY{X: x(l), Y: v})
				last = math.Max(last, x(l))
			}
		}
		if len(points) == 0 {
			continue
		}
		if line, err := plotter.NewLine(points); err == nil {
			line.Color, line.Width = shade, vg.Points(1.5)
			p.Add(line)
			legend(r.name, line)
		}
		if res := r.result; withResult && res != nil && res.Value != nil && len(res.CI95) == 2 {
			at := points[len(points)-1].X
			if bars, err := plotter.NewYErrorBars(intervalAt{at, *res.Value, *res.Value - res.CI95[0], res.CI95[1] - *res.Value}); err == nil {
				bars.Color, bars.LineStyle.Width = shade, vg.Points(1.5)
				point := marks(plotter.XYs{{X: at, Y: *res.Value}}, shade, glyph(0))
				p.Add(bars, point)
				legend(r.name+": estimate, 95 %", point)
			}
		}
	}
	if ref := reference(runs); withResult && ref != nil {
		if line, err := plotter.NewLine(plotter.XYs{{X: 0, Y: *ref.Value}, {X: last, Y: *ref.Value}}); err == nil {
			line.Dashes = []vg.Length{vg.Points(5), vg.Points(3)}
			p.Add(line)
			legend("reference", line)
		}
	}
	if !withResult && p.Y.Min > 0 && p.Y.Max > p.Y.Min {
		p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, plot.LogTicks{Prec: 4}
		p.Y.Min, p.Y.Max = math.Pow(10, math.Floor(math.Log10(p.Y.Min))), math.Pow(10, math.Floor(math.Log10(p.Y.Max))+1+0.5*float64(entries))
	} else {
		p.Y.Max += 0.13 * float64(entries) * (p.Y.Max - p.Y.Min) // room for the legend
	}
	return p
}

// reference is that of the first run that has one.
func reference(runs []*plottedRun) *jsonReference {
	for _, r := range runs {
		if r.result != nil && r.result.Reference != nil && r.result.Reference.Value != nil {
			return r.result.Reference
		}
	}
	return nil
}

// intervalAt is one point with an interval along y.
type intervalAt struct{ x, y, low, high float64 }

func (v intervalAt) Len() int                       { return 1 }
func (v intervalAt) XY(int) (x, y float64)          { return v.x, v.y }
func (v intervalAt) YError(int) (low, high float64) { return v.low, v.high }
