package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/deepbsde/deepbsde/problems"
)

// trainingTable shows the settings for both networks side by side.
func trainingTable(f *problems.Family) string {
	t := plainTable()
	t.AppendHeader(table.Row{"setting", "shared (tuned)", "per-step (published)"})
	shared, perStep := f.Training["shared"], f.Training["per-step"]
	perStep.Activation = "relu" // always
	for _, r := range []struct {
		name string
		text func(problems.Training) string
	}{
		{"steps", func(t problems.Training) string { return integer(t.Steps) }},
		{"iterations", func(t problems.Training) string { return integer(t.Iterations) }},
		{"batch", func(t problems.Training) string { return integer(t.Batch) }},
		{"learning rate", learningRate},
		{"hidden", func(t problems.Training) string { return integers(t.Hidden) }},
		{"activation", func(t problems.Training) string { return orDefault(t.Activation) }},
		{"controlled", func(t problems.Training) string { return strconv.FormatBool(!t.Uncontrolled) }},
		{"clip norm", func(t problems.Training) string { return clip(t.ClipNorm) }},
		{"loss clip", func(t problems.Training) string { return clip(t.LossClip) }},
		{"paths", func(t problems.Training) string { return integer(t.EstimatePaths) }},
	} {
		t.AppendRow(table.Row{r.name, r.text(shared), r.text(perStep)})
	}
	return render(t)
}

// learningRate is the rate with its schedule, such as "0.005 cosine" or
// "0.01 to 15000, 0.001 to 25000, 0.0001".
func learningRate(t problems.Training) string {
	if len(t.Rates) == 0 {
		rate := "default"
		if t.LearningRate != 0 {
			rate = exact(t.LearningRate)
		}
		if t.Schedule != "" {
			rate += ", " + t.Schedule
		}
		return rate
	}
	var parts []string
	for i, r := range t.Rates {
		part := exact(r)
		if i < len(t.Boundaries) {
			part += fmt.Sprintf(" to %d", t.Boundaries[i])
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

func orDefault(s string) string {
	if s == "" {
		return "default"
	}
	return s
}

func integer(n int) string {
	if n == 0 {
		return "default"
	}
	return strconv.Itoa(n)
}

func integers(n []int) string {
	return orDefault(strings.Trim(strings.ReplaceAll(fmt.Sprint(n), " ", ","), "[]"))
}

func clip(x float64) string {
	if x == 0 {
		return "off"
	}
	return exact(x)
}
