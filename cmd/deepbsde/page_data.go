package main

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/words"
	"github.com/deepbsde/deepbsde/pde"
)

// pageData is what the template of the page shows.
type pageData struct {
	run    *plottedRun
	member *member

	Title, Identity, Summary string
	Done                     bool // there is a result
	Warnings                 []string
	Resume                   string // the command that goes on, "" where there is nothing left to do
	Result                   []pageRow
	Verdict                  string
	Compared                 []comparedLine
	Training, Paths          []pageFigure
	Comparison               []pageFigure
	Equation, Citation, File string
	Dim                      int
	Parameters               []parameterLine
	Settings                 []pageRow
	Machine                  []pageRow
	Command                  string
	ValueName                string
	HasLoss                  bool
	History                  []historyLine
}

// pageRow is a line of a table: a name, a value and what it means.
type pageRow struct{ Name, Value, Meaning string }

// parameterLine is a parameter of the problem.
type parameterLine struct{ Name, Value, Default, Range, Meaning string }

// historyLine is a record of the training.
type historyLine struct{ Step, Value, Loss, Rate, Seconds string }

// comparedLine is a value to compare with.
type comparedLine struct{ Name, Value, Error, Difference, Source string }

func newPageData(r *plottedRun, m *member) *pageData {
	p := &pageData{
		run: r, member: m, Done: r.result != nil, Title: m.family.Title, Identity: identity(m),
		Equation: strings.TrimSpace(m.family.Equation), Citation: m.family.Citation, File: string(m.family.Text), Dim: m.dim,
		Command: "deepbsde " + shellWords(r.Command), ValueName: r.valueName(), HasLoss: !r.isPolicy(),
	}
	for _, x := range m.family.Params {
		p.Parameters = append(p.Parameters, parameterLine{x.Name, words.Exact(m.parameters[x.Name]), words.Exact(x.Default), x.Range(), x.Doc})
	}
	for _, l := range r.history {
		p.History = append(p.History, historyLine{
			strconv.Itoa(int(l.Step)), pageNumber(l.Value, 8), pageNumber(l.Loss, 4), strconv.FormatFloat(l.Rate, 'g', 3, 64), strconv.FormatFloat(l.Seconds, 'f', 2, 64),
		})
	}
	p.Settings = settingRows(r, r.effective(m))
	p.Machine = []pageRow{
		{"program", r.Program, "version, Go, system and instruction set"},
		{"processor", r.Processor, ""},
		{"started", r.Started.Format("2006-01-02 15:04:05 MST"), ""},
	}
	if r.result != nil {
		p.Machine = append(p.Machine, pageRow{"took", strconv.FormatFloat(r.result.Seconds, 'f', 1, 64) + " s", "training and estimate; of a run that was resumed, the part since then"})
	}
	p.compare()
	return p
}

// pageNumber is nothing where x is not known.
func pageNumber(x *float64, digits int) string {
	if x == nil {
		return ""
	}
	return strconv.FormatFloat(*x, 'g', digits, 64)
}

// settingMeanings explains the settings, in the order of the page.
var settingMeanings = []pageRow{
	{Name: "steps", Meaning: "time steps N"},
	{Name: "iterations", Meaning: "gradient steps"},
	{Name: "batch", Meaning: "paths in a gradient step"},
	{Name: "learning_rate", Meaning: "of Adam, at its highest"},
	{Name: "schedule", Meaning: "how the learning rate comes down"},
	{Name: "boundaries", Meaning: "iterations at which the rate changes"},
	{Name: "rates", Meaning: "the learning rates between them"},
	{Name: "hidden", Meaning: "widths of the hidden layers"},
	{Name: "activation", Meaning: "of the hidden layers"},
	{Name: "controlled", Meaning: "trained on paths with the drift σ ∂f/∂z"},
	{Name: "antithetic", Meaning: "trained on pairs of paths with opposite noise"},
	{Name: "segments", Meaning: "pieces in which a path is differentiated"},
	{Name: "clip_norm", Meaning: "largest norm of the gradient, 0 for any"},
	{Name: "loss_clip", Meaning: "mismatch beyond which the loss grows linearly, 0 for never"},
	{Name: "validation_paths", Meaning: "fixed paths of which value and loss are reported"},
	{Name: "validate_every", Meaning: "iterations between these reports"},
	{Name: "start_paths", Meaning: "paths that give all scales before training"},
	{Name: "estimate_paths", Meaning: "fresh paths of the final estimate"},
	{Name: "time_limit", Meaning: "after which training stops"},
	{Name: "seed", Meaning: "of all random numbers"},
	{Name: "precision", Meaning: "of the network's numbers"},
	{Name: "workers", Meaning: "parallel workers; results do not depend on it"},
}

