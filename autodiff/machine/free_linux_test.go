package machine

import (
	"os"
	"path/filepath"
	"testing"
)

// TestGroups: a limit of a control group counts, less what it holds but for cached files; one
// without a limit does not.
func TestGroups(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	g := group{write("max", "1000\n"), write("current", "700\n"), write("stat", "anon 500\ninactive_file 150\n"), "inactive_file"}
	if left, known := g.left(); !known || left != 450 {
		t.Errorf("%g bytes are left, %t", left, known)
	}
	write("max", "max\n")
	if left, known := g.left(); known {
		t.Errorf("%g bytes are left without a limit", left)
	}
}
