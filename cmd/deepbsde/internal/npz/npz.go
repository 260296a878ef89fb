// Package npz writes arrays as NumPy's archives read them (numpy.load): a zip with a file in the
// format .npy, version 1.0, for each.
package npz

import (
	"archive/zip"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strings"
	"time"
)

// Array is numbers of a shape, the last index changing fastest.
type Array struct {
	Name  string
	Shape []int
	Data  []float64
}

// Write writes an archive. The same arrays give the same bytes.
func Write(w io.Writer, arrays []Array) error {
	z := zip.NewWriter(w)
	for _, a := range arrays {
		size := 1
		for _, n := range a.Shape {
			size *= n
		}
		if size != len(a.Data) {
			return fmt.Errorf("the array %s has %d numbers, want %d for its shape %v", a.Name, len(a.Data), size, a.Shape)
		}
		f, err := z.CreateHeader(&zip.FileHeader{Name: a.Name + ".npy", Method: zip.Store, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)})
		if err != nil {
			return err
		}
		if _, err := io.WriteString(f, header(a.Shape)); err != nil {
			return err
		}
		buffer := make([]byte, 0, 1<<16)
		for _, x := range a.Data {
			if buffer = binary.LittleEndian.AppendUint64(buffer, math.Float64bits(x)); len(buffer) == cap(buffer) {
				if _, err := f.Write(buffer); err != nil {
					return err
				}
				buffer = buffer[:0]
			}
		}
		if _, err := f.Write(buffer); err != nil {
			return err
		}
	}
	return z.Close()
}

// header is the beginning of a file .npy, whose length is a multiple of 64.
func header(shape []int) string {
	var sizes strings.Builder
	for _, n := range shape {
		fmt.Fprintf(&sizes, "%d, ", n) // a comma behind one is a tuple in Python
	}
	text := fmt.Sprintf("{'descr': '<f8', 'fortran_order': False, 'shape': (%s), }", strings.TrimSuffix(sizes.String(), " "))
	const before = 10 // bytes: the magic, the version, the length
	text += strings.Repeat(" ", 63-(before+len(text))%64) + "\n"
	length := binary.LittleEndian.AppendUint16(nil, uint16(len(text)))
	return "\x93NUMPY\x01\x00" + string(length) + text
}

// Stacked is rows of equal length below one another, of the given shape.
func Stacked(name string, shape []int, rows ...[]float64) Array {
	a := Array{Name: name, Shape: shape}
	for _, r := range rows {
		a.Data = append(a.Data, r...)
	}
	return a
}
