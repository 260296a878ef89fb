package problems

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed files/*.yaml
var files embed.FS

// FileOf is the commented problem file of a named problem, to start one's own from. Not
// every named problem has one; FileNames lists those that do. A file's problem is the
// same as the named one but for the references that the library computes for it.
func FileOf(name string) ([]byte, error) {
	text, err := files.ReadFile("files/" + name + ".yaml")
	if err != nil {
		return nil, &UnknownError{"problem file", name, FileNames()}
	}
	return text, nil
}

// FileNames lists the named problems with a problem file in the order of All.
func FileNames() []string {
	var names []string
	for _, f := range families {
		if _, err := fs.Stat(files, "files/"+f.Name+".yaml"); err == nil {
			names = append(names, strings.TrimSpace(f.Name))
		}
	}
	return names
}
