package file

import (
	"reflect"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/problems"
)

// TestConfigurations reads the configurations of the reference implementation.
func TestConfigurations(t *testing.T) {
	for _, c := range []struct {
		file, problem string
		same          bool // as the published settings of the problem here
	}{
		{"hjb_lq_d100", "hjb", true},
		{"allencahn_d100", "allen-cahn", true},
		{"pricing_default_risk_d100", "default-risk", true},
		{"pricing_diffrate_d100", "diff-rates", true},
		{"burgers_type_d50", "burgers", true},
		{"quad_grad_d100", "quadratic-gradient", true},
		{"reaction_diffusion_d100", "reaction-diffusion", false}, // 24000 iterations in the paper, 240 in the file
	} {
		i, err := ReadConfiguration("testdata/deepbsde/" + c.file + ".json")
		if err != nil {
			t.Fatal(err)
		}
		f := i.Family
		if f.Name != c.problem || i.Dim != f.Dim || !reflect.DeepEqual(i.Set, map[string]float64{"horizon": f.Params[0].Default}) {
			t.Errorf("%s: %s in %d dimensions with %v", c.file, f.Name, i.Dim, i.Set)
		}
		// The solver's defaults are written in the file and not in the family.
		got, want := i.Settings.Training, f.Training["per-step"]
		want.Hidden, want.Batch = []int{f.Dim + 10, f.Dim + 10}, 64
		if same := reflect.DeepEqual(got, want); same != c.same {
			t.Errorf("%s: %+v\npublished: %+v", c.file, got, want)
		}
		if s := i.Settings; s.Network != "per-step" || s.Method != "deep-bsde" || s.Precision != "float64" || s.ValidationPaths != 256 || s.ValidateEvery != 100 {
			t.Errorf("%s: %+v", c.file, s)
		}
		if _, err := ParseSettings("written", i.Settings.Text(i.Remarks, i.Notes)); err != nil {
			t.Error(err)
		}
	}
}

// Forms that are the same for a reader of JSON.
func TestConfigurationForms(t *testing.T) {
	const text = `{"net_config": {"num_hiddens": [5], "lr_values": [1E-2], "lr_boundaries": [], "num_iterations": 1e3, "batch_size": 64},
	"eqn_config": {"eqn_name": "HJBLQ", "total_time": 5e-1, "dim": 3, "num_time_interval": 2, "_comment": "a\n\u2028b"}}`
	for _, form := range []string{text, strings.ReplaceAll(text, "\n", "\r\n"), "\ufeff" + text, strings.ReplaceAll(text, " ", "\n\t")} {
		i, err := ParseConfiguration("x.json", []byte(form))
		if err != nil {
			t.Fatalf("%s: %v", form, err)
		}
		want := problems.Training{Steps: 2, Iterations: 1000, Batch: 64, LearningRate: 0.01, Schedule: "constant", Hidden: []int{5}, LossClip: 50, Uncontrolled: true}
		if !reflect.DeepEqual(i.Settings.Training, want) || i.Dim != 3 || i.Set["horizon"] != 0.5 || i.Remarks[0] != "a  b" {
			t.Errorf("%s: %+v\nwant %+v", form, i, want)
		}
	}
}

// TestMalformedConfigurations: every file has one mistake and gives the one message beside it.
func TestMalformedConfigurations(t *testing.T) {
	malformed(t, "testdata/malformed-configuration/*.json", 30, func(name string, text []byte) error {
		_, err := ParseConfiguration(name, text)
		return err
	})
}

// FuzzConfiguration: whatever the text, there are settings or one located message.
func FuzzConfiguration(f *testing.F) {
	addFiles(f, "testdata/deepbsde/*.json", "testdata/malformed-configuration/*.json")
	f.Fuzz(func(t *testing.T, text []byte) {
		var i *Configuration
		if endsSoon(t, text, func() (err error) { i, err = ParseConfiguration("fuzz.json", text); return err }) {
			if _, err := ParseSettings("written.yaml", i.Settings.Text(i.Remarks, i.Notes)); err != nil {
				t.Errorf("written and read: %v", err)
			}
		}
	})
}
