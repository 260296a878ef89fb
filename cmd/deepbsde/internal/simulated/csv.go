package simulated

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"

	"github.com/deepbsde/deepbsde/bsde/words"
)

// WritePaths writes the first recorded paths as CSV.
func (s *Simulation) WritePaths(f io.Writer) error {
	w := csv.NewWriter(f)
	header := []string{"policy", "path", "step", "time"}
	for i := range s.Grid.StateDim {
		header = append(header, fmt.Sprintf("x%d", i))
	}
	for i := range s.Grid.ActionDim {
		header = append(header, fmt.Sprintf("a%d", i))
	}
	w.Write(append(header, "cost"))
	for _, p := range s.Policies {
		for i, r := range p.Records {
			for n, x := range r.States {
				row := []string{p.Name, strconv.Itoa(i), strconv.Itoa(n), words.Full(s.Grid.Time(n))}
				for _, v := range x {
					row = append(row, words.Full(v))
				}
				for j := range s.Grid.ActionDim {
					if n < len(r.Actions) {
						row = append(row, words.Full(r.Actions[n][j]))
					} else {
						row = append(row, "")
					}
				}
				cost := r.Costs[n]
				if n == len(r.States)-1 {
					cost = r.Costs[n+1] // with the terminal one
				}
				w.Write(append(row, words.Full(cost)))
			}
		}
	}
	w.Flush()
	return w.Error()
}
