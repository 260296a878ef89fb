// Package published holds the tables of papers about members of the named problems, to stand beside
// answers of this program. It does not know how the problems are solved.
package published

import (
	"embed"
	"encoding/csv"
	"fmt"
	"strconv"
)

// Table is what a paper reports of its own runs.
type Table struct {
	Name    string // a file of this folder, without its ending
	Title   string
	Notes   string // the paper, what the columns mean, and where it was run
	Columns []string
	Rows    []Row
}

// Row is one member of a named problem, and what the paper reports of it: a cell a column, as printed there.
type Row struct {
	Problem string
	Dim     int
	Set     map[string]float64 // parameters
	Cells   []string
}

var tables = []Table{
	{Name: "max-call", Title: "Deep optimal stopping: Bermudan call on the largest of d stocks",
		Notes: "Becker, Cheridito, Jentzen (2019), J. Mach. Learn. Res. 20(74), table 1: lower and upper estimate, 95 % interval, and the " +
			"seconds of both on a NVIDIA GeForce GTX 1080."},
	{Name: "dbdp", Title: "Deep backward schemes: bounded and unbounded solutions",
		Notes: "Huré, Pham, Warin (2020), Math. Comp. 89, section 5: means and standard deviations of ten runs of their two schemes and " +
			"of the deep BSDE method, and the solution that they state. For dbdp-unbounded, d = 5, it is not that of their formula, 0.8466353."},
}

//go:embed *.csv
var files embed.FS

// Names are those of the tables.
func Names() (list []string) {
	for _, t := range tables {
		list = append(list, t.Name)
	}
	return list
}

// All lists the tables.
func All() ([]Table, error) {
	list := make([]Table, len(tables))
	for i, t := range tables {
		file, err := files.Open(t.Name + ".csv")
		if err != nil {
			return nil, err
		}
		defer file.Close()
		lines, err := csv.NewReader(file).ReadAll()
		if err == nil {
			err = t.fill(lines)
		}
		if err != nil {
			return nil, fmt.Errorf("table %s: %w", t.Name, err)
		}
		list[i] = t
	}
	return list, nil
}

// inputs are the columns that say which member a line is about: the problem, the dimension, and a parameter.
const inputs = 3

// fill reads the lines, the first of which names the columns.
func (t *Table) fill(lines [][]string) error {
	head := lines[0]
	t.Columns = head[inputs:]
	for _, line := range lines[1:] {
		dim, err := strconv.Atoi(line[1])
		if err != nil {
			return err
		}
		value, err := strconv.ParseFloat(line[2], 64)
		if err != nil {
			return err
		}
		t.Rows = append(t.Rows, Row{line[0], dim, map[string]float64{head[2]: value}, line[inputs:]})
	}
	return nil
}
