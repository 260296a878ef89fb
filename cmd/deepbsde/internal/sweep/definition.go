// Package sweep is one problem solved for many parameters and seeds: which runs these are,
// where they are kept, whose share they are, and what they found, as a table and a picture.
package sweep

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"

	"os"

	"github.com/deepbsde/deepbsde/bsde/run/disk"
)

// Axis is a parameter with the values that it takes.
type Axis struct {
	Name   string    `json:"name"`
	Values []float64 `json:"values"`
}

// Definition is sweep.json: all that the runs depend on.
type Definition struct {
	Format     int             `json:"format"`
	Problem    string          `json:"problem"` // as it was asked for
	FileDigest string          `json:"file_digest,omitempty"`
	Dim        int             `json:"dim"`
	Axes       []Axis          `json:"axes"`
	Seed       uint64          `json:"seed"`  // the first
	Seeds      int             `json:"seeds"` // how many, one after the other
	Settings   json.RawMessage `json:"settings"`
	Accuracy   float64         `json:"accuracy,omitempty"`
	Start      string          `json:"start,omitempty"`
	Warm       bool            `json:"warm,omitempty"` // a run begins with the parameters of the one before it along the last axis
	Search     *Search         `json:"search,omitempty"`
}

// File is the name of the definition in the folder of a sweep.
const File = "sweep.json"

// format is the version of the folder.
const format = 1

// Most is how many runs a sweep may have.
const Most = 100_000

// Cell is one of the runs.
type Cell struct {
	Index int
	Set   map[string]float64
	Seed  uint64
	Chain int   // the runs of which one begins with the parameters of the one before; without warm starts each is one
	From  *Cell // that run, nil for the first

	// Of a search: what was chosen, the round from 1 on, and its budget.
	Settings map[string]string
	Round    int
	Budget   string
}

// Next is the runs that come after those whose rows are known: all of them at first; of a search the first
// round, and then each as soon as all before are done.
func (d *Definition) Next(rows []Row) []Cell {
	switch {
	case d.Search != nil:
		return d.next(rows)
	case len(rows) > 0:
		return nil
	}
	return d.Cells()
}

// Rows are those of all runs that are known to be in the sweep so far, each in the first of the folders in which
// it is done.
func (d *Definition) Rows(roots ...string) (rows []Row, err error) {
	for cells := d.Next(nil); len(cells) > 0; cells = d.Next(rows) {
		for _, cell := range cells {
			row, err := RowOf(cell, roots...)
			if err != nil {
				return nil, err
			}
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// Cells are all runs of a sweep that is no search, the last axis and then the seeds changing fastest.
func (d *Definition) Cells() []Cell {
	points := []map[string]float64{{}}
	for _, a := range d.Axes {
		var next []map[string]float64
		for _, p := range points {
			for _, v := range a.Values {
				q := maps.Clone(p)
				q[a.Name] = v
				next = append(next, q)
			}
		}
		points = next
	}
	var list []Cell
	for _, p := range points {
		for k := range d.Seeds {
			list = append(list, Cell{Index: len(list), Set: p, Seed: d.Seed + uint64(k), Chain: len(list)})
		}
	}
	if n := len(d.Axes); d.Warm && n > 0 {
		length := len(d.Axes[n-1].Values)
		for i := range list {
			point, seed := i/d.Seeds, i%d.Seeds
			list[i].Chain = point/length*d.Seeds + seed
			if point%length > 0 {
				list[i].From = &list[i-d.Seeds]
			}
		}
	}
	return list
}

// Size is the number of runs; an error where that is too many.
func (d *Definition) Size() (int, error) {
	n := float64(d.Seeds)
	if d.Search != nil {
		n = 0
		for _, size := range d.Search.sizes(d.Search.Choices) {
			n += float64(size)
		}
	}
	for _, a := range d.Axes {
		n *= float64(len(a.Values))
	}
	if n > Most {
		return 0, fmt.Errorf("%.3g runs, want %d at most", n, Most)
	}
	return int(n), nil
}

// Dir is the folder of a run in that of its sweep.
func (c Cell) Dir(root string) string { return filepath.Join(root, fmt.Sprintf("%05d", c.Index+1)) }

// Begin makes the folder of a sweep, or finds it as an earlier process, or one with another
// share, has made it.
func (d *Definition) Begin(root string) error {
	d.Format = format
	text, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return err
	}
	there, err := Read(root)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		entries, err := os.ReadDir(root)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if len(entries) > 0 {
			return &Error{root + " is not empty, and has no " + File + ": want a new folder, or that of the sweep"}
		}
		if err := disk.MakeDir(root); err != nil {
			return err
		}
		return disk.Write(filepath.Join(root, File), func(f *os.File) error {
			_, err := f.Write(append(text, '\n'))
			return err
		})
	case err != nil:
		return err
	case !d.Same(there):
		return &Error{root + " has another sweep: its problem, axes, seeds or settings are others"}
	}
	return nil
}

// Error is a folder, or a folder of several, that cannot be used.
type Error struct{ Text string }

func (e *Error) Error() string { return e.Text }

// Same tells whether two sweeps have the same runs.
func (d *Definition) Same(other *Definition) bool {
	a, err1 := json.Marshal(d)
	b, err2 := json.Marshal(other)
	return err1 == nil && err2 == nil && bytes.Equal(a, b)
}

// Read is the sweep of a folder.
func Read(root string) (*Definition, error) {
	name := filepath.Join(root, File)
	text, err := disk.Read(name, 64<<20)
	if err != nil {
		return nil, err
	}
	var d Definition
	if err := json.Unmarshal(text, &d); err != nil {
		return nil, &Error{fmt.Sprintf("%s: %v", name, err)}
	}
	if d.Format != format {
		return nil, &Error{fmt.Sprintf("%s: the format is %d, want %d", name, d.Format, format)}
	}
	if slices.ContainsFunc(d.Axes, func(a Axis) bool { return len(a.Values) == 0 }) || d.Seeds < 1 {
		return nil, &Error{name + ": want a seed and a value of each axis, at least"}
	}
	if d.Search != nil {
		if err := d.Search.Check(); err != nil {
			return nil, &Error{fmt.Sprintf("%s: %v", name, err)}
		}
	}
	if _, err := d.Size(); err != nil {
		return nil, &Error{fmt.Sprintf("%s: %v", name, err)}
	}
	return &d, nil
}
