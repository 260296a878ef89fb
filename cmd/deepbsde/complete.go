package main

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/deepbsde/deepbsde/cmd/deepbsde/internal/flags"
	"github.com/deepbsde/deepbsde/problems"
)

// completed is what may stand for a word of a command line.
type completed struct {
	current string
	words   []candidate
	paths   string // "files", "dirs" or ""
}

type candidate struct{ word, meaning string }

// add adds a word that the current one begins. "KEY=" is done when it is written; what
// follows is anybody's guess.
func (c *completed) add(word, meaning string) {
	if strings.HasPrefix(word, c.current) && !(word == c.current && strings.HasSuffix(word, "=")) {
		c.words = append(c.words, candidate{word, meaning})
	}
}

// complete finds what may follow the words. It reads all from the description of the
// commands: the flags, the placeholders in the usage texts, and the choices that the
// parsers of values name.
func complete(root *cli.App, words []string, current string) *completed {
	c := &completed{current: current}
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
func (c *completed) flags(known []cli.Flag, given map[cli.Flag]bool) {
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
func (c *completed) value(f cli.Flag, prefix, problem string) {
	g, ok := f.(*cli.GenericFlag)
	if !ok {
		return
	}
	if v, ok := g.Value.(interface{ choices() []string }); ok {
		for _, choice := range v.choices() {
			c.add(prefix+choice, "")
		}
	}
	word, _ := flags.Placeholder(g.Usage)
	inner := &completed{current: strings.TrimPrefix(c.current, prefix)}
	inner.placeholder(word, nil, problem)
	for _, w := range inner.words {
		c.add(prefix+w.word, w.meaning)
	}
	c.paths = inner.paths
}

// name adds what may stand in the place of a name, of which there are some already. It
// tells whether the command takes one more.
func (c *completed) name(root *cli.App, command *cli.Command, some int) bool {
	line, _, _ := strings.Cut(command.UsageText, "\n")
	if command.Name == "help" { // cli's own
		line = "deepbsde help COMMAND"
	}
	words := strings.Fields(line)
	if len(words) < 3 || strings.HasPrefix(words[2], "-") || words[2] == "[flags]" || some > 0 && !strings.Contains(words[2], "…") {
		return false
	}
	for _, word := range strings.Split(strings.Trim(words[2], "[]…"), "|") {
		c.placeholder(word, root, "")
	}
	return true
}

// placeholder adds what a word of a usage text stands for.
func (c *completed) placeholder(word string, root *cli.App, problem string) {
	switch kind, _, _ := strings.Cut(word, "."); kind {
	case "COMMAND":
		for _, command := range root.Commands {
			if !command.Hidden {
				c.add(command.Name, command.Usage)
			}
		}
	case "NAME":
		for _, f := range problems.All() {
			c.add(f.Name, f.Title)
		}
	case "KEY=VALUE":
		if family, err := findFamily(problem); err == nil {
			for _, p := range family.Params {
				c.add(p.Name+"=", p.Doc)
			}
		}
	case "FILE":
		c.paths = "files"
	case "RUN", "DIR":
		c.paths = "dirs"
	default:
		if word == strings.ToLower(word) && root != nil {
			c.add(word, "")
		}
	}
}
