package main

import (
	"io/fs"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/deepbsde/deepbsde/"

// house is the packages of the project from the ground up: a package may import those that
// stand before it, as far as the rules for its room allow (docs/layout.md).
var house = strings.Fields(`
	autodiff/machine autodiff/expr autodiff/internal/kernel autodiff/parallel/ranks autodiff/parallel autodiff/safetensors autodiff/random autodiff/vec autodiff

	pde/grid pde
	pde/reference/internal/known pde/reference/internal/paths pde/reference/internal/probe pde/reference/internal/sample pde/reference/internal/symmetric pde/reference/internal/widening
	pde/reference/bermudan pde/reference/branching pde/reference/colehopf pde/reference/finitedifference pde/reference/montecarlo pde/reference/picard pde/reference/radial pde/reference/tworates
	pde/reference

	control/internal/dependence control control/minimizer
	control/reference/internal/matrix control/reference/linearquadratic control/reference/internal/cases
	control/reference/programme control/reference/riccati control/reference/relaxation control/reference

	bsde/internal/equation bsde/internal/params bsde/internal/race bsde/internal/walk bsde/internal/flow bsde/internal/between bsde/internal/features bsde/internal/basis
	bsde/words bsde/estimate bsde/estimate/cost bsde/exercise bsde/verdict bsde bsde/network bsde/backward bsde/deep bsde/logtransform bsde/policy bsde/stopping bsde/methods bsde/methodtest

	problems/internal/matrix problems problems/published
	problems/file/internal/source problems/file/internal/formula problems/file

	bsde/run/disk bsde/run

	cmd/internal/letters cmd/internal/figure cmd/internal/version cmd/benchreport cmd/release
	cmd/deepbsde/internal/notice cmd/deepbsde/internal/notice/generate
	cmd/deepbsde/internal/tables cmd/deepbsde/internal/flags cmd/deepbsde/internal/progress
	cmd/deepbsde/internal/complete cmd/deepbsde/internal/manual cmd/deepbsde/internal/points
	cmd/deepbsde/internal/npz cmd/deepbsde/internal/compared cmd/deepbsde/internal/simulated cmd/deepbsde/internal/ruled cmd/deepbsde/internal/bench cmd/deepbsde/internal/page
	cmd/deepbsde/internal/member cmd/deepbsde/internal/report cmd/deepbsde/internal/training cmd/deepbsde/internal/saved
	cmd/deepbsde/internal/experiment cmd/deepbsde/internal/sweep cmd/deepbsde/internal/listed cmd/deepbsde/internal/along cmd/deepbsde/internal/serve cmd/deepbsde/internal/mirror
	cmd/deepbsde
`)

// rooms says which other rooms each room may look into, and which libraries it keeps behind
// its door. The longest prefix of a package's path is its room.
var rooms = []struct {
	prefix string
	sees   []string // prefixes of packages
}{
	{"autodiff", []string{"gorgonia.org/", "gonum.org/"}},
	{"autodiff/expr", nil},
	{"autodiff/internal", nil},
	{"autodiff/machine", nil},
	{"pde", []string{"autodiff/expr", "autodiff/parallel", "autodiff/random", "autodiff/vec", "gonum.org/"}},
	{"control", []string{"autodiff/expr", "autodiff/parallel", "autodiff/random", "autodiff/vec", "pde", "gonum.org/"}},
	{"bsde", []string{"autodiff", "pde", "control", "gonum.org/"}},
	{"bsde/words", nil},
	{"bsde/network", []string{"autodiff", "bsde"}},
	{"bsde/run", []string{"autodiff", "bsde", "pde", "problems"}},
	{"problems", []string{"autodiff/expr", "pde", "control", "gonum.org/"}},
	{"problems/file", []string{"autodiff/expr", "pde", "control", "problems", "gonum.org/", "go.yaml.in/yaml/", "github.com/expr-lang/expr/"}},
	{"cmd/internal/letters", []string{"gonum.org/"}},
	{"cmd/benchreport", []string{"cmd/internal/figure", "gonum.org/"}},
	{"cmd/release", []string{"cmd/internal/version"}},
	{"cmd/internal/version", nil},
	{"cmd/deepbsde", []string{"autodiff", "pde", "control", "bsde", "problems", "cmd/internal/version", "cmd/internal/figure", "gonum.org/", "github.com/urfave/cli/"}},
	{"cmd/internal/figure", []string{"bsde/words", "cmd/internal/letters", "gonum.org/"}},
	{"cmd/deepbsde/internal/page", []string{"bsde/words", "cmd/internal/figure"}},
}

// guarded are the libraries that stand behind one door.
var guarded = []string{"gorgonia.org/", "github.com/urfave/cli/", "gonum.org/", "go.yaml.in/yaml/", "github.com/expr-lang/expr/"}

func anyPrefix(s string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool {
		return s == p || strings.HasPrefix(s, strings.TrimSuffix(p, "/")+"/")
	})
}

