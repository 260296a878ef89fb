// Package bench holds the experiments of the papers as this program makes them again: the
// store of finished runs, and what they say, as tables, as a document and as a picture. It
// does not train.
package bench

// Cell is one problem with one set of settings: a table.
type Cell struct {
	Problem   string
	Place     int // of the problem among those asked for; a file may have the name of another
	Dim       int
	Identity  string // the problem with its dimension and changed parameters
	Preset    string // paper or default
	Network   string
	Method    string     // the first that is tried
	Reference *Reference // nil for none
	Published *Published // nil for none
	Policy    bool       // of a control problem, whose answers have no verdict
	File      bool       // of a problem file, which had no part in choosing the settings
	Stated    *Stated    // by the paper of a table, nil elsewhere
	Runs      []*Run
}

// Stated is a line of a paper's table: what it says of the cell's problem.
type Stated struct {
	Table, Title, Notes string
	Columns, Cells      []string
}

// Reference is a value to compare with.
type Reference struct{ Value, StdErr float64 }

// Published is what a paper states of its runs: the relative error after so many
// iterations, its standard deviation over the runs, 0 where not stated, and the time.
type Published struct {
	Iterations             int
	Error, StdDev, Seconds float64
}
