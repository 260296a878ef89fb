// Package safetensors reads and writes named arrays in the safetensors layout
// (github.com/huggingface/safetensors, format of 2023), which tools of other languages
// read as it is:
//
//	8 bytes   length N of the header, little-endian
//	N bytes   JSON object: name → {dtype, shape, data_offsets}, "__metadata__" → strings
//	the rest  the arrays, little-endian, row-major, without gaps
//
// A checksum of header and arrays is kept in the metadata, so that a damaged file is
// noticed.
package safetensors

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// Tensor is a named array. Data is a []float32 or a []float64.
type Tensor struct {
	Name  string
	Shape []int
	Data  any
}

// File is the content of a file.
type File struct {
	Metadata map[string]string
	Tensors  []Tensor
	Verified bool // by Read: the file had a checksum, as those of Write do, and the right one
}

// checksumKey is the metadata's name of the checksum, which is made of the file with
// noChecksum in its place.
const checksumKey = "sha256"

var noChecksum = strings.Repeat("0", 2*sha256.Size)

// entryOf is a checksum as it stands in the header.
func entryOf(sum string) []byte { return []byte(`"` + checksumKey + `":"` + sum + `"`) }

func checksum(header, data []byte) string {
	h := sha256.New()
	h.Write(header)
	h.Write(data)
	return hex.EncodeToString(h.Sum(nil))
}

// entry is the header's account of a tensor.
type entry struct {
	DType   string `json:"dtype"`
	Shape   []int  `json:"shape"`
	Offsets [2]int `json:"data_offsets"`
}

// Write writes the file in one piece. Tensors with equal names or with shapes that do
// not fit their data are errors.
func Write(w io.Writer, f *File) error {
	header := map[string]any{}
	var data bytes.Buffer
	for _, t := range f.Tensors {
		if _, twice := header[t.Name]; twice || t.Name == "__metadata__" || t.Name == "" {
			return fmt.Errorf("safetensors: the name %q is used twice or not allowed", t.Name)
		}
		e := entry{Shape: t.Shape, Offsets: [2]int{data.Len(), 0}}
		n := 0
		switch v := t.Data.(type) {
		case []float32:
			e.DType, n = "F32", len(v)
			binary.Write(&data, binary.LittleEndian, v)
		case []float64:
			e.DType, n = "F64", len(v)
			binary.Write(&data, binary.LittleEndian, v)
		default:
			return fmt.Errorf("safetensors: %s is a %T, want []float32 or []float64", t.Name, t.Data)
		}
		if size, ok := count(t.Shape); !ok || size != n {
			return fmt.Errorf("safetensors: %s has %d numbers and the shape %v", t.Name, n, t.Shape)
		}
		if e.Shape == nil {
			e.Shape = []int{}
		}
		e.Offsets[1] = data.Len()
		header[t.Name] = e
	}
	meta := map[string]string{}
	for k, v := range f.Metadata {
		meta[k] = v
	}
	meta[checksumKey] = noChecksum
	header["__metadata__"] = meta
	text, err := json.Marshal(header) // with its keys in order
	if err != nil {
		return err
	}
	for len(text)%8 != 0 {
		text = append(text, ' ')
	}
	text = bytes.Replace(text, entryOf(noChecksum), entryOf(checksum(text, data.Bytes())), 1)
	out := binary.LittleEndian.AppendUint64(nil, uint64(len(text)))
	if _, err := w.Write(append(out, text...)); err != nil {
		return err
	}
	_, err = w.Write(data.Bytes())
	return err
}

// maxHeader is the longest header that is read, the limit of the reference
// implementation.
const maxHeader = 100 << 20

// Read reads a file, its tensors in the order of their data. Every way in which it may
// be damaged is an error.
func Read(text []byte) (*File, error) {
	if len(text) < 8 {
		return nil, fmt.Errorf("safetensors: %d bytes, too short for a header", len(text))
	}
	n := binary.LittleEndian.Uint64(text)
	if n > maxHeader || n > uint64(len(text)-8) {
		return nil, fmt.Errorf("safetensors: a header of %d bytes in a file of %d", n, len(text))
	}
	var header map[string]json.RawMessage
	if err := json.Unmarshal(text[8:8+n], &header); err != nil {
		return nil, fmt.Errorf("safetensors: header: %w", err)
	}
	f := &File{Metadata: map[string]string{}}
	if raw, ok := header["__metadata__"]; ok {
		if err := json.Unmarshal(raw, &f.Metadata); err != nil {
			return nil, fmt.Errorf("safetensors: metadata: %w", err)
		}
		delete(header, "__metadata__")
	}
	data := text[8+n:]
	if want, ok := f.Metadata[checksumKey]; ok {
		blank := bytes.Replace(text[8:8+n], entryOf(want), entryOf(noChecksum), 1)
		if checksum(blank, data) != want {
			return nil, fmt.Errorf("safetensors: header and %d bytes of data do not have the checksum that the file states: it is damaged", len(data))
		}
		delete(f.Metadata, checksumKey)
		f.Verified = true
	}
	return f, f.tensors(header, data)
}

// tensors reads the arrays.
func (f *File) tensors(header map[string]json.RawMessage, data []byte) error {
	entries := map[string]entry{}
	names := make([]string, 0, len(header))
	for name, raw := range header {
		var e entry
		d := json.NewDecoder(bytes.NewReader(raw))
		d.DisallowUnknownFields()
		if err := d.Decode(&e); err != nil {
			return fmt.Errorf("safetensors: %s: %w", name, err)
		}
		entries[name] = e
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if c := entries[a].Offsets[0] - entries[b].Offsets[0]; c != 0 {
			return c
		}
		return bytes.Compare([]byte(a), []byte(b))
	})
	at := 0
	for _, name := range names {
		e := entries[name]
		size := map[string]int{"F32": 4, "F64": 8}[e.DType]
		if size == 0 {
			return fmt.Errorf("safetensors: %s has the type %q, want F32 or F64", name, e.DType)
		}
		n, ok := count(e.Shape)
		if lo, hi := e.Offsets[0], e.Offsets[1]; !ok || lo != at || hi < lo || hi > len(data) || (hi-lo)/size != n || (hi-lo)%size != 0 {
			return fmt.Errorf("safetensors: %s with the shape %v lies at %v of %d bytes, want it from %d on", name, e.Shape, e.Offsets, len(data), at)
		}
		at = e.Offsets[1]
		f.Tensors = append(f.Tensors, Tensor{name, e.Shape, decode(e.DType, data[e.Offsets[0]:at])})
	}
	if at != len(data) {
		return fmt.Errorf("safetensors: %d bytes of data, the header accounts for %d", len(data), at)
	}
	return nil
}

func decode(dtype string, raw []byte) any {
	if dtype == "F32" {
		v := make([]float32, len(raw)/4)
		for i := range v {
			v[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
		}
		return v
	}
	v := make([]float64, len(raw)/8)
	for i := range v {
		v[i] = math.Float64frombits(binary.LittleEndian.Uint64(raw[8*i:]))
	}
	return v
}

// count is the number of entries of a shape, which must not overflow.
func count(shape []int) (int, bool) {
	n := 1
	for _, s := range shape {
		if s < 0 || s > 0 && n > math.MaxInt/8/s {
			return 0, false
		}
		n *= s
	}
	return n, true
}
