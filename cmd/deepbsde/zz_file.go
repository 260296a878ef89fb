package main

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
)

var plotFormats = []string{"png", "svg", "pdf"}

func plotFormat(file string) string {
	return strings.ToLower(strings.TrimPrefix(filepath.Ext(file), "."))
}

// plotFile is the value of a flag for the file of a plot.
func plotFile(s string) (string, error) {
	if !slices.Contains(plotFormats, plotFormat(s)) {
		return "", errors.New("want a file name that ends in .png, .svg or .pdf")
	}
	return s, nil
}
