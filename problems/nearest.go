package problems

import "strings"

// Nearest is the known name closest to s in edit distance, capitals aside, ""
// where none is near.
func Nearest(s string, known []string) string {
	best, name := 1+len(s)/3, ""
	for _, k := range known {
		if d := distance(strings.ToLower(s), strings.ToLower(k)); d <= best {
			best, name = d-1, k
		}
	}
	return name
}

// distance is the Levenshtein distance.
func distance(a, b string) int {
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
