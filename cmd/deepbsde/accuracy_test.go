package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// forAccuracy skips a test that trains for minutes, unless 'make accuracy' asks for it.
func forAccuracy(t *testing.T) {
	t.Helper()
	if os.Getenv("DEEPBSDE_ACCURACY") == "" {
		t.Skip("trains for minutes; 'make accuracy' runs it")
	}
}

// accuracySeeds is how many seeds a count takes: all, or the first half, quarter or eighth of them, as .ci/run
// takes, whose hour is short.
func accuracySeeds(all int) int {
	switch os.Getenv("DEEPBSDE_ACCURACY") {
	case "half":
		return (all + 1) / 2
	case "quarter":
		return (all + 3) / 4
	case "eighth":
		return (all + 7) / 8
	}
	return all
}

// TestAccuracyRunsAll: the list in the Makefile has every test that asks for it.
func TestAccuracyRunsAll(t *testing.T) {
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	err = filepath.WalkDir("../..", func(name string, _ os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, "_test.go") {
			return err
		}
		text, err := os.ReadFile(name)
		for _, m := range asksForAccuracy.FindAllSubmatch(text, -1) {
			found++
			if !regexp.MustCompile(`ACCURACY\).* -run .*[(|]` + string(m[1]) + `[|)]`).Match(makefile) {
				t.Errorf("'make accuracy' does not run %s of %s", m[1], name)
			}
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if found < 5 {
		t.Errorf("%d tests found", found)
	}
}

var asksForAccuracy = regexp.MustCompile(`func (Test\w+)\(t \*testing\.T\) \{\n\tforAccuracy\(t\)`)
