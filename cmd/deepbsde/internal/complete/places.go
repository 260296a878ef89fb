package complete

import (
	"strings"

	"github.com/urfave/cli/v2"
)

// name adds what may stand in the place of a name, of which there are some already. It
// tells whether the command takes one more.
func (c *Completed) name(root *cli.App, command *cli.Command, some int) bool {
	line, _, _ := strings.Cut(command.UsageText, "\n")
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
func (c *Completed) placeholder(word string, root *cli.App, problem string) {
	switch kind, _, _ := strings.Cut(word, "."); kind {
	case "COMMAND":
		for _, command := range root.Commands {
			if !command.Hidden {
				c.add(command.Name, command.Usage)
			}
		}
	case "NAME":
		for _, p := range c.problems.Names() {
			c.add(p.Word, p.Meaning)
		}
	case "KEY=VALUE":
		for _, p := range c.problems.Parameters(problem) {
			c.add(p.Word+"=", p.Meaning)
		}
	case "FILE":
		c.Paths = "files"
	case "RUN", "DIR":
		c.Paths = "dirs"
	default:
		if word == strings.ToLower(word) && root != nil {
			c.add(word, "")
		}
	}
}
