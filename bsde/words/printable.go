package words

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Control tells whether a character can do something to the terminal or the picture that
// shows it, beside being seen: all control characters but tabs and ends of lines, and
// those that turn the direction of writing.
func Control(r rune) bool {
	switch {
	case r == '\t', r == '\n':
		return false
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f, r == 0x061c:
		return true
	}
	return unicode.IsControl(r)
}

// Printable is a text from somebody else with U+FFFD in the place of each Control.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		if Control(r) {
			return utf8.RuneError
		}
		return r
	}, s)
}
