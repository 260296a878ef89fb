package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const (
	module = "github.com/deepbsde/deepbsde/"
	rooms  = "cmd/deepbsde/internal/"
)

// allowed is who may import whom among the project's packages and the libraries
// that are kept behind one door (DESIGN.md section 3). A library ends with "/".
var allowed = map[string][]string{
	"autodiff/expr":            {},
	"autodiff/internal/kernel": {},
	"autodiff/random":          {"autodiff/internal/kernel"},
	"autodiff/vec":             {"autodiff/internal/kernel"},
	"autodiff/parallel":        {},
	"autodiff/safetensors":     {},
	"autodiff":                 {"autodiff/expr", "autodiff/internal/kernel", "gorgonia.org/", "gonum.org/"},
	"pde":                      {"autodiff/expr", "autodiff/parallel", "autodiff/random", "autodiff/vec", "gonum.org/"},
	"problems":                 {"pde", "control", "autodiff/expr", "problems/internal/matrix", "gonum.org/"},
	"problems/internal/matrix": {},
	"problems/file": {"pde", "control", "autodiff/expr", "problems", "problems/file/internal/formula", "problems/file/internal/source",
		"problems/internal/matrix", "go.yaml.in/yaml/"},
	"problems/file/internal/formula": {"autodiff/expr", "problems", "problems/file/internal/source", "problems/internal/matrix",
		"go.yaml.in/yaml/", "github.com/expr-lang/expr/"},
	"problems/file/internal/source": {"problems", "go.yaml.in/yaml/"},
	"control":                       {"pde", "autodiff/expr", "autodiff/parallel", "autodiff/random", "autodiff/vec", "gonum.org/"},
	"bsde":                          {"autodiff", "autodiff/expr", "autodiff/parallel", "autodiff/random", "autodiff/safetensors", "autodiff/vec", "control", "pde", "gonum.org/"},
	"examples":                      {},
	"examples/basket":               {"autodiff/expr", "bsde", "pde"},
	"examples/control":              {"autodiff/expr", "bsde", "control"},
	"examples/customdrift":          {"autodiff/expr", "bsde", "pde"},
	"examples/network":              {"autodiff", "autodiff/expr", "bsde", "pde"},
	"cmd/benchreport":               {"gonum.org/"},
	"cmd/deepbsde":                  {"autodiff", "autodiff/expr", "bsde", "control", "pde", "problems", "problems/file", "github.com/urfave/cli/", "gonum.org/"},
	"pde":                           {"autodiff/expr", "autodiff/vec", "gonum.org/"},

	"pde/reference":                    {},
	"pde/reference/branching":          {"autodiff/expr", "autodiff/parallel", "pde", "pde/reference/internal/paths", "pde/reference/internal/probe", "pde/reference/internal/sample"},
	"pde/reference/colehopf":           {"autodiff/expr", "autodiff/parallel", "pde", "pde/reference/internal/paths", "pde/reference/internal/probe", "pde/reference/internal/symmetric"},
	"pde/reference/finitedifference":   {"autodiff/expr", "autodiff/parallel", "pde", "pde/reference/internal/sample", "gonum.org/"},
	"pde/reference/montecarlo":         {"autodiff/expr", "autodiff/parallel", "pde", "pde/reference/internal/paths", "pde/reference/internal/probe", "pde/reference/internal/sample", "gonum.org/"},
	"pde/reference/picard":             {"autodiff/expr", "autodiff/parallel", "autodiff/random", "pde", "pde/reference/internal/paths", "gonum.org/"},
	"pde/reference/radial":             {"pde", "pde/reference/internal/probe", "pde/reference/internal/symmetric", "gonum.org/"},
	"pde/reference/tworates":           {"autodiff/parallel", "autodiff/random", "pde", "pde/reference/internal/paths", "pde/reference/internal/probe", "gonum.org/"},
	"pde/reference/internal/known":     {"autodiff/expr", "pde"},
	"pde/reference/internal/paths":     {"autodiff/random", "pde"},
	"pde/reference/internal/probe":     {"autodiff/expr", "autodiff/random", "pde", "pde/reference/internal/paths"},
	"pde/reference/internal/sample":    {},
	"pde/reference/internal/symmetric": {"autodiff/expr", "pde", "pde/reference/internal/paths", "pde/reference/internal/probe", "gonum.org/"},

	"control":                           {"autodiff/expr", "autodiff/parallel", "autodiff/random", "control/internal/dependence", "pde", "gonum.org/"},
	"control/internal/dependence":       {"autodiff/expr"},
	"control/reference":                 {},
	"control/reference/linearquadratic": {"autodiff/expr", "control", "control/reference/internal/matrix", "pde", "gonum.org/"},
	"control/reference/programme":       {"autodiff/expr", "autodiff/parallel", "control", "control/internal/dependence", "pde", "gonum.org/"},
	"control/reference/riccati":         {"control", "control/reference/internal/matrix", "control/reference/linearquadratic", "pde", "gonum.org/"},
	"control/reference/internal/cases":  {"control/reference/linearquadratic"},
	"control/reference/internal/matrix": {"gonum.org/"},

	"problems": {"autodiff/expr", "control", "control/reference/linearquadratic", "control/reference/programme", "control/reference/riccati",
		"pde", "pde/reference/branching", "pde/reference/colehopf", "pde/reference/finitedifference", "pde/reference/montecarlo", "pde/reference/picard", "pde/reference/radial", "pde/reference/tworates",
		"gonum.org/", "go.yaml.in/yaml/", "github.com/expr-lang/expr/"},
	"bsde":                 {"autodiff", "autodiff/expr", "autodiff/parallel", "autodiff/random", "autodiff/safetensors", "autodiff/vec", "control", "pde", "gonum.org/"},
	"examples":             {},
	"examples/basket":      {"autodiff/expr", "bsde", "pde", "pde/reference/montecarlo", "pde/reference/picard"},
	"examples/control":     {"autodiff/expr", "bsde", "control", "control/reference/programme"},
	"examples/customdrift": {"autodiff/expr", "bsde", "pde", "pde/reference/montecarlo"},
	"examples/network":     {"autodiff", "autodiff/expr", "bsde", "pde", "pde/reference/colehopf"},
	"cmd/benchreport":      {"gonum.org/"},
	"cmd/deepbsde":         {"autodiff", "autodiff/expr", "bsde", "control", "pde", "problems", "github.com/urfave/cli/", "gonum.org/"},
	"problems":             {"pde", "control", "autodiff/expr", "gonum.org/", "go.yaml.in/yaml/", "github.com/expr-lang/expr/"},
	"control":              {"pde", "autodiff/expr", "autodiff/parallel", "autodiff/random", "autodiff/vec", "gonum.org/"},
	"bsde":                 {"autodiff", "autodiff/expr", "autodiff/parallel", "autodiff/random", "autodiff/safetensors", "autodiff/vec", "control", "pde", "gonum.org/"},
	"examples":             {},
	"examples/basket":      {"autodiff/expr", "bsde", "pde"},
	"examples/control":     {"autodiff/expr", "bsde", "control"},
	"examples/customdrift": {"autodiff/expr", "bsde", "pde"},
	"examples/network":     {"autodiff", "autodiff/expr", "bsde", "pde"},
	"cmd/benchreport":      {"gonum.org/"},
	"cmd/deepbsde":         {"autodiff", "autodiff/expr", "bsde", "control", "pde", "problems", module + rooms, "github.com/urfave/cli/", "gonum.org/"},

	// The rooms of the command line, the lowest first. No room knows of a run or its directory.
	rooms + "words":     {},
	rooms + "tables":    {},
	rooms + "flags":     {rooms + "words", "problems", "github.com/urfave/cli/"},
	rooms + "progress":  {rooms + "words", "bsde"},
	rooms + "figure":    {rooms + "words", "gonum.org/"},
	rooms + "complete":  {rooms + "flags", "github.com/urfave/cli/"},
	rooms + "manual":    {rooms + "flags", "github.com/urfave/cli/"},
	rooms + "points":    {rooms + "words", rooms + "tables", rooms + "flags", "github.com/urfave/cli/"},
	rooms + "compared":  {rooms + "words", rooms + "tables", rooms + "figure"},
	rooms + "simulated": {rooms + "words", rooms + "tables", rooms + "figure", "control", "gonum.org/"},
	rooms + "bench":     {rooms + "words", rooms + "tables", rooms + "figure", "gonum.org/"},
	rooms + "page":      {rooms + "words", rooms + "figure"},
}

// TestImportTable checks the direct imports of every package, tests included
// where they are part of the package.
func TestImportTable(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, module+"...").Output()
	if err != nil {
		t.Fatal(err)
	}
	guarded := []string{"gorgonia.org/", "github.com/urfave/cli/", "gonum.org/", "go.yaml.in/yaml/", "github.com/expr-lang/expr/"}
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		words := strings.Fields(line)
		pkg := strings.TrimPrefix(words[0], module)
		may, listed := allowed[pkg]
		if !listed {
			t.Errorf("package %s is not in the import table", pkg)
			continue
		}
		for _, imp := range words[1:] {
			name := strings.TrimPrefix(imp, module)
			isGuarded := slices.ContainsFunc(guarded, func(g string) bool { return strings.HasPrefix(imp, g) })
			own := name != imp
			ok := slices.ContainsFunc(may, func(m string) bool {
				return m == name || strings.HasSuffix(m, "/") && strings.HasPrefix(imp, m)
			})
			if (own || isGuarded) && !ok {
				t.Errorf("%s imports %s, which the table does not allow", pkg, imp)
			}
		}
	}
}
