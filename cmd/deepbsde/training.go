package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/tables"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/words"
)

// preset is a complete set of settings, as solve uses it without flags.
type preset struct {
	bsde.Settings
	method bsde.Method
}

func (p preset) json() jsonSettings { return newJSONSettings(p.method, p.Settings) }

// presetFor is the preset of a network for a member of a family.
func presetFor(m *member, network string) preset {
	var none solveFlags
	t := m.family.Training[network]
	p := preset{Settings: none.settingsFor(t).WithDefaults()}
	if m.control != nil {
		policy := none.policyFor(network, t)
		policy.Network = policy.Network.Resolve(m.networkDim())
		p.method = policy
		if n := m.control.Problem.Stages; n > 0 {
			p.Steps = n
		}
	} else {
		method := none.methodFor(network, t)
		method.Network = method.Network.Resolve(m.networkDim())
		p.method = method
	}
	return p
}

// trainingTable shows the settings for both networks side by side.
func trainingTable(m *member) string {
	t := tables.New()
	tuned, published := "shared (tuned)", "per-step (published)"
	if m.control != nil {
		published = "per-step"
	}
	if m.family.Text != nil { // a file, for which nobody has done either
		tuned, published = "shared", "per-step"
	}
	t.AppendHeader(table.Row{"setting", tuned, published})
	shared, perStep := presetFor(m, "shared"), presetFor(m, "per-step")
	for _, r := range []struct {
		name string
		text func(preset) string
	}{
		{"steps", func(p preset) string { return strconv.Itoa(p.Steps) }},
		{"iterations", func(p preset) string { return strconv.Itoa(p.Iterations) }},
		{"batch", func(p preset) string { return strconv.Itoa(p.Batch) }},
		{"learning rate", learningRate},
		{"hidden", func(p preset) string { return layers(p).hidden }},
		{"activation", func(p preset) string { return layers(p).activation }},
		{"controlled", func(p preset) string { return yesOrNo(p.json().Controlled) }},
		{"antithetic", func(p preset) string { return yesOrNo(p.json().Antithetic) }},
		{"clip norm", func(p preset) string { return clip(p.ClipNorm) }},
		{"loss clip", func(p preset) string { return clip(p.LossClip) }},
		{"paths", func(p preset) string { return strconv.Itoa(p.EstimatePaths) }},
	} {
		if text := r.text(shared); text != "" {
			t.AppendRow(table.Row{r.name, text, r.text(perStep)})
		}
	}
	return tables.Text(t)
}

// yesOrNo is nothing where the method has no such setting.
func yesOrNo(b *bool) string {
	if b == nil {
		return ""
	}
	return strconv.FormatBool(*b)
}

// layers is the architecture of a preset in words.
func layers(p preset) (l struct{ hidden, activation string }) {
	j := p.json()
	l.hidden, l.activation = strings.Trim(strings.ReplaceAll(fmt.Sprint(j.Hidden), " ", ","), "[]"), j.Activation
	if l.activation == "" {
		l.activation = "relu" // always, in the per-step network
	}
	return l
}

// learningRate is the rate with its schedule, such as "0.005, cosine" or
// "0.01 to 15000, 0.001 to 25000, 0.0001".
func learningRate(p preset) string {
	if len(p.Rates) == 0 {
		return words.Exact(p.LearningRate) + ", " + p.Schedule
	}
	var parts []string
	for i, r := range p.Rates {
		part := words.Exact(r)
		if i < len(p.Boundaries) {
			part += fmt.Sprintf(" to %d", p.Boundaries[i])
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

func clip(x float64) string {
	if x == 0 {
		return "off"
	}
	return words.Exact(x)
}
