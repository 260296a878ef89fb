package figure

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
)

var formats = []string{"png", "svg", "pdf"}

// Format is that of a picture with the given file name.
func Format(file string) string {
	return strings.ToLower(strings.TrimPrefix(filepath.Ext(file), "."))
}

// ParseFile is the value of a flag for the file of a plot.
func ParseFile(s string) (string, error) {
	if !slices.Contains(formats, Format(s)) {
		return "", errors.New("want a file name that ends in .png, .svg or .pdf")
	}
	return s, nil
}
