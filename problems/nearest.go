package problems

import (
	"fmt"
	"slices"
	"strings"
)

// UnknownError is a name that is not in a list.
type UnknownError struct {
	What, Name string
	Known      []string
}

// Error names the nearest known name and lists all.
func (e *UnknownError) Error() string {
	s := fmt.Sprintf("unknown %s %q", e.What, e.Name)
	if n := Nearest(e.Name, e.Known); n != "" {
		s += fmt.Sprintf(", did you mean %q?", n)
	}
	return s + " (known: " + strings.Join(e.Known, ", ") + ")"
}

// Nearest is the known name closest to s in edit distance, capitals aside, "" where none is
// near; before it the only one that goes on where s, or all but its last letter, ends.
func Nearest(s string, known []string) string {
	s = strings.ToLower(s)
	if stem := s[:max(len(s)-1, 0)]; len(stem) > 2 {
		other := func(k string) bool { return !strings.HasPrefix(strings.ToLower(k), stem) }
		if begun := slices.DeleteFunc(slices.Clone(known), other); len(begun) == 1 {
			return begun[0]
		}
	}
	best, name := 1+len(s)/3, ""
	for _, k := range known {
		if d := Distance(s, strings.ToLower(k)); d <= best {
			best, name = d-1, k
		}
	}
	return name
}

// Distance is the Levenshtein distance of two texts, in bytes.
func Distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
