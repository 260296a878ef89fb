package main

import (
	"encoding/json"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/deep"
	"github.com/deepbsde/deepbsde/problems"
	"github.com/deepbsde/deepbsde/problems/file"
)

// taskOf is the training that a command line of settings asks for, less what only the
// machine decides.
func taskOf(t *testing.T, args ...string) (j jsonTask) {
	t.Helper()
	out := runWith(t, nil, append([]string{"settings", "--json"}, args...)...)
	if out.status != 0 {
		t.Fatalf("settings %v: %+v", args, out)
	}
	if err := json.Unmarshal([]byte(out.stdout), &j); err != nil {
		t.Fatal(err)
	}
	return j
}

// Whatever settings prints, solve --settings trains with the same method and the same
// settings.
func TestSettingsRoundTrip(t *testing.T) {
	var cases [][]string
	for _, f := range problems.All() {
		if _, own := f.Training["features"]; own { // early exercise, which has no networks
			cases = append(cases, []string{f.Name, "--steps", "7", "--paths", "99"})
			continue
		}
		for _, network := range []string{"shared", "per-step"} {
			cases = append(cases, []string{f.Name, "--network", network})
		}
	}
	cases = append(cases,
		strings.Fields("hjb --dim 7 --set lambda=20 --hidden 9,8,7 --activation relu --controlled=false --steps 3 --iterations 50 --batch 5 --lr 1.25e-07 --paths 99 --seed 18446744073709551615 --precision float64 --time-limit 1h2m3.5s"),
		strings.Fields("burgers --network per-step --lr 0.02"),
		strings.Fields("hjb --dim 7 --iterations 3"),
		strings.Fields("lqr --dim 3 --method deep-bsde"),
		strings.Fields("lqr --antithetic --segments 4"),
		strings.Fields("merton --antithetic=false --seed 0"),
		strings.Fields("lqr --options no_variate=true"),
		[]string{initFile(t, "hjb"), "--dim", "6", "--set", "lambda=3"})
	for _, args := range cases {
		out := runWith(t, nil, append([]string{"settings"}, args...)...)
		if out.status != 0 {
			t.Errorf("settings %v: %+v", args, out)
			continue
		}
		path := writeFile(t, "settings.yaml", out.stdout)
		line, _, _ := strings.Cut(out.stdout, "\n")
		again := strings.Fields(strings.Replace(strings.TrimPrefix(line, "# deepbsde solve "), "settings.yaml", path, 1))
		if want, got := taskOf(t, args...), taskOf(t, again...); !reflect.DeepEqual(got, want) {
			t.Errorf("%v: %+v\nwant %+v", again, got, want)
		}
	}
}

// The same run to the bit, solved.
func TestSettingsSameBits(t *testing.T) {
	for _, args := range []string{
		"hjb --dim 4 --set lambda=5 --steps 5 --iterations 30 --paths 256 --batch 16 --hidden 6 --seed 3",
		"burgers --dim 3 --network per-step --steps 4 --iterations 10 --paths 256",
		"lqr --dim 3 --steps 4 --iterations 10 --paths 256 --antithetic",
	} {
		words := strings.Fields(args)
		out := runWith(t, nil, append([]string{"settings"}, words...)...)
		line, _, _ := strings.Cut(out.stdout, "\n")
		again := strings.Fields(strings.Replace(strings.TrimPrefix(line, "# deepbsde solve "), "settings.yaml", writeFile(t, "settings.yaml", out.stdout), 1))
		want, got := solveJSON(t, words...), solveJSON(t, again...)
		want.Seconds, got.Seconds = 0, 0
		if !reflect.DeepEqual(want, got) {
			t.Errorf("%s: %+v\nwant %+v", args, got, want)
		}
	}
}

// Flags go over the file, the file over the problem's own settings.
func TestSettingsPrecedence(t *testing.T) {
	file := writeFile(t, "s.yaml", "network: per-step\niterations: 7\nbatch: 8\nlr: 0.5\nseed: 9\nstart-paths: 33\nprecision: float64\nvalidate-every: 3\n")
	out := runWith(t, nil, "solve", "burgers", "--settings", file, "--batch", "6", "--seed", "4")
	if len(out.calls) != 1 {
		t.Fatalf("%+v", out)
	}
	s := out.calls[0].settings
	s.Progress = nil
	want := bsde.Settings{Steps: 30, Iterations: 7, Batch: 6, LearningRate: 0.5, Schedule: "constant", LossClip: 50, Seed: 4,
		Precision: "float64", StartPaths: 33, ValidateEvery: 3}
	if !reflect.DeepEqual(s, want) {
		t.Errorf("settings %+v\nwant %+v", s, want)
	}
	if m := out.calls[0].method.(deep.Method); !m.Uncontrolled || m.Network.Name() != "per-step" {
		t.Errorf("method %+v", m)
	}
	out = runWith(t, nil, "solve", "burgers", "--settings", file, "--network", "shared", "--lr", "0.25")
	if m := out.calls[0].method.(deep.Method); m.Uncontrolled || m.Network.Name() != "shared" || out.calls[0].settings.LearningRate != 0.25 {
		t.Errorf("--network over the file: %+v", out.calls[0])
	}
}

