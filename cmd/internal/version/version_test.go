package version

import (
	"os"
	"regexp"
	"testing"
)

// TestReleaseIsTheTopmost: the changelog begins with the version that the program states.
func TestReleaseIsTheTopmost(t *testing.T) {
	text, err := os.ReadFile("../../../CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^## (v\d+\.\d+\.\d+)\b`).FindStringSubmatch(string(text))
	if found == nil || found[1] != Release {
		t.Errorf("CHANGELOG.md begins with %v, the program states %s", found, Release)
	}
}
