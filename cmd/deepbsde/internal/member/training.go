package member

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/deep"
	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/tables"
)

// TrainingTable shows the settings for the networks side by side.
func (m *Member) TrainingTable() string {
	t := tables.New()
	titles := map[string]string{"features": "features (default)", "shared": "shared (tuned)", "per-step": "per-step (published)"}
	if m.Control != nil || m.Family.Text != nil { // for which nothing is published
		titles["per-step"] = "per-step"
	}
	if m.Family.Text != nil { // a file, for which nobody has tuned anything
		titles["shared"] = "shared"
	}
	header, presets := table.Row{"setting"}, []Preset{}
	for _, network := range m.Networks() {
		header, presets = append(header, titles[network]), append(presets, m.Preset(network))
	}
	t.AppendHeader(header)
	whole := func(get func(Preset) int) func(Preset) string {
		return func(p Preset) string { return strconv.Itoa(get(p)) }
	}
	for _, r := range []struct {
		name string
		text func(Preset) string
		only bool // what gradient descent alone has
	}{
		{"fit", option("fit"), false},
		{"grid", func(p Preset) string { return p.Grid }, false},
		{"steps", whole(func(p Preset) int { return p.Steps }), false},
		{"passes", option("passes"), false},
		{"iterations", whole(func(p Preset) int { return p.Iterations }), true},
		{"batch", whole(func(p Preset) int { return p.Batch }), true},
		{"lr", learningRate, true},
		{"hidden", hidden, true},
		{"activation", activation, true},
		{"controlled", option("controlled"), false},
		{"antithetic", option("antithetic"), false},
		{"clip-norm", func(p Preset) string { return clip(p.ClipNorm) }, true},
		{"loss-clip", func(p Preset) string { return clip(p.LossClip) }, true},
		{"paths", whole(func(p Preset) int { return p.Paths }), false},
	} {
		row, some := table.Row{r.name}, false
		for _, p := range presets {
			text := ""
			if !r.only || option("fit")(p) != deep.LeastSquares {
				text = r.text(p)
			}
			row, some = append(row, text), some || text != ""
		}
		if some {
			t.AppendRow(row)
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