// What does not go with the problem is refused where it stands.
func TestSettingsThatDoNotFit(t *testing.T) {
	for _, c := range []struct{ text, args, want string }{
		{"batch: 8\nantithetic: true\n", "hjb", "s.yaml:2:1: antithetic does not apply to hjb and its method, deep-bsde\nantithetic: true\n^\n"},
		{"segments: 2\n", "hjb", "s.yaml:1:1: segments does not apply to hjb and its method, deep-bsde\nsegments: 2\n^\n"},
		{"controlled: true\n", "lqr", "s.yaml:1:1: controlled does not apply to lqr and its method, policy\ncontrolled: true\n^\n"},
		{"steps: 3\n", "energy-storage", "s.yaml:1:1: steps does not apply to energy-storage, a problem in discrete time\nsteps: 3\n^\n"},
		{"method: policy\n", "hjb", "s.yaml:1:1: method policy cannot solve hjb (equation); backward or deep-bsde or zero can\nmethod: policy\n^\n"},
		{"activation: tanh\n", "hjb --network per-step", "s.yaml:1:1: activation does not apply to the network per-step, which always has relu\nactivation: tanh\n^\n"},
		{"options: {no_variate: true}\n", "hjb", "s.yaml:1:1: options of deep-bsde have no no_variate, want pass_paths, passes\noptions: {no_variate: true}\n^\n"},
		{"options: {no_variate: 5}\n", "lqr", "s.yaml:1:1: options of policy: no_variate is a number, want a bool\noptions: {no_variate: 5}\n^\n"},
		{"options: {segments: 5}\n", "lqr", "s.yaml:1:1: options do not take segments, which has a flag of its own\noptions: {segments: 5}\n^\n"},
		{"method: deep\n", "hjb", "s.yaml:1:1: method is \"deep\", want auto or backward or deep-bsde or log-transform or policy or stopping or zero\nmethod: deep\n^\n"},
		{"bacth: 1\n", "hjb", "s.yaml:1:1: unknown key \"bacth\" in the settings file, did you mean \"batch\"?\nbacth: 1\n^\n"},
		{"batch: 1\n", "hjb --antithetic", "--antithetic does not apply to hjb and its method, deep-bsde\nrun 'deepbsde solve --help'\n"},
	} {
		t.Chdir(filepath.Dir(writeFile(t, "s.yaml", c.text)))
		out := runWith(t, nil, append([]string{"solve", "--settings", "s.yaml"}, strings.Fields(c.args)...)...)
		if out.status != exitUsage || out.stderr != "deepbsde: "+c.want || out.stdout != "" {
			t.Errorf("%s: %+v\nwant %s", c.text, out, c.want)
		}
	}
	if out := runWith(t, nil, "solve", "--resume", "run", "--settings", "s.yaml"); out.status != exitUsage || !strings.Contains(out.stderr, "--settings does not go with --resume") {
		t.Errorf("--resume: %+v", out)
	}
	if out := runWith(t, nil, "solve", "hjb", "--settings", "none.yaml"); out.status != exitUsage || !strings.Contains(out.stderr, "none.yaml: no such file") {
		t.Errorf("no file: %+v", out)
	}
}

// A field of bsde.Settings has a key in settings files and a flag of the same name, but for the times
// of an adaptive grid and why a method was chosen, which are found.
func TestEverySettingHasAKey(t *testing.T) {
	settings := reflect.TypeFor[bsde.Settings]()
	for i := range settings.NumField() {
		name, _, _ := strings.Cut(settings.Field(i).Tag.Get("json"), ",")
		if name == "-" || name == "times" || name == "chosen" {
			continue
		}
		key := strings.ReplaceAll(name, "_", "-")
		if _, err := file.ParseSettings("x.yaml", []byte(key+": ")); err == nil || strings.Contains(err.Error(), "unknown key") {
			t.Errorf("%s: %v", name, err)
		}
		if out := runWith(t, nil, "solve", "--help"); !strings.Contains(out.stdout, "--"+key+" ") {
			t.Errorf("%s has no flag --%s", name, key)
		}
	}
}
