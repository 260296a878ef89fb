package source

import (
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v4"
)

// Reader reads the nodes of a file. The first error stays and makes the rest of the
// reading idle.
type Reader struct {
	*Document
	Err *Error
}

// Fail keeps the first error.
func (r *Reader) Fail(n *yaml.Node, format string, args ...any) {
	if r.Err == nil {
		r.Err = r.ErrorAt(n.Line, n.Column, format, args...)
	}
}

// Entry is one key of a mapping with its value.
type Entry struct {
	Name       string
	Key, Value *yaml.Node
}

// Mapping lists the entries of a mapping, whose keys are texts that occur once. known
// are the allowed keys; nil: any.
func (r *Reader) Mapping(n *yaml.Node, what string, known []string) []Entry {
	if n.Kind != yaml.MappingNode {
		r.Fail(n, "%s is %s, want a mapping with KEY: VALUE%s", what, KindName(n), knownKeys(known))
		return nil
	}
	var list []Entry
	seen := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		switch first := seen[key.Value]; {
		case key.Kind != yaml.ScalarNode:
			r.Fail(key, "a key of %s is %s, want a name", what, KindName(key))
		case known != nil && !slices.Contains(known, key.Value):
			r.Fail(key, "unknown key %q in %s%s", key.Value, what, DidYouMean(key.Value, known))
		case first != nil:
			r.Fail(key, "the key %q is given twice, first in line %d", key.Value, first.Line)
		}
		if r.Err != nil {
			return nil
		}
		seen[key.Value] = key
		list = append(list, Entry{key.Value, key, value})
	}
	return list
}

func knownKeys(known []string) string {
	if known == nil {
		return ""
	}
	return " (known keys: " + strings.Join(known, ", ") + ")"
}

// KindName is what a node is, in words.
func KindName(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case Empty(n):
		return "empty"
	}
	return "the text " + Quoted(n.Value)
}

// Quoted is a text in quotes, its middle left out where it is long.
func Quoted(s string) string {
	r := []rune(strings.TrimSpace(s))
	if len(r) > 40 {
		r = append(append(r[:30:30], '…'), r[len(r)-8:]...)
	}
	return `"` + string(r) + `"`
}

// Empty tells whether there is nothing in a scalar.
func Empty(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && (n.Tag == "!!null" || strings.TrimSpace(n.Value) == "")
}

// OneText is a text that can be shown: of one line, or of several.
func (r *Reader) OneText(e Entry, lines bool) string {
	n := e.Value
	switch {
	case n.Kind != yaml.ScalarNode || Empty(n):
		r.Fail(n, "%s is %s, want a text", e.Name, KindName(n))
	case len(n.Value) > maxText:
		r.Fail(n, "%s has %d bytes, want at most %d", e.Name, len(n.Value), maxText)
	}
	text := strings.TrimSpace(n.Value)
	for _, c := range text {
		if unicode.IsControl(c) && !(lines && c == '\n') {
			r.Fail(n, "%s has the character %U, want %s", e.Name, c, map[bool]string{true: "a text without control characters", false: "a text of one line"}[lines])
		}
	}
	return text
}

// Truth is true or false.
func (r *Reader) Truth(e Entry) bool {
	switch {
	case e.Value.Kind == yaml.ScalarNode && e.Value.Value == "true":
		return true
	case e.Value.Kind == yaml.ScalarNode && e.Value.Value == "false":
		return false
	}
	r.Fail(e.Value, "%s is %s, want true or false", e.Name, KindName(e.Value))
	return false
}

// Items are the nodes of a list.
func (r *Reader) Items(n *yaml.Node, what string) []*yaml.Node {
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		k := KindName(n)
		if n.Kind == yaml.SequenceNode {
			k = "empty"
		}
		r.Fail(n, "%s is %s, want a list of values", what, k)
		return nil
	}
	return n.Content
}

// Word is any text. what names the value in errors.
func (r *Reader) Word(n *yaml.Node, what string) string {
	if n.Kind != yaml.ScalarNode || n.Value == "" {
		r.Fail(n, "%s is %s, want a word", what, KindName(n))
		return ""
	}
	return n.Value
}

// OneOf is one of the known words. what names the value in errors.
func (r *Reader) OneOf(e Entry, what string, known []string) string {
	if e.Value.Kind != yaml.ScalarNode || !slices.Contains(known, e.Value.Value) {
		r.Fail(e.Value, "%s is %s%s", what, KindName(e.Value), DidYouMean(e.Value.Value, known))
		return ""
	}
	return e.Value.Value
}
