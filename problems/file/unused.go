package file

import (
	"regexp"
	"slices"

	"go.yaml.in/yaml/v4"
)

// The parts of a problem file whose keys are names for formulas, and the keys whose
// values are texts for people.
var (
	namingKeys = []string{"parameters", "define", "matrices", "tables"}
	textKeys   = []string{"name", "title", "equation", "citation", "doc", "source", "method", "state-names", "action-names"}
)

var nameInFormula = regexp.MustCompile(`[\p{L}_][\p{L}\p{N}_]*`)

// unused lists the parameters, helpers and matrices of a problem file, whose top is root,
// that no formula names, in the order of the file. One is no mistake, but often what is left of one: a
// term that was forgotten, or a name that was written for another.
func unused(root *yaml.Node) (list []string) {
	var names []string
	used := map[string]bool{}
	var read func(n *yaml.Node)
	read = func(n *yaml.Node) {
		if n.Kind == yaml.ScalarNode {
			for _, name := range nameInFormula.FindAllString(n.Value, -1) {
				used[name] = true
			}
		}
		for i, child := range n.Content {
			if n.Kind == yaml.MappingNode && (i%2 == 0 || slices.Contains(textKeys, n.Content[i-1].Value)) {
				continue // a key, or a text
			}
			read(child)
		}
	}
	for i := 0; i+1 < len(root.Content); i += 2 {
		if section := root.Content[i+1]; slices.Contains(namingKeys, root.Content[i].Value) {
			for k := 0; k+1 < len(section.Content); k += 2 {
				names = append(names, section.Content[k].Value)
			}
		}
	}
	read(root)
	for _, name := range names {
		if !used[name] {
			list = append(list, name)
		}
	}
	return list
}
