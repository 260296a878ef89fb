package member

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/tables"
)

// TrainingTable shows the settings for both networks side by side.
func (m *Member) TrainingTable() string {
	t := tables.New()
	tuned, published := "shared (tuned)", "per-step (published)"
	if m.Control != nil {
		published = "per-step"
	}
	if m.Family.Text != nil { // a file, for which nobody has done either
		tuned, published = "shared", "per-step"
	}
	t.AppendHeader(table.Row{"setting", tuned, published})
	shared, perStep := m.Preset("shared"), m.Preset("per-step")
	for _, r := range []struct {
		name string
		text func(Preset) string
	}{
		{"grid", func(p Preset) string { return p.Grid }},
		{"steps", func(p Preset) string { return strconv.Itoa(p.Steps) }},
		{"iterations", func(p Preset) string { return strconv.Itoa(p.Iterations) }},
		{"batch", func(p Preset) string { return strconv.Itoa(p.Batch) }},
		{"lr", learningRate},
		{"hidden", hidden},
		{"activation", activation},
		{"controlled", option("controlled")},
		{"antithetic", option("antithetic")},
		{"clip-norm", func(p Preset) string { return clip(p.ClipNorm) }},
		{"loss-clip", func(p Preset) string { return clip(p.LossClip) }},
		{"paths", func(p Preset) string { return strconv.Itoa(p.Paths) }},
	} {
		if text := r.text(shared); text != "" {
			t.AppendRow(table.Row{r.name, text, r.text(perStep)})
		}
	}
	return tables.Text(t)
}

// option is an option of the method as text, nothing where the method has no such option.
func option(name string) func(Preset) string {
	return func(p Preset) string {
		v, ok := bsde.Options(p.Method)[name]
		if !ok {
			return ""
		}
		return fmt.Sprint(v)
	}
}

// hidden is the widths of the hidden layers.
func hidden(p Preset) string {
	return strings.Trim(strings.ReplaceAll(option("hidden")(p), " ", ","), "[]")
}

// activation is that of the hidden layers.
func activation(p Preset) string {
	if text := option("activation")(p); text != "" {
		return text
	}
	return "relu" // always, in the per-step network
}

// learningRate is the rate with its schedule, such as "0.005, cosine" or
// "0.01 to 15000, 0.001 to 25000, 0.0001".
func learningRate(p Preset) string {
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
