package run

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// FuzzManifest: whatever run.json says, with a digest that is right, it is refused in one line
// or describes a run that can be asked for all it has.
func FuzzManifest(f *testing.F) {
	f.Add(withoutDigest(f, readSeed(f, "testdata/earlier/"+ManifestFile)))
	for _, command := range []string{`"problem":"hjb","kind":"pde","dim":2,"method":"deep-bsde","settings":{"steps":4,"network":"shared","hidden":[3]}`,
		`"problem":"lqr","kind":"control","dim":2,"method":"policy","settings":{"segments":2}`,
		`"problem":"bermudan-max-call","kind":"pde","dim":2,"method":"stopping","parameters":{"rate":0.1},"settings":{"samples":64}`,
		`"problem":"logistic","kind":"pde","dim":3,"start":"box:1","retry":true,"method":"backward","settings":{"times":[0,0.1,1]}`} {
		f.Add([]byte(`{"format":2,"program":"p","command":["\u001b"],"started":"2026-11-28T15:18:02Z","parameters":null,` + command + `,"digest":""}`))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var r Run
		if err := r.Manifest.decode(digested(text)); err != nil {
			oneLine(t, err)
			return
		}
		for _, ask := range []func() error{
			func() error { _, err := r.Settings(); return err },
			func() error { _, err := r.Method(); return err },
			func() error { r.SolvesEquation(); return nil },
			func() error {
				if r.Dim > 100 || r.Manifest.Copy != "" { // it has no file
					return nil
				}
				_, err := r.Problem()
				return err
			},
		} {
			if err := ask(); err != nil {
				oneLine(t, err)
			}
		}
		written, err := r.Manifest.seal()
		if err != nil {
			t.Fatal(err)
		}
		var again Manifest
		if err := again.decode(written); err != nil {
			t.Errorf("written and read again: %v\n%s", err, written)
		}
	})
}

// FuzzResult: whatever result.json says, under a seal that is right, it is refused in one line
// or is a result that can be asked.
func FuzzResult(f *testing.F) {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(readSeed(f, "testdata/earlier/"+ResultFile), &all); err != nil {
		f.Fatal(err)
	}
	whole, err := json.Marshal(all)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add([]byte(`{"status":"converged","value":1,"gradient":[1,2],"gradient_stderr":[1],"reasons":["\u001b"]}`))
	f.Add([]byte(`{"method":"policy","kind":"control","value":1,"action":[1],"action_dim":1,"settings":{"steps":3}}`))
	f.Add([]byte(`{"method":"stopping","value":1,"lower":0,"upper":2,"exercise":{"dates":[0.5],"probability":[1]}}`))
	r := &Run{path: f.TempDir(), Manifest: Manifest{Format: manifestFormat, Digest: "d"}}
	f.Fuzz(func(t *testing.T, text []byte) {
		var object map[string]json.RawMessage
		if json.Unmarshal(text, &object) != nil || len(object) == 0 { // no result is empty
			return
		}
		if err := r.Finish(object, "text"); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Over(); err != nil {
			oneLine(t, err)
		}
		if _, err := r.Read(TextFile); err != nil {
			oneLine(t, err)
		}
		res, err := r.Result()
		if err != nil {
			oneLine(t, err)
			return
		}
		res.Trusted()
		res.Doubts()
		res.StatusAdvice()
		if _, err := res.MarshalJSON(); err != nil {
			oneLine(t, err)
		}
	})
}

// FuzzMetrics: whatever metrics.jsonl holds, it is refused in one line, or its records are
// written and read again as they are.
func FuzzMetrics(f *testing.F) {
	f.Add(readSeed(f, "testdata/earlier/"+MetricsLinesFile))
	f.Add([]byte(`{"iteration":0,"loss":1.5,"trained_value":-2e-9,"seconds":0.25,"lr":0.005}` + "\n" + `{"iteration":1,"seconds":1e9,"lr":0}` + "\n{\"iter"))
	f.Add([]byte(`{"step":3,"loss_function":1e300,"target_value":null,"elapsed_time":-1,"learning_rate":1e-300}` + "\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		history, err := records(bytes.NewReader(text))
		if err != nil {
			oneLine(t, err)
			return
		}
		if n := bytes.Count(text, []byte("\n")); len(history) != n {
			t.Fatalf("%d records in %d lines", len(history), n)
		}
		var written []byte
		for _, h := range history {
			l, err := line(h)
			if err != nil {
				t.Fatal(err)
			}
			written = append(written, l...)
		}
		again, err := records(bytes.NewReader(written))
		if err != nil {
			t.Fatalf("written and read again: %v\n%s", err, written)
		}
		for i, h := range history {
			a, b := row(h), row(again[i])
			if !bytes.Equal(a, b) {
				t.Fatalf("record %d: %s, written and read again %s", i, a, b)
			}
		}
	})
}

func readSeed(f *testing.F, name string) []byte {
	f.Helper()
	text, err := os.ReadFile(filepath.FromSlash(name))
	if err != nil {
		f.Fatal(err)
	}
	return text
}

// withoutDigest is a manifest with "" as its digest.
func withoutDigest(f *testing.F, text []byte) []byte {
	f.Helper()
	var m Manifest
	var bare bytes.Buffer
	if err := json.Unmarshal(text, &m); err != nil {
		f.Fatal(err)
	}
	if err := json.Compact(&bare, text); err != nil {
		f.Fatal(err)
	}
	return bytes.Replace(bare.Bytes(), digestField(m.Digest), digestField(""), 1)
}

// digested is a manifest with the digest that it has, where its text has "" in that place.
func digested(text []byte) []byte {
	var bare bytes.Buffer
	if json.Compact(&bare, text) != nil {
		return text
	}
	return bytes.Replace(bare.Bytes(), digestField(""), digestField(digest(bare.Bytes())), 1)
}

// oneLine demands that an error is one line that a terminal can show.
func oneLine(t *testing.T, err error) {
	t.Helper()
	text := err.Error()
	if text == "" || strings.ContainsAny(text, "\n\x1b") || slices.Contains([]rune(text), '\u009b') {
		t.Errorf("the error is no line of text: %q", text)
	}
}
