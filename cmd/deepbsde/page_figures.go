package main

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"math"
	"regexp"
	"unicode"
	"unicode/utf8"

	"gonum.org/v1/plot"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/words"
	"github.com/deepbsde/deepbsde/pde"
)

// pageFigure is a picture of the page.
type pageFigure struct {
	SVG     template.HTML
	Alt     string // what it shows, for those who do not see it
	Caption string
}

// newPageFigure draws a figure to stand in a page, which has its own title.
func newPageFigure(f *figure, alt, caption string) (pageFigure, error) {
	f.title, f.small = "", true
	text, err := f.draw(pictureSize{}, "svg")
	if err != nil {
		return pageFigure{}, err
	}
	return pageFigure{inlineSVG(text), alt, caption}, nil
}

var svgSize = regexp.MustCompile(`<svg width="[^"]*" height="[^"]*" (viewBox="[^"]*")[^>]*>`)

// inlineSVG is a picture without what an element of a page neither needs nor may have:
// the head of a file of its own, and a size that is not the page's.
func inlineSVG(text []byte) template.HTML {
	if at := bytes.Index(text, []byte("<svg")); at > 0 {
		text = text[at:]
	}
	return template.HTML(svgSize.ReplaceAll(text, []byte(`<svg $1 aria-hidden="true">`))) // gonum/plot escapes all words
}

// drawFigures draws all figures of the page.
func (a *app) drawFigures(ctx context.Context, p *pageData) error {
	if len(p.run.history) > 1 { // one is no line
		if err := p.drawTraining(); err != nil {
			return err
		}
	}
	if err := p.drawComparison(); err != nil {
		return err
	}
	if r := p.run.result; r != nil && p.run.status() == bsde.Diverged {
		return nil // its network is of no use
	}
	err := a.drawPaths(ctx, p)
	if err != nil && ctx.Err() == nil {
		p.Warnings = append(p.Warnings, fmt.Sprintf("There are no sample paths: %v.", err))
		return nil
	}
	return err
}

func (p *pageData) drawTraining() error {
	runs, value := []*plottedRun{p.run}, p.ValueName
	state := p.stateInWords()
	for _, f := range []struct{ what, over, alt, caption string }{
		{"value", "steps", value + " over gradient steps. ", value + " over the gradient steps of the training. The band is the 95 % interval of the final estimate."},
		{"value", "seconds", value + " over the time in seconds. ", value + " over the seconds of the training."},
		{"close-up", "", value + " over the second half of the gradient steps. ", value + " over the second half of the steps, at a larger scale."},
		{"loss", "steps", "Loss over gradient steps. ", "Loss, the mean squared mismatch of Y with g(X) at the end, over the gradient steps."},
		{"loss", "seconds", "Loss over the time in seconds. ", "The same over the seconds of the training."},
	} {
		figure := trainingFigure(runs, f.what, f.over)
		if len(figure.panels) == 0 { // a policy has no loss of its own
			continue
		}
		alt := "Line plot: " + f.alt
		if f.what == "loss" {
			alt += "It ends at " + exact6(orNaN(p.run.history[len(p.run.history)-1].Loss)) + "."
		} else {
			alt += state
		}
		drawn, err := newPageFigure(figure, alt, capital(f.caption))
		if err != nil {
			return err
		}
		p.Training = append(p.Training, drawn)
	}
	return nil
}

// stateInWords is what the plots of the value show at their end.
func (p *pageData) stateInWords() string {
	last := p.run.history[len(p.run.history)-1]
	text := fmt.Sprintf("The last value is %s.", exact6(orNaN(last.Value)))
	if r := p.run.result; r != nil && r.Value != nil && len(r.CI95) == 2 {
		text += fmt.Sprintf(" The final estimate is %s, its 95 %% interval %s.", words.ToError(*r.Value, orNaN(r.StdErr)), words.Between(r.CI95[0], r.CI95[1], orNaN(r.StdErr)))
	}
	if ref := p.run.reference.reference(); ref != nil {
		text += " The reference is " + exact6(ref.Value) + "."
	}
	return text
}

// capital is a sentence with its first letter in upper case.
func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}

func exact6(x float64) string { return words.ToError(x, math.NaN()) }

// drawComparison puts the value and its references on one axis.
func (p *pageData) drawComparison() error {
	r, ref := p.run.result, p.run.reference.reference()
	if r == nil || r.Value == nil || ref == nil || ref.Value == 0 {
		return nil
	}
	c := &comparison{member: p.member, best: ref, rows: []comparedRow{
		{name: "reference", value: ref.Value, sampling: ref.StdErr},
		{name: "this run", solver: true, value: *r.Value, sampling: orNaN(r.StdErr), step: orNaN(r.DiscretizationError), bias: orNaN(r.NetworkBias), training: math.NaN()},
	}}
	for _, k := range p.run.knownValues(p.member) {
		if k.value.Value != ref.Value {
			c.rows = append(c.rows, comparedRow{name: k.name, value: k.value.Value, sampling: k.value.StdErr, bound: pde.Neither})
		}
	}
	panel := c.panel()
	panel.Title.Text = ""
	covered := "all errors that it states: sampling, time step and network bias"
	if p.run.isPolicy() {
		covered = "the sampling error"
	}
	drawn, err := newPageFigure(&figure{panels: []*plot.Plot{panel}}, "Dot plot: values of the table above by their deviation from the reference, with intervals.",
		"Deviation from the reference. The interval of this run covers "+covered+".")
	p.Comparison = append(p.Comparison, drawn)
	return err
}

// drawPaths draws sample paths under the newest checkpoint.
func (a *app) drawPaths(ctx context.Context, p *pageData) error {
	if p.run.isPolicy() {
		return a.drawPolicyPaths(ctx, p)
	}
	paths, m, err := a.valuePaths(ctx, p.run)
	if err != nil {
		return err
	}
	off, spread := distance(paths)
	what, where := "g(X) at its end", "there"
	if paths[0].U != nil {
		what, where = "the exact solution u(t, X)", "in the mean over all times"
	}
	f := pathsOfValue(m, paths)
	drawn, err := newPageFigure(f, fmt.Sprintf("Line plot over time: Y along %d sample paths beside %s.", min(drawnPaths, len(paths)), what),
		fmt.Sprintf("Y from its trained start on along fresh paths of X, beside %s. On %d paths it is off by %s (root mean square, %s); g(X) has the standard deviation %s.",
			what, len(paths), words.Short(off), where, words.Short(spread)))
	p.Paths = append(p.Paths, drawn)
	return err
}

func (a *app) drawPolicyPaths(ctx context.Context, p *pageData) error {
	all, err := a.policyPaths(ctx, p.run)
	if err != nil {
		return err
	}
	for _, panel := range all.panels {
		name := panel.Y.Label.Text
		drawn, err := newPageFigure(&figure{panels: []*plot.Plot{panel}, key: all.key}, fmt.Sprintf("Line plot over time: %s, the median, the band from 5 to 95 %% and %d sample paths.", name, samplePaths),
			capital(name)+"; under the policy on fresh paths.")
		if err != nil {
			return err
		}
		p.Paths = append(p.Paths, drawn)
	}
	return nil
}
