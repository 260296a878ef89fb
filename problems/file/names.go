package file

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/deepbsde/deepbsde/pde"
	"github.com/deepbsde/deepbsde/problems/file/internal/source"
	"go.yaml.in/yaml/v4"
)

// longestName is how many characters the name of a component may have: as many as stand
// beside an axis.
const longestName = 60

// componentNames are what the components of the state or of the action are called in tables
// and pictures: a list, or one text where there is one component; or of blocks of equal size.
type componentNames struct {
	source *source.Document
	node   *yaml.Node
	key    string
	list   []string
}

// names reads the value of state-names or action-names.
func (r *reader) names(e source.Entry) *componentNames {
	nodes := []*yaml.Node{e.Value}
	if e.Value.Kind != yaml.ScalarNode {
		nodes = r.Items(e.Value, e.Name)
	}
	c := &componentNames{source: r.Document, node: e.Value, key: e.Name}
	for _, n := range nodes {
		name := r.OneText(source.Entry{Name: e.Name, Key: e.Key, Value: n}, false)
		if l := utf8.RuneCountInString(name); l > longestName {
			r.Fail(n, "%s has a name of %d characters, want at most %d", e.Name, l, longestName)
		}
		if slices.Contains(c.list, name) {
			r.Fail(n, "%s has the name %s twice", e.Name, source.Quoted(name))
		}
		c.list = append(c.list, name)
	}
	return c
}

// block is how a name ends that is one of a block of components: price[] of price[0], price[1], …
const block = "[]"

// of is the names of so many components; nil where the file gives none. They are of the
// file's own dimension: in another one, where they do not fit, nothing has a name.
func (c *componentNames) of(n int, otherDim bool) ([]string, *source.Error) {
	if c == nil {
		return nil, nil
	}
	isBlock := func(name string) bool { return strings.HasSuffix(name, block) }
	blocks, want := slices.ContainsFunc(c.list, isBlock), fmt.Sprintf("%d names, want %d, one for each component", len(c.list), n)
	fits := len(c.list) == n
	if blocks {
		fits, want = n%len(c.list) == 0, fmt.Sprintf("names of %d blocks, want a number that divides %d, the components", len(c.list), n)
		if at := slices.IndexFunc(c.list, func(name string) bool { return !isBlock(name) }); at >= 0 {
			return nil, c.source.ErrorAt(c.node.Line, c.node.Column, "%s has names of blocks, which end in [], and %s, which does not: want one kind", c.key, source.Quoted(c.list[at]))
		}
	}
	switch {
	case !fits && otherDim:
		return nil, nil
	case !fits:
		return nil, c.source.ErrorAt(c.node.Line, c.node.Column, "%s has %s", c.key, want)
	case !blocks:
		return c.list, nil
	}
	names := make([]string, len(c.list))
	for i, name := range c.list {
		names[i] = strings.TrimSuffix(name, block)
	}
	return pde.Numbered(n/len(names), names...), nil
}
