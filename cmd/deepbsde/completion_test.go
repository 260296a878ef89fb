package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/complete"
	"github.com/deepbsde/deepbsde/problems"
	"github.com/urfave/cli/v2"
)

// candidates are those for the last of the words, and the kind of paths.
func candidates(t *testing.T, words ...string) (list []string, paths string) {
	t.Helper()
	last := len(words) - 1
	out := runWith(t, nil, append([]string{"__complete", "--current=" + words[last], "--"}, words[:last]...)...)
	lines := strings.Split(strings.TrimSuffix(out.stdout, "\n"), "\n")
	end := len(lines) - 1
	if out.status != 0 || out.stderr != "" || !strings.HasPrefix(lines[end], ":") {
		t.Fatalf("%q: %+v", words, out)
	}
	for _, line := range lines[:end] {
		word, _, found := strings.Cut(line, "\t")
		if !found {
			t.Errorf("%q: the line %q has no tab", words, line)
		}
		list = append(list, word)
	}
	return list, lines[end][1:]
}

func TestComplete(t *testing.T) {
	for _, c := range []struct {
		words string // the last one, after the last blank, may be empty
		want  string
		paths string
	}{
		{"so", "solve", ""},
		{"--", "--version --help", ""},
		{"__", "", ""},
		{"nonsense ", "", ""},
		{"help ch", "check", ""},
		{"completion ", "bash zsh fish powershell", ""},
		{"completion bash ", "--help", ""},
		{"solve hj", "hjb hjb-control", "files"},
		{"solve --dim 5 hj", "hjb hjb-control", "files"},
		{"solve --dim ", "", ""},
		{"solve hjb --net", "--network", ""},
		{"solve hjb --network per-step --net", "", ""},
		{"solve hjb --network ", "features shared per-step", ""},
		{"solve hjb --network p", "per-step", ""},
		{"solve hjb --network=p", "--network=per-step", ""},
		{"solve hjb -network ", "features shared per-step", ""},
		{"solve hjb --quiet --precision ", "float32 float64", ""},
		{"solve hjb --set ", "horizon= lambda=", ""},
		{"solve hjb --set lambda=2 --set h", "horizon=", ""},
		{"solve hjb --set lambda=", "", ""},
		{"solve hjb --set=l", "--set=lambda=", ""},
		{"solve no-such --set ", "", ""},
		{"solve hjb --set lambda=2 --set", "--set --settings", ""},
		{"solve hjb --settings ", "", "files"},
		{"solve hjb --out ", "", "dirs"},
		{"solve hjb --out=", "", "dirs"},
		{"solve -- --net", "", "files"},
		{"solve hjb --js", "--json", ""},
		{"solve hjb --unknown=", "", ""},
		{"show hjb --s", "--set", ""},
		{"compare hjb allen", "allen-cahn", "files"},
		{"simulate ", "", "dirs"},
		{"import ", "", "files"},
		{"problems ", "--json --help", ""},
	} {
		got, paths := candidates(t, strings.Split(c.words, " ")...)
		if strings.Join(got, " ") != c.want || paths != c.paths {
			t.Errorf("%q: %q and paths %q, want %q and %q", c.words, got, paths, c.want, c.paths)
		}
	}
	all, _ := candidates(t, "show", "")
	if len(all) != len(problems.All()) {
		t.Errorf("show completes %d problems, want %d", len(all), len(problems.All()))
	}
}

// Every command and every flag is offered, and no prefix of a flag makes it fail.
func TestCompleteEverything(t *testing.T) {
	root := (&app{}).root()
	commands, _ := candidates(t, "")
	for _, c := range root.Commands {
		if c.Hidden {
			continue
		}
		if !slices.Contains(commands, c.Name) {
			t.Errorf("the command %s is not completed", c.Name)
		}
		flags, _ := candidates(t, c.Name, "--")
		for _, f := range append(slices.Clip(c.Flags), cli.HelpFlag) {
			name := "--" + f.Names()[0]
			if !slices.Contains(flags, name) {
				t.Errorf("%s: the flag %s is not completed", c.Name, name)
			}
			for n := 1; n <= len(name); n++ {
				candidates(t, c.Name, name[:n])
				candidates(t, c.Name, name[:n], "")
			}
		}
	}
}

func TestCompletionUsage(t *testing.T) {
	for _, args := range [][]string{{"completion"}, {"completion", "tcsh"}, {"completion", "bash", "zsh"}} {
		out := runWith(t, nil, args...)
		if want := "deepbsde: completion takes the name of a shell, bash, fish, powershell, zsh\nrun 'deepbsde completion --help'\n"; out.status != exitUsage || out.stderr != want {
			t.Errorf("%v: %+v", args, out)
		}
	}
	for _, shell := range complete.Shells() {
		if out := runWith(t, nil, "completion", shell); out.status != 0 || !strings.Contains(out.stdout, "__complete") || !strings.Contains(out.stdout, "deepbsde") {
			t.Errorf("%s: %+v", shell, out)
		}
	}
}

// programDir is a new folder that has the test binary as deepbsde, and the environment
// in which a shell finds it.
func programDir(t *testing.T) (dir string, env []string) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	if err := os.Symlink(exe, filepath.Join(dir, "deepbsde")); err != nil {
		t.Skip(err)
	}
	return dir, []string{asProgram + "=1", "PATH=" + dir + string(os.PathListSeparator) + os.Getenv("PATH")}
}

// TestBashCompletion runs the script in bash as pressing TAB does: words cut at "=".
func TestBashCompletion(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash")
	}
	dir, path := programDir(t)
	if err := os.MkdirAll(filepath.Join(dir, "a run", "inner"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "mine.yaml"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	script := runWith(t, nil, "completion", "bash").stdout
	for _, c := range []struct {
		words []string
		want  string // with "|" between
	}{
		{[]string{"so"}, "solve"},
		{[]string{"solve", "h"}, "hjb|hjb-control"},
		{[]string{"solve", "hjb", "--net"}, "--network"},
		{[]string{"solve", "hjb", "--network", ""}, "features|shared|per-step"},
		{[]string{"solve", "hjb", "--network", "="}, "features|shared|per-step"},
		{[]string{"solve", "hjb", "--network", "=", "p"}, "per-step"},
		{[]string{"solve", "hjb", "--set", "l"}, "lambda="},
		{[]string{"solve", "hjb", "--set", "lambda", "=", "2", "--set", "h"}, "horizon="},
		{[]string{"solve", "hjb", "--set", "=", "l"}, "lambda="},
		{[]string{"solve", "mi"}, "mine.yaml"},
		{[]string{"solve", "--resume", "a"}, "a run"},
		{[]string{"solve", "hjb", "--out", "=", "a run/"}, "a run/inner"},
		{[]string{"solve", "hjb", "--nothing"}, ""},
	} {
		test := script + `COMP_WORDS=(deepbsde "$@"); COMP_CWORD=$#; _deepbsde; IFS='|'; printf %s "${COMPREPLY[*]}"`
		cmd := exec.Command(bash, append([]string{"--norc", "-c", test, "bash"}, c.words...)...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), path...)
		got, err := cmd.Output()
		if err != nil || string(got) != c.want {
			t.Errorf("%q: %q, %v; want %q", c.words, got, err, c.want)
		}
	}
}