// TestNoImportUpwards checks the direct imports of every package of the project. Folders
// that are none of its rooms, such as a program of a user's own, are not its affair.
func TestNoImportUpwards(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, module+"...").Output()
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for line := range strings.Lines(strings.TrimSpace(string(out))) {
		words := strings.Fields(line)
		pkg := strings.TrimPrefix(words[0], module)
		room, sees := "", []string(nil)
		for _, r := range rooms {
			if anyPrefix(pkg, []string{r.prefix}) && len(r.prefix) > len(room) {
				room, sees = r.prefix, r.sees
			}
		}
		if room == "" {
			continue
		}
		found = append(found, pkg)
		floor := slices.Index(house, pkg)
		if floor < 0 {
			t.Errorf("package %s has no place in the house", pkg)
			continue
		}
		for _, imp := range words[1:] {
			name := strings.TrimPrefix(imp, module)
			switch own := name != imp; {
			case own && slices.Index(house, name) >= floor:
				t.Errorf("%s imports %s, which does not stand below it", pkg, name)
			case own && !anyPrefix(name, append(sees, room)), !own && anyPrefix(imp, guarded) && !anyPrefix(imp, sees):
				t.Errorf("%s imports %s, which %s does not look into", pkg, name, room)
			}
		}
	}
	for _, pkg := range house {
		if !slices.Contains(found, pkg) {
			t.Errorf("there is no package %s", pkg)
		}
	}
}

// mostFiles is how many files a folder may have, tests apart, before it is two.
const mostFiles = 22

// TestRoomsAreSmall: no folder has more files than can be seen at a glance, and none has
// three that begin with the same word: that is a folder. autodiff, whose kernels come in
// kinds for each processor, is left out.
func TestRoomsAreSmall(t *testing.T) {
	platform := regexp.MustCompile(`_(linux|unix|other|amd64|arm64)$`)
	files, words := map[string]int{}, map[string]map[string]int{}
	for _, top := range []string{"cmd", "problems", "bsde", "pde", "control"} {
		err := filepath.WalkDir(filepath.Join("..", "..", top), func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
				return err
			}
			dir := filepath.Dir(name)
			files[dir]++
			if words[dir] == nil {
				words[dir] = map[string]int{}
			}
			first, _, _ := strings.Cut(platform.ReplaceAllString(strings.TrimSuffix(filepath.Base(name), ".go"), ""), "_")
			words[dir][first]++
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(files) < 20 {
		t.Fatalf("only %d folders were seen", len(files))
	}
	for dir, n := range files {
		if n > mostFiles {
			t.Errorf("%s has %d files, want %d at most", dir, n, mostFiles)
		}
		for word, n := range words[dir] {
			if n >= 3 {
				t.Errorf("%s has %d files that begin with %s: want a folder", dir, n, word)
			}
		}
	}
}
