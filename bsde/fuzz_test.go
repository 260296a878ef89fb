package bsde_test

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/safetensors"
	"github.com/deepbsde/deepbsde/bsde"
	"github.com/deepbsde/deepbsde/bsde/deep"
	"github.com/deepbsde/deepbsde/bsde/network"
)

// FuzzCheckpoint: whatever a checkpoint says, under a checksum that is right, it is refused in
// one line and leaves the run as it was, or the run goes on from it.
func FuzzCheckpoint(f *testing.F) {
	begin := func(ctx context.Context) *bsde.Trainer {
		s := bsde.Settings{Steps: 2, Iterations: 4, Batch: 4, Paths: 64, StartPaths: 16, ValidationPaths: 8, Workers: 1}
		tr, err := bsde.Init(ctx, mixing(), deep.Method{Network: network.Shared{Hidden: []int{2}}}, &s)
		if err != nil {
			f.Fatal(err)
		}
		return tr
	}
	tr := begin(f.Context())
	f.Cleanup(tr.Close)
	first := new(bytes.Buffer)
	if err := tr.Save(first, map[string]string{"run": "d"}); err != nil {
		f.Fatal(err)
	}
	tr.Step(f.Context())
	second := new(bytes.Buffer)
	if err := tr.Save(second, nil); err != nil {
		f.Fatal(err)
	}
	for _, data := range [][]byte{first.Bytes(), second.Bytes()} {
		saved, err := safetensors.Read(data)
		if err != nil {
			f.Fatal(err)
		}
		text, err := json.Marshal(saved.Metadata)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text, data[len(data)-128:], "")
		f.Add(text, data[len(data)-128:], saved.Tensors[0].Name)
	}
	history := tr.History()
	f.Fuzz(func(t *testing.T, text, numbers []byte, without string) {
		file, err := safetensors.Read(first.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		var metadata map[string]string
		if json.Unmarshal(text, &metadata) != nil {
			return
		}
		file.Metadata = metadata
		for i, tensor := range file.Tensors { // others of the same shapes
			if data, ok := tensor.Data.([]float32); ok {
				for j := range data {
					if len(numbers) > 0 {
						data[j] = float32(int8(numbers[j%len(numbers)]))
					}
				}
			}
			if tensor.Name == without {
				file.Tensors[i].Name += "'"
			}
		}
		written := new(bytes.Buffer)
		if safetensors.Write(written, file) != nil {
			return
		}
		c, err := bsde.ReadCheckpoint(written.Bytes())
		if err != nil {
			inOneLine(t, err)
			return
		}
		tr := begin(t.Context())
		defer tr.Close()
		before := saved(t, tr)
		if c.History == nil && c.Records >= 0 && c.Records <= len(history) {
			err = tr.Restore(c, history[:c.Records])
		} else {
			err = tr.Restore(c, c.History)
		}
		if err != nil {
			inOneLine(t, err)
			if same, err := safetensors.Read(saved(t, tr)); err != nil || tr.Iteration() != 0 || !sameTensors(same, before) {
				t.Errorf("a refused checkpoint has changed the run, %v", err)
			}
			return
		}
		for n := 0; n < 3 && tr.Step(t.Context()); n++ {
		}
	})
}

// sameTensors tells whether a file has the arrays of another.
func sameTensors(a *safetensors.File, text []byte) bool {
	b, err := safetensors.Read(text)
	if err != nil || len(a.Tensors) != len(b.Tensors) {
		return false
	}
	var one, other bytes.Buffer
	if safetensors.Write(&one, &safetensors.File{Tensors: a.Tensors}) != nil || safetensors.Write(&other, &safetensors.File{Tensors: b.Tensors}) != nil {
		return false
	}
	return bytes.Equal(one.Bytes(), other.Bytes())
}

func inOneLine(t *testing.T, err error) {
	t.Helper()
	if text := err.Error(); text == "" || strings.ContainsAny(text, "\n\x1b") {
		t.Errorf("the error is no line of text: %q", text)
	}
}
