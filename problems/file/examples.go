package file

import (
	"embed"

	"github.com/deepbsde/deepbsde/problems"
)

//go:embed examples/*.yaml
var examples embed.FS

// Of is the commented problem file of a named problem, to start one's own from. Its
// problem is the same as the named one, to the bit, but for references that only the
// library can compute.
func Of(name string) ([]byte, error) {
	f, err := problems.Find(name)
	if err != nil {
		return nil, err
	}
	return examples.ReadFile("examples/" + f.Name + ".yaml")
}
