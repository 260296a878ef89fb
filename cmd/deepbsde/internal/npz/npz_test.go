package npz

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"strings"
	"testing"
)

func TestWrite(t *testing.T) {
	arrays := []Array{
		{"t", []int{3}, []float64{0, 0.5, 1}},
		{"X", []int{2, 3, 1}, []float64{1, 2, 3, math.NaN(), math.Inf(1), -6}},
		{"one", nil, []float64{7}},
	}
	var b bytes.Buffer
	if err := Write(&b, arrays); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	headers := []string{"'shape': (3,), }", "'shape': (2, 3, 1,), }", "'shape': (), }"}
	for k, a := range arrays {
		f, err := z.File[k].Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(f)
		if err != nil {
			t.Fatal(err)
		}
		length := 10 + int(binary.LittleEndian.Uint16(text[8:]))
		if z.File[k].Name != a.Name+".npy" || string(text[:8]) != "\x93NUMPY\x01\x00" || length%64 != 0 || text[length-1] != '\n' || !strings.Contains(string(text[:length]), headers[k]) {
			t.Errorf("%s: the header is %q", a.Name, text[:length])
		}
		for i, want := range a.Data {
			if got := binary.LittleEndian.Uint64(text[length+8*i:]); got != math.Float64bits(want) {
				t.Errorf("%s[%d] is %g, want %g", a.Name, i, math.Float64frombits(got), want)
			}
		}
		if len(text) != length+8*len(a.Data) {
			t.Errorf("%s has %d bytes", a.Name, len(text))
		}
	}
	if err := Write(io.Discard, []Array{{"X", []int{2}, []float64{1}}}); err == nil {
		t.Error("a wrong shape is written")
	}
}
