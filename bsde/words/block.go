package words

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Block is lines in three columns: a label, a number and a remark.
type Block []Line

// Line is a line of a Block.
type Line struct{ Label, Value, Remark string }

// Line adds a line.
func (b *Block) Line(label, value, remark string) {
	*b = append(*b, Line{label, value, remark})
}

// String is the lines as text.
func (b Block) String() string {
	var text strings.Builder
	for _, l := range b {
		line := fmt.Sprintf("  %-15s  %s", l.Label, l.Value)
		if l.Remark != "" {
			line += strings.Repeat(" ", max(40-utf8.RuneCountInString(line), 2)) + l.Remark
		}
		text.WriteString(line + "\n")
	}
	return text.String()
}

// Known is a line that says so where x is not known.
func (b *Block) Known(label string, x float64, value, remark string) {
	if Known(x) {
		b.Line(label, value, remark)
	} else {
		b.Line(label, "unknown", "")
	}
}
