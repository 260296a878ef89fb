package bench

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/deepbsde/deepbsde/bsde"
)

// FuzzStore: whatever a store holds, its first line that is no run is named, or its runs can be
// tabulated, and one more is added after the last whole line.
func FuzzStore(f *testing.F) {
	const one = `{"problem":"hjb","preset":"paper","network":"per-step","version":"v","settings":{"steps":20,"iterations":4,"workers":2},"status":"converged","value":4.5,"error":0.1,"trust":"yes","stderr":0.01,"seconds":3,"checkpoints":[{"iteration":2,"value":4,"seconds":1}]}` + "\n"
	for _, text := range []string{"", one, one + one + `{"problem":"hj`, one + "no run\n", `{"problem":"hjb","network":"features","settings":null,"seconds":1e308}` + "\n", `{"problem":"hjb","settings":[]}` + "\n", "{"} {
		f.Add([]byte(text))
	}
	key := func(text json.RawMessage) (string, error) { // as the command has it, without the options
		var s bsde.Settings
		if len(text) > 0 {
			if err := json.Unmarshal(text, &s); err != nil {
				return "", err
			}
		}
		s.Workers = 0
		out, err := json.Marshal(s)
		return string(out), err
	}
	path := filepath.Join(f.TempDir(), "store.jsonl")
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Open(path, key)
		if err != nil {
			if foreign := (*ForeignError)(nil); !errors.As(err, &foreign) || foreign.Line < 1 {
				t.Fatal(err)
			}
			return
		}
		defer s.Close()
		if n := len(s.Runs); n > 0 {
			c := []Cell{{Problem: "hjb", Network: s.Runs[0].Network, Reference: &Reference{Value: 1, StdErr: 0.1}, Runs: s.Runs}}
			Text(c)
			CSV(c)
			Markdown(c, "", "")
			if found := s.Find(s.Runs[0]); found == nil || found.key != s.Runs[0].key {
				t.Errorf("the first run is not found")
			}
		}
		have := len(s.Runs)
		var more Run
		if err := json.Unmarshal([]byte(one), &more); err != nil {
			t.Fatal(err)
		}
		if err := s.Add(&more); err != nil {
			t.Fatal(err)
		}
		again, err := Open(path, key)
		if err != nil || len(again.Runs) != have+1 || again.Find(&more) == nil {
			t.Fatalf("one more than %d runs: %v", have, err)
		}
		again.Close()
	})
}
