package problems

import (
	"math"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v4"
)

// reader reads the nodes of a problem file. The first error stays and makes the rest
// of the reading idle.
type reader struct {
	*source
	err *FileError
}

// fail keeps the first error.
func (r *reader) fail(n *yaml.Node, format string, args ...any) {
	if r.err == nil {
		r.err = r.errorAt(n.Line, n.Column, format, args...)
	}
}

// entry is one key of a mapping with its value.
type entry struct {
	name       string
	key, value *yaml.Node
}

// mapping lists the entries of a mapping, whose keys are texts that occur once. known
// are the allowed keys; nil: any.
func (r *reader) mapping(n *yaml.Node, what string, known []string) []entry {
	if n.Kind != yaml.MappingNode {
		r.fail(n, "%s is %s, want a mapping with KEY: VALUE%s", what, kindName(n), knownKeys(known))
		return nil
	}
	var list []entry
	seen := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		switch first := seen[key.Value]; {
		case key.Kind != yaml.ScalarNode:
			r.fail(key, "a key of %s is %s, want a name", what, kindName(key))
		case known != nil && !contains(known, key.Value):
			r.fail(key, "unknown key %q in %s%s", key.Value, what, didYouMean(key.Value, known))
		case first != nil:
			r.fail(key, "the key %q is given twice, first in line %d", key.Value, first.Line)
		}
		if r.err != nil {
			return nil
		}
		seen[key.Value] = key
		list = append(list, entry{key.Value, key, value})
	}
	return list
}

func contains(list []string, name string) bool {
	for _, s := range list {
		if s == name {
			return true
		}
	}
	return false
}

func knownKeys(known []string) string {
	if known == nil {
		return ""
	}
	return " (known keys: " + strings.Join(known, ", ") + ")"
}

// kindName is what a node is, in words.
func kindName(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case empty(n):
		return "empty"
	}
	return "the text " + quoted(n.Value)
}

// quoted is a text in quotes, its middle left out where it is long.
func quoted(s string) string {
	r := []rune(strings.TrimSpace(s))
	if len(r) > 40 {
		r = append(append(r[:30:30], '…'), r[len(r)-8:]...)
	}
	return `"` + string(r) + `"`
}

func empty(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && (n.Tag == "!!null" || strings.TrimSpace(n.Value) == "")
}

// oneText is a text that can be shown: of one line, or of several.
func (r *reader) oneText(e entry, lines bool) string {
	n := e.value
	switch {
	case n.Kind != yaml.ScalarNode || empty(n):
		r.fail(n, "%s is %s, want a text", e.name, kindName(n))
	case len(n.Value) > maxText:
		r.fail(n, "%s has %d bytes, want at most %d", e.name, len(n.Value), maxText)
	}
	text := strings.TrimSpace(n.Value)
	for _, c := range text {
		if unicode.IsControl(c) && !(lines && c == '\n') {
			r.fail(n, "%s has the character %U, want %s", e.name, c, map[bool]string{true: "a text without control characters", false: "a text of one line"}[lines])
		}
	}
	return text
}

// truth is true or false.
func (r *reader) truth(e entry) bool {
	switch {
	case e.value.Kind == yaml.ScalarNode && e.value.Value == "true":
		return true
	case e.value.Kind == yaml.ScalarNode && e.value.Value == "false":
		return false
	}
	r.fail(e.value, "%s is %s, want true or false", e.name, kindName(e.value))
	return false
}

// number is a formula without variables or parameters, such as 2/3 or 1e-3.
func (r *reader) number(n *yaml.Node, what string) float64 {
	f := r.formula(n, what)
	if f == nil {
		return 0
	}
	v, wrong := (&instance{}).constant(f, what, 1)
	if wrong != nil {
		if r.err == nil {
			r.err = wrong
		}
		return 0
	}
	if math.IsNaN(v[0]) || math.IsInf(v[0], 0) {
		r.fail(n, "%s is %g, want a finite number", what, v[0])
	}
	return v[0]
}

// whole is a whole number between bounds.
func (r *reader) whole(n *yaml.Node, what string, least, most int) int {
	v := r.number(n, what)
	if r.err == nil && (v != math.Floor(v) || v < float64(least) || v > float64(most)) {
		r.fail(n, "%s is %s, want a whole number from %d to %d", what, strings.TrimSpace(n.Value), least, most)
		return least
	}
	return int(v)
}

// items are the nodes of a list.
func (r *reader) items(n *yaml.Node, what string) []*yaml.Node {
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		k := kindName(n)
		if n.Kind == yaml.SequenceNode {
			k = "empty"
		}
		r.fail(n, "%s is %s, want a list of values", what, k)
		return nil
	}
	return n.Content
}
