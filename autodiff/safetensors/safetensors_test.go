package safetensors_test

import (
	"bytes"
	"encoding/binary"
	"reflect"
	"strings"
	"testing"

	"github.com/deepbsde/deepbsde/autodiff/safetensors"
)

func example() *safetensors.File {
	return &safetensors.File{
		Metadata: map[string]string{"step": "7"},
		Tensors: []safetensors.Tensor{
			{Name: "a", Shape: []int{2, 3}, Data: []float32{1, 2, 3, 4, 5, -6.5}},
			{Name: "b/c", Shape: []int{2}, Data: []float64{1e300, 0.1}},
			{Name: "none", Shape: []int{0}, Data: []float32{}},
			{Name: "z", Shape: []int{}, Data: []float64{3}},
		},
	}
}

func written(t testing.TB, f *safetensors.File) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := safetensors.Write(&b, f); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRoundTrip(t *testing.T) {
	want := example()
	got, err := safetensors.Read(written(t, want))
	if err != nil {
		t.Fatal(err)
	}
	want.Verified = true
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// TestLayout: the bytes are those of the format, so that other tools read them.
func TestLayout(t *testing.T) {
	text := written(t, &safetensors.File{Tensors: []safetensors.Tensor{{Name: "x", Shape: []int{1, 2}, Data: []float32{1, 2}}}})
	n := binary.LittleEndian.Uint64(text)
	if n%8 != 0 || !strings.Contains(string(text[8:8+n]), `"x":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}`) {
		t.Errorf("header %q", text[8:8+n])
	}
	if want := "\x00\x00\x80\x3f\x00\x00\x00\x40"; string(text[8+n:]) != want {
		t.Errorf("data % x", text[8+n:])
	}
}

// TestDamage: a file that is cut off anywhere, or has any byte changed, is refused.
func TestDamage(t *testing.T) {
	text := written(t, example())
	for n := range text {
		if _, err := safetensors.Read(text[:n]); err == nil {
			t.Errorf("the first %d of %d bytes are taken for a file", n, len(text))
		}
	}
	for i := range text {
		for bit := range 8 {
			bad := bytes.Clone(text)
			bad[i] ^= 1 << bit
			if f, err := safetensors.Read(bad); err == nil && f.Verified {
				t.Errorf("bit %d of byte %d changed is not noticed", bit, i)
			}
		}
	}
}

func TestWrongFiles(t *testing.T) {
	for _, header := range []string{
		`{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`,
		`{"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}`,
		`{"x":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}}`,
		`{"x":{"dtype":"I8","shape":[4],"data_offsets":[0,4]}}`,
		`{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`,
		`{"x":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}`,
		`{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":1}}`,
		`[]`, `{`,
	} {
		text := append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header+"\x00\x00\x80\x3f"...)
		if f, err := safetensors.Read(text); err == nil {
			t.Errorf("%s is taken for a file: %+v", header, f)
		}
	}
	for _, f := range []safetensors.File{
		{Tensors: []safetensors.Tensor{{Name: "x", Shape: []int{2}, Data: []float32{1}}}},
		{Tensors: []safetensors.Tensor{{Name: "x", Shape: []int{1}, Data: []int{1}}}},
		{Tensors: []safetensors.Tensor{{Name: "x", Shape: []int{0}, Data: []float32{}}, {Name: "x", Shape: []int{0}, Data: []float32{}}}},
	} {
		if err := safetensors.Write(&bytes.Buffer{}, &f); err == nil {
			t.Errorf("%+v is written", f)
		}
	}
}

// FuzzRead: no input makes the reader panic or take much more memory than it has bytes.
func FuzzRead(f *testing.F) {
	f.Add(written(f, example()))
	f.Fuzz(func(_ *testing.T, text []byte) { safetensors.Read(text) })
}
