package problems

import "embed"

//go:embed files/*.yaml
var files embed.FS

// FileOf is the commented problem file of a named problem, to start one's own from. Its
// problem is the same as the named one, to the bit, but for references that only the
// library can compute.
func FileOf(name string) ([]byte, error) {
	f, err := Find(name)
	if err != nil {
		return nil, err
	}
	return files.ReadFile("files/" + f.Name + ".yaml")
}
