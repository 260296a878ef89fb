package file

import (
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/deepbsde/deepbsde/problems"
)

// TestMalformedSettings: every file has one mistake and gives the one message beside it.
func TestMalformedSettings(t *testing.T) {
	malformed(t, "testdata/malformed-settings/*.yaml", 50, func(name string, text []byte) error {
		_, err := ParseSettings(name, text)
		return err
	})
}

// Every key is read into its field and written again as it was.
func TestSettingsAllKeys(t *testing.T) {
	const text = `# a remark
method: policy
network: shared
fit: both
grid: graded
steps: 3
iterations: 1000000
batch: 5             # a note
schedule: piecewise
boundaries: [10, 200]
rates: [0.1, 1e-05, 1.25e-07]
hidden: [7, 8]
activation: silu
controlled: false
antithetic: true
loss-clip: 50
clip-norm: 0
paths: 1000
segments: 2
options: {no_variate: true, order: 3}
seed: 18446744073709551615
precision: float64
workers: 4
time-limit: 1h30m0s
validation-paths: 9
validate-every: 10
start-paths: 11
gradient: no
`
	f, err := ParseSettings("all.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	want := problems.Training{Grid: "graded", Steps: 3, Iterations: 1_000_000, Batch: 5, Schedule: "piecewise", Boundaries: []int{10, 200},
		Rates: []float64{0.1, 1e-5, 1.25e-7}, Hidden: []int{7, 8}, Activation: "silu", Uncontrolled: true, Antithetic: true,
		LossClip: 50, Paths: 1000}
	if !reflect.DeepEqual(f.Training, want) {
		t.Errorf("training %+v\nwant %+v", f.Training, want)
	}
	if f.Method != "policy" || f.Network != "shared" || f.Fit != "both" || f.Segments != 2 || f.Seed != 1<<64-1 || f.Precision != "float64" ||
		f.Workers != 4 || f.TimeLimit != 90*time.Minute || f.ValidationPaths != 9 || f.ValidateEvery != 10 || f.StartPaths != 11 ||
		f.Options["no_variate"] != "true" || f.Options["order"] != "3" || f.Gradient != "no" {
		t.Errorf("got %+v", f)
	}
	if got := string(f.Text([]string{"a remark"}, map[string]string{"batch": "a note"})); strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(text), " ") {
		t.Errorf("written\n%swant\n%s", got, text)
	}
	for _, key := range settingsKeys {
		if !f.Given[key] && key != "lr" {
			t.Errorf("the key %q is not in this test", key)
		}
		if f.fields()[key] == nil {
			t.Errorf("the key %q has no field", key)
		}
	}
}

// What a file does not give stays as tuned; a rate or a schedule of the file is not
// hidden by tuned rates.
func TestSettingsOver(t *testing.T) {
	tuned := problems.Training{Steps: 30, Iterations: 9, Schedule: "piecewise", Boundaries: []int{5}, Rates: []float64{1, 2}, LossClip: 50, Uncontrolled: true}
	for _, c := range []struct {
		text   string
		change func(*problems.Training)
	}{
		{"steps: 7", func(t *problems.Training) { t.Steps = 7 }},
		{"loss-clip: 0", func(t *problems.Training) { t.LossClip = 0 }},
		{"controlled: true", func(t *problems.Training) { t.Uncontrolled = false }},
		{"lr: 0.5", func(t *problems.Training) {
			t.LearningRate, t.Schedule, t.Boundaries, t.Rates = 0.5, "constant", nil, nil
		}},
		{"schedule: cosine", func(t *problems.Training) { t.Schedule, t.Boundaries, t.Rates = "cosine", nil, nil }},
		{"rates: [3]", func(t *problems.Training) { t.Boundaries, t.Rates = nil, []float64{3} }},
	} {
		f, err := ParseSettings("x.yaml", []byte(c.text))
		if err != nil {
			t.Fatal(err)
		}
		want := tuned
		c.change(&want)
		if got := f.Over(tuned); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v\nwant %+v", c.text, got, want)
		}
	}
}

func TestReadSettingsOfNoFile(t *testing.T) {
	if _, err := ReadSettings("testdata/none.yaml"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if _, err := ReadSettings("testdata"); err == nil || err.Error() != "testdata is a directory, want a settings file" {
		t.Errorf("a directory: %v", err)
	}
}

// FuzzSettings: whatever the file, there are settings or one located message.
func FuzzSettings(f *testing.F) {
	addFiles(f, "testdata/malformed-settings/*.yaml")
	f.Add([]byte("{}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		var s *Settings
		read := endsSoon(t, text, func() (err error) { s, err = ParseSettings("fuzz.yaml", text); return err })
		if read && len(s.Given) > 0 {
			again, err := ParseSettings("again.yaml", s.Text(nil, nil))
			if err != nil || !reflect.DeepEqual(again.Training, s.Training) {
				t.Errorf("written and read again: %v\n%s", err, s.Text(nil, nil))
			}
		}
	})
}
