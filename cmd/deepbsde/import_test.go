package main

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

const configurations = "../../problems/file/testdata/deepbsde/"

// What import prints trains like the published settings of the problem, in the
// precision and with the reports of the configuration.
func TestImportedSettingsAreThePublishedOnes(t *testing.T) {
	for file, problem := range map[string]string{
		"hjb_lq_d100": "hjb", "allencahn_d100": "allen-cahn", "burgers_type_d50": "burgers", "quad_grad_d100": "quadratic-gradient",
	} {
		out := runWith(t, nil, "import", configurations+file+".json")
		line, _, _ := strings.Cut(out.stdout, "\n")
		words, found := strings.CutPrefix(line, "# deepbsde solve ")
		if out.status != 0 || !found {
			t.Fatalf("import %s: %+v", file, out)
		}
		path := writeFile(t, file+".yaml", out.stdout)
		got := taskOf(t, strings.Fields(strings.Replace(words, file+".yaml", path, 1))...)
		want := taskOf(t, problem, "--network", "per-step", "--precision", "float64", "--validate-every", "100")
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v\nwant %+v", file, got, want)
		}
	}
}

// The problem's own time and dimension are those of the configuration.
func TestImportedProblem(t *testing.T) {
	text := `{"eqn_config": {"eqn_name": "AllenCahn", "total_time": 0.5, "dim": 7, "num_time_interval": 3},
		"net_config": {"num_hiddens": [5], "lr_values": [0.1, 0.01], "lr_boundaries": [4], "num_iterations": 9, "batch_size": 2}}`
	path := writeFile(t, "a b.json", text)
	out := runWith(t, nil, "import", path)
	if want := "# deepbsde solve allen-cahn --dim 7 --set horizon=0.5 --settings 'a b.yaml'\n"; out.status != 0 || !strings.HasPrefix(out.stdout, want) {
		t.Errorf("%+v\nwant %s", out, want)
	}
}

func TestImportErrors(t *testing.T) {
	bad := writeFile(t, "bad.json", "{\"eqn_confg\": 1}\n")
	for args, want := range map[string]string{
		"import":           "import needs the FILE of a configuration in JSON\nrun 'deepbsde import --help'\n",
		"import a b":       "import takes one FILE, got \"a\" and \"b\"\nrun 'deepbsde import --help'\n",
		"import none.json": "open none.json: no such file or directory\n",
		"import .":         ". is a directory, want a configuration in JSON\n",
		"import " + bad:    bad + ":1:2: unknown key \"eqn_confg\" in the configuration, did you mean \"eqn_config\"?\n{\"eqn_confg\": 1}\n ^\n",
	} {
		t.Chdir(filepath.Dir(bad))
		if out := runWith(t, nil, strings.Fields(args)...); out.status != exitUsage || out.stdout != "" || out.stderr != "deepbsde: "+want {
			t.Errorf("%s: %+v\nwant %s", args, out, want)
		}
	}
}
