package file

import (
	"slices"
	"unicode/utf8"

	"github.com/deepbsde/deepbsde/problems/file/internal/source"
	"go.yaml.in/yaml/v4"
)

// longestName is how many characters the name of a component may have: as many as stand
// beside an axis.
const longestName = 60

// componentNames are what the components of the state or of the action are called in tables
// and pictures: a list, or one text where there is one component.
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

// of is the names of so many components; nil where the file gives none. They are of the
// file's own dimension: in another one, where they do not fit, nothing has a name.
func (c *componentNames) of(n int, otherDim bool) ([]string, *source.Error) {
	if c == nil || otherDim && len(c.list) != n {
		return nil, nil
	}
	if len(c.list) != n {
		return nil, c.source.ErrorAt(c.node.Line, c.node.Column, "%s has %d names, want %d, one for each component", c.key, len(c.list), n)
	}
	return c.list, nil
}
