// Package mirror gives every rank but the first copies of the files that a command line names: it reads what
// rank 0 reads, on a machine that need not have it, and what it writes is thrown away.
package mirror

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/deepbsde/deepbsde/autodiff/parallel/ranks"
	"github.com/urfave/cli/v2"
)

// shared are the commands whose work is shared.
var shared = []string{"solve", "sweep", "reference", "compare", "bench"}

// Words are those of a command line, arranged as by flags.Arrange, for this rank. run tells whether it has anything
// to do: what is not shared is rank 0's alone. clean removes the copies. Flags of defaults, name and value,
// count as given for a command that has such a flag.
func Words(root *cli.App, words []string, defaults map[string]string) (own []string, run bool, clean func(), err error) {
	clean = func() {}
	if ranks.Count() == 1 || len(words) == 0 {
		return words, true, clean, nil
	}
	if !slices.Contains(shared, words[0]) || slices.Contains(words, "--help") {
		first := ranks.Self() == 0
		ranks.Part()
		return words, first, clean, nil
	}
	own = withDefaults(root.Command(words[0]), words, defaults)
	at := paths(root.Command(words[0]), own)
	trees := make([]tree, ranks.Count())
	if ranks.Self() == 0 {
		for _, i := range at {
			_, name := cut(own[i])
			t, err := read(name)
			if err != nil {
				t.Failed = []byte(err.Error())
			}
			trees[0].Below = append(trees[0].Below, t)
		}
	}
	ranks.Exchange(ranks.Each(trees, 1))
	if ranks.Self() == 0 {
		return own, true, clean, nil
	}
	dir, err := os.MkdirTemp("", "deepbsde-rank-")
	if err != nil {
		return nil, false, clean, err
	}
	clean = func() { os.RemoveAll(dir) }
	for k, i := range at {
		flag, name := cut(own[i])
		copied := filepath.Join(dir, fmt.Sprint(k), filepath.Base(name))
		if err := os.MkdirAll(filepath.Dir(copied), 0o700); err != nil {
			return nil, false, clean, err
		}
		t := trees[0].Below[k]
		if len(t.Failed) > 0 {
			return nil, false, clean, fmt.Errorf("rank 0 cannot read %s: %s", name, t.Failed)
		}
		if err := t.write(copied); err != nil {
			return nil, false, clean, err
		}
		own[i] = flag + copied
	}
	return own, true, clean, nil
}

// withDefaults adds the flags that the command has and the words have not, in front of the names.
func withDefaults(c *cli.Command, words []string, defaults map[string]string) []string {
	own := slices.Clone(words)
	for name, value := range defaults {
		has := slices.ContainsFunc(c.Flags, func(f cli.Flag) bool { return slices.Contains(f.Names(), name) })
		given := slices.ContainsFunc(own, func(w string) bool { return w == "--"+name || strings.HasPrefix(w, "--"+name+"=") })
		if has && !given {
			own = slices.Insert(own, 1, "--"+name, value)
		}
	}
	return own
}

// paths are the places of the words that name files: the values of flags that say so in their usage, and names of
// problem files.
func paths(c *cli.Command, words []string) (at []int) {
	named := map[string]bool{}
	for _, f := range c.Flags {
		usage := f.(cli.DocGenerationFlag).GetUsage()
		for _, name := range f.Names() {
			named[name] = strings.Contains(usage, "`FILE`") || strings.Contains(usage, "`DIR`") || strings.Contains(usage, "`RUN`")
		}
	}
	names := false
	for i, w := range words {
		flag, value, joined := strings.Cut(strings.TrimLeft(w, "-"), "=")
		switch {
		case names:
			if info, err := os.Stat(w); agreed(err == nil && info.Mode().IsRegular()) {
				at = append(at, i)
			}
		case w == "--":
			names = true
		case strings.HasPrefix(w, "-") && named[flag] && joined && value != "":
			at = append(at, i)
		case strings.HasPrefix(w, "-") && named[flag] && !joined:
			at = append(at, i+1)
		}
	}
	return at
}

// agreed is yes as rank 0 has it.
func agreed(yes bool) bool { return ranks.AgreeThat(yes) }

// cut separates --flag= from its value.
func cut(word string) (flag, value string) {
	if i := strings.IndexByte(word, '='); strings.HasPrefix(word, "-") && i > 0 {
		return word[:i+1], word[i+1:]
	}
	return "", word
}
