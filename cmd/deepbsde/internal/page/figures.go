package page

import (
	"fmt"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/deepbsde/deepbsde/bsde/words"
	"github.com/deepbsde/deepbsde/cmd/internal/figure"
)

// DrawTraining draws the training of the run.
func (d *Data) DrawTraining(t figure.Training) error {
	history := t.Runs[0].History
	value, state, band := t.Value, stateInWords(t), "The band is the 95 % interval of the final estimate."
	if f := t.Runs[0].Final; f != nil && f.Doubt && !f.SamplingAlone() {
		band = "The band is the final estimate with the errors that it states, which are not to be trusted, the darker part that of sampling alone."
	} else if f != nil && !f.SamplingAlone() {
		band = "The band is the final estimate with all its errors, the darker part that of sampling alone, 95 %."
	} else if f != nil && t.HasLoss {
		band = "The band is the final estimate with the error of sampling alone, 95 %; that of everything is unknown."
	}
	if f := t.Runs[0].Final; f != nil && f.Grid != "" {
		band = "The band is the 95 % interval of the final estimate " + f.Grid + ", of sampling alone; the answer is for continuous time."
	}
	took := fmt.Sprintf("in %.3g seconds", history[len(history)-1].Seconds)
	for _, f := range []struct{ what, alt, caption string }{
		{"value", value + " over " + t.Steps + ". ", value + " over the " + t.Steps + " of the training, done " + took + ". " + band},
		{"close-up", value + " over the second half of the " + t.Steps + ". ", value + " over the second half of the steps, at a larger scale."},
		{"loss", "Loss over " + t.Steps + ". ", "Loss, " + t.Loss + ", over the " + t.Steps + "."},
	} {
		figure := t.Figure(f.what, "steps")
		if figure.Empty() || f.what == "close-up" && !t.ClosesUp() { // a policy has no loss of its own
			continue
		}
		alt := "Line plot: " + f.alt
		if f.what == "loss" {
			alt += "It ends at " + six(history[len(history)-1].Loss) + "."
		} else {
			alt += state
		}
		drawn, err := d.draw(figure, alt, capital(f.caption))
		if err != nil {
			return err
		}
		d.Training = append(d.Training, drawn)
	}
	return nil
}

// stateInWords is what the plots of the value show at their end.
func stateInWords(t figure.Training) string {
	run := t.Runs[0]
	text := fmt.Sprintf("The last value is %s.", six(run.History[len(run.History)-1].Value))
	switch f := run.Final; {
	case f == nil:
	case t.HasLoss:
		text += " The final estimate is " + words.PlusMinus(f.Value, f.Error, f.Sampling/words.Normal95) + "."
	default: // a policy, whose error is that of sampling
		stderr := f.Sampling / words.Normal95
		name := strings.TrimSpace("final estimate " + f.Grid)
		text += fmt.Sprintf(" The %s is %s, its 95 %% interval %s.", name, words.ToError(f.Value, stderr), words.Between(f.Value-f.Sampling, f.Value+f.Sampling, stderr))
	}
	if t.Reference != nil {
		text += " The reference is " + six(t.Reference.Value) + "."
	}
	return text
}

// six prints x with six digits.
func six(x float64) string { return words.ToError(x, math.NaN()) }

// capital is a sentence with its first letter in upper case.
func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}

// DrawComparison puts the value of the run and its references on one axis; a sentence says
// what the interval of the run covers.
func (d *Data) DrawComparison(values figure.Deviations, covered string) error {
	f := &figure.Figure{}
	f.AddDeviations(values)
	drawn, err := d.draw(f, "Dot plot: values of the table above by their deviation from the reference, with intervals.",
		"Deviation from the reference. "+covered)
	d.Comparison = append(d.Comparison, drawn)
	return err
}

// DrawPaths draws sample paths of an equation.
func (d *Data) DrawPaths(paths []figure.Path) error {
	off, spread := figure.Distance(paths)
	what, where := "g(X) at its end", "there"
	if paths[0].U != nil {
		what, where = "the exact solution u(t, X)", "in the mean over all times"
	}
	drawn, err := d.draw(figure.Paths("", paths), fmt.Sprintf("Line plot over time: Y along %d sample paths beside %s.", min(figure.DrawnPaths, len(paths)), what),
		fmt.Sprintf("Y from its trained start on along fresh paths of X, beside %s. On %d paths it is off by %s (root mean square, %s); g(X) has the standard deviation %s.",
			what, len(paths), words.Short(off), where, words.Short(spread)))
	d.Paths = append(d.Paths, drawn)
	return err
}

// DrawRegion draws where a rule exercises.
func (d *Data) DrawRegion(r *figure.Region) error {
	for i, f := range r.Figure().Split() {
		shows := r.Shows(i)
		drawn, err := d.draw(f, "Region: "+shows+".", capital(shows)+", and where it ended some of 4096 fresh paths.")
		if err != nil {
			return err
		}
		d.Paths, d.Exercise = append(d.Paths, drawn), true
	}
	return nil
}

// DrawTracks draws the development of each thing under a policy by itself, against time as the
// clock counts it.
func (d *Data) DrawTracks(clock string, tracks []figure.Track) error {
	for _, one := range tracks {
		drawn, err := d.draw(figure.Tracks("", clock, []figure.Track{one}), fmt.Sprintf("Line plot over time: %s, %s.", one.Name, one.Shows()),
			capital(one.Name)+", under the policy on fresh paths.")
		if err != nil {
			return err
		}
		d.Paths = append(d.Paths, drawn)
	}
	return nil
}
