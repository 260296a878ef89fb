// Package complete completes command lines: the scripts that shells read, and the words
// that may follow others. It reads all from the description of the commands themselves.
package complete

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
)

// Completed is what may stand for a word of a command line.
type Completed struct {
	Words []Candidate
	Paths string // "files", "dirs" or ""

	current  string
	problems Problems
}

// Candidate is a word with its meaning.
type Candidate struct{ Word, Meaning string }

// Problems are those that the words may name.
type Problems struct {
	Names      func() []Candidate
	Parameters func(problem string) []Candidate // none of a problem that does not exist
}

// add adds a word that the current one begins. "KEY=" is done when it is written; what
// follows is anybody's guess.
func (c *Completed) add(word, meaning string) {
	if strings.HasPrefix(word, c.current) && !(word == c.current && strings.HasSuffix(word, "=")) {
		c.Words = append(c.Words, Candidate{word, meaning})
	}
}

// Complete finds what may follow the words. It reads all from the description of the
// commands: the flags, the placeholders in the usage texts, and the choices that the
// parsers of values name.
func Complete(root *cli.App, known Problems, words []string, current string) *Completed {
	c := &Completed{current: current, problems: known}
	if len(words) == 0 {
		if strings.HasPrefix(current, "-") {
			c.flags(root.Flags, nil)
		} else {
			c.placeholder("COMMAND", root, "")
		}
		return c
	}
	command := root.Command(words[0])
	if command == nil {
		return c
	}
	var (
		names     []string
		given     = map[cli.Flag]bool{}
		pending   cli.Flag // wants a value
		onlyNames bool
	)
	for _, word := range words[1:] {
		switch {
		case pending != nil:
			pending = nil
		case onlyNames || !strings.HasPrefix(word, "-"):
			names = append(names, word)
		case word == "--":
			onlyNames = true
		default:
			name, _, hasValue := strings.Cut(word, "=")
			if f := flags.Find(command.Flags, name); f != nil {
				given[f] = true
				if !hasValue && f.(cli.DocGenerationFlag).TakesValue() {
					pending = f
				}
			}
		}
	}
	problem := ""
	if len(names) > 0 {
		problem = names[0]
	}
	flag, _, hasValue := strings.Cut(current, "=")
	switch {
	case pending != nil:
		c.value(pending, "", problem)
	case !onlyNames && strings.HasPrefix(current, "-") && hasValue:
		if f := flags.Find(command.Flags, flag); f != nil {
			c.value(f, flag+"=", problem)
		}
	case !onlyNames && strings.HasPrefix(current, "-"), !c.name(root, command, len(names)):
		c.flags(command.Flags, given)
	}
	return c
}

// flags adds the flags that can still be given.
func (c *Completed) flags(known []cli.Flag, given map[cli.Flag]bool) {
	if !slices.ContainsFunc(known, flags.IsHelp) { // cli adds it to the root alone
		known = append(slices.Clip(known), cli.HelpFlag)
	}
	for _, f := range known {
		if d := f.(cli.DocGenerationFlag); !given[f] || repeatable(f) {
			_, usage := flags.Placeholder(d.GetUsage())
			c.add("--"+f.Names()[0], usage)
		}
	}
}

func repeatable(f cli.Flag) bool {
	if g, ok := f.(*cli.GenericFlag); ok {
		_, ok = g.Value.(*flags.Assignments)
		return ok
	}
	return false
}

// value adds the values of a flag, each after the prefix.
func (c *Completed) value(f cli.Flag, prefix, problem string) {
	g, ok := f.(*cli.GenericFlag)
	if !ok {
		return
	}
	if v, ok := g.Value.(interface{ Choices() []string }); ok {
		for _, choice := range v.Choices() {
			c.add(prefix+choice, "")
		}
	}
	word, _ := flags.Placeholder(g.Usage)
	inner := &Completed{current: strings.TrimPrefix(c.current, prefix), problems: c.problems}
	inner.placeholder(word, nil, problem)
	for _, w := range inner.Words {
		c.add(prefix+w.Word, w.Meaning)
	}
	c.Paths = inner.Paths
}
