package manual

import (
	"fmt"
	"strings"
)

// roff writes a line of text so that it is no request and looks everywhere as it is here:
// hyphens stay such that can be copied, and what is not ASCII goes by its number.
func roff(s string) string {
	var b strings.Builder
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		b.WriteString("\\&")
	}
	for _, r := range s {
		switch {
		case r == '\\':
			b.WriteString("\\e")
		case r == '…':
			b.WriteString("...")
		case r == '-':
			b.WriteString("\\-")
		case r == '\'':
			b.WriteString("\\(aq")
		case r == '`':
			b.WriteString("\\(ga")
		case r > '~':
			fmt.Fprintf(&b, "\\[u%04X]", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
