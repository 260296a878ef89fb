package sweep

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// FuzzDefinition: whatever sweep.json says, it is refused with its place, or its runs can be
// listed, tabulated and found again.
func FuzzDefinition(f *testing.F) {
	for _, text := range []string{
		`{"format":1,"problem":"hjb","dim":2,"axes":[{"name":"lambda","values":[1,2]},{"name":"horizon","values":[0.5]}],"seed":1,"seeds":2,"settings":{},"warm":true}`,
		`{"format":1,"axes":[],"seeds":1}`, `{"format":1,"axes":[{"name":"a","values":[]}],"seeds":1}`, `{"format":1,"axes":[{"name":"a","values":[1]},{"name":"a","values":[1]}],"seeds":1}`,
		`{"format":1,"seeds":1,"seed":3,"search":{"ranges":[{"name":"lr","low":1,"high":2,"log":true},{"name":"hidden","values":["8x8","16"]}],"choices":4,"keep":2,"budget":"30s"}}`,
		`{"format":1,"seeds":1000000000}`, `{"format":2}`, `null`, `[]`, `{"format":1,"seeds":1,"settings":"\u001b"}`} {
		f.Add([]byte(text))
	}
	root := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(filepath.Join(root, File), text, 0o600); err != nil {
			t.Fatal(err)
		}
		d, err := Read(root)
		if err != nil {
			if wrong := (*Error)(nil); !errors.As(err, &wrong) {
				t.Fatal(err)
			}
			return
		}
		if n, _ := d.Size(); n > 100 {
			return
		}
		rows, err := d.Rows(root)
		if err != nil {
			t.Fatal(err)
		}
		for i := range rows { // as if a round were done
			rows[i].Status, rows[i].Error = "converged", float64(i%3)
		}
		for _, cell := range d.Next(rows) {
			rows = append(rows, Row{Cell: cell, Status: "converged"})
		}
		for _, format := range []string{"text", "csv", "markdown"} {
			if d.Table(rows, format) == "" {
				t.Errorf("no %s", format)
			}
		}
		d.Figure(rows)
		if !d.Same(d) {
			t.Errorf("%s is not the same as itself", text)
		}
	})
}