// effective is the settings as used: a problem in discrete time has its own steps.
func (r *plottedRun) effective(m *member) jsonSettings {
	s := r.Settings
	if r.isPolicy() && m.control.Problem.Stages > 0 {
		s.Steps = m.control.Problem.Stages
	}
	return s
}

// settingRows are the settings under the names that they have in files.
func settingRows(r *plottedRun, s jsonSettings) []pageRow {
	rows := []pageRow{{"method", r.Method, ""}, {"network", r.Network, ""}}
	all := map[string]json.RawMessage{}
	text, err := json.Marshal(s)
	if err == nil {
		err = json.Unmarshal(text, &all)
	}
	if err != nil {
		return rows // of what was read from JSON before
	}
	for _, s := range settingMeanings {
		if value, ok := all[s.Name]; ok {
			rows = append(rows, pageRow{s.Name, strings.Trim(string(value), `"`), s.Meaning})
			delete(all, s.Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		rows = append(rows, pageRow{name, strings.Trim(string(all[name]), `"`), ""})
	}
	return rows
}

// compare puts the value beside the references.
func (p *pageData) compare() {
	r, m := p.run, p.member
	value, stderr := math.NaN(), math.NaN()
	if r.result != nil {
		value, stderr = orNaN(r.result.Value), orNaN(r.result.StdErr)
	}
	if words.Known(value) {
		p.Compared = append(p.Compared, comparedLine{"this run", words.ToError(value, stderr), "± " + words.Short(stderr), "", r.Method + ", network " + r.Network})
	}
	add := func(name string, ref *pde.Reference) {
		line := comparedLine{Name: name, Value: referenceDigits(ref, 0), Source: ref.Method}
		if ref.Source != "" {
			line.Source += " (" + ref.Source + ")"
		}
		if ref.StdErr > 0 {
			line.Error = "± " + words.Short(ref.StdErr)
		}
		if gap := value - ref.Value; words.Known(gap) {
			sign := "+"
			if gap < 0 {
				sign = ""
			}
			line.Difference = sign + words.Short(gap) + ", " + words.Percent(relativeError(value, ref))
		}
		p.Compared = append(p.Compared, line)
	}
	ref := r.reference.reference()
	if ref != nil {
		add("reference", ref)
	}
	for _, k := range r.knownValues(m) {
		if ref == nil || k.value.Value != ref.Value {
			add(k.name, k.value)
		}
	}
}

// knownValues are those on record for what the run solved: of a control problem for its
// own time grid, and not for its equation.
func (r *plottedRun) knownValues(m *member) []knownValue {
	if m.family.IsControl() && (!r.isPolicy() || r.effective(m).Steps != presetFor(m, "shared").Steps) {
		return nil
	}
	return knownValues(m)
}

// shellWords is a command line that a shell reads as these words.
func shellWords(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = shellWord(w)
	}
	return strings.Join(quoted, " ")
}

// pageTable is a table of three columns.
type pageTable struct {
	Label, First string
	Rows         []pageRow
}

// Table is for the template, whose parts take one argument.
func (*pageData) Table(label, first string, rows []pageRow) pageTable {
	return pageTable{label, first, rows}
}
