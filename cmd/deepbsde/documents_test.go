package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// documents are those whose commands are run, in the order in which they stand, each
// document in a folder of its own.
var documents = []string{"README.md", "docs/tutorial.md", "docs/runs.md", "docs/machines.md", "docs/method.md", "docs/layout.md", "docs/control.md", "docs/answers.md", "docs/stopping.md"}

// passage is a part of a document: a code block with its language, or text between two.
type passage struct {
	code bool
	lang string
	text string
}

// root is that of the repository, from where tests begin, also after a Chdir.
var root, _ = filepath.Abs("../..")

// readDocument cuts a document into its blocks.
func readDocument(t *testing.T, name string) (list []passage) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	for i, part := range strings.Split("\n"+string(text), "\n```") {
		b := passage{code: i%2 == 1, text: part}
		if b.code {
			b.lang, b.text, _ = strings.Cut(part, "\n")
			b.text += "\n"
		}
		list = append(list, b)
	}
	if len(list)%2 == 0 {
		t.Fatalf("%s: a code block is not closed", name)
	}
	return list
}

// step is a command of a document.
type step struct {
	words []string // after the program's name; those of "go install" with both
	stop  bool     // it is to be stopped by Ctrl-C, as its comment says
	shown string   // what the document shows of the output, with nothing else in the block
}

// steps are the commands of a block. In text only go run counts, which prose does not begin
// a line with.
func (b passage) steps() (list []step) {
	for line := range strings.Lines(b.text) {
		line, comment, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "$ "), " #")
		words := strings.Fields(line)
		args, ran := strings.CutPrefix(line, "go run ./cmd/deepbsde ")
		switch {
		case ran:
			words = strings.Fields(args)
		case b.code && len(words) > 1 && words[0] == "deepbsde":
			words = words[1:]
		case !b.code || len(words) < 2 || words[0] != "go" || words[1] != "install":
			continue
		}
		list = append(list, step{words: words, stop: strings.Contains(comment, "Ctrl-C")})
	}
	if len(list) == 1 && strings.HasPrefix(b.text, "$ ") {
		_, list[0].shown, _ = strings.Cut(b.text, "\n")
	}
	return list
}

var (
	namedFile   = regexp.MustCompile(`^# (\S+\.yaml)\n`)
	varying     = regexp.MustCompile(`[-+]?[0-9][-+0-9.e]*|─+`)
	answerLines = regexp.MustCompile(`(?m)^ *(?:u\(0, x0\)|mean reward|mean cost) +(?:= )?(\S+)`)
)

// worded is an output without what depends on the processor's instruction set and on time:
// digits, widths of columns, and the verdict at the end.
func worded(s string) string {
	s, _, _ = strings.Cut(s, "\n\nThe reference")
	return strings.Join(strings.Fields(varying.ReplaceAllString(s, " ")), " ")
}

// leftOut is the last line of an output of which only some lines are shown.
const leftOut = "  …\n"

// excerpt is the part of an output that a document shows: all of it, or the lines with the
// labels of those shown.
func excerpt(shown, got string) string {
	if !strings.HasSuffix(shown, leftOut) {
		return got
	}
	label := func(line string) string { return string([]rune(line + strings.Repeat(" ", 17))[:17]) }
	labels := map[string]bool{}
	for line := range strings.Lines(strings.TrimSuffix(shown, leftOut)) {
		labels[label(line)] = true
	}
	var kept strings.Builder
	for line := range strings.Lines(got) {
		if labels[label(line)] {
			kept.WriteString(line)
		}
	}
	return kept.String() + leftOut
}

// answers are the values in an output of solve.
func answers(s string) (list []string) {
	for _, m := range answerLines.FindAllStringSubmatch(s, -1) {
		list = append(list, m[1])
	}
	return list
}
